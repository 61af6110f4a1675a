"""The HTTP server of a run: bound before anything starts, answering from then on, gone within a second at the stop."""

import errno
import logging
import socket
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from alerts.acts import Act
from alerts.consequences import Consequences
from alerts.desk import Alerts
from config.addresses import is_of_this_machine, listen_address
from config.duty import Officer
from config.hints import open_to_others
from config.service import Http
from config.settings import Settings
from dashboard.http.listener import listening_socket
from denyut.tokens import TokenError, officers_tokens, token_of
from ingest.devices import DeviceTable
from ingest.ledger import Ledger

if TYPE_CHECKING:
    from alerts.record.reading import RecordReader
    from dashboard.http.event_stream import EventStream
    from dashboard.http.server import HttpServer

LOG = logging.getLogger("denyut")

Checks = Callable[[], Mapping[str, str]]


class ServiceError(ValueError):
    """The configured address or token cannot be used; one sentence."""


@dataclass(frozen=True, slots=True)
class Served:
    """What is asked over HTTP, each asked anew for every request, and who takes in what is done."""

    settings: Settings
    figures: Callable[[], Mapping[str, Any]]
    devices: DeviceTable
    ledger: Ledger
    last_seen_ns: Callable[[], NDArray[np.int64]]
    desk: Alerts
    record: Path
    act: Callable[[Act], Awaitable[Any]]
    now_ns: Callable[[], int]
    """Of the receive clock."""
    next_offset: int
    """Of the first journal entry that is applied."""
    alive: Checks
    ready: Checks


class Service:
    """Without `http.enabled` it does nothing, and nothing of the server is imported."""

    def __init__(self, settings: Http, served: Served) -> None:
        """Raises ServiceError. An address that nobody configured and that is taken is a warning."""
        self.address: str | None = None
        self._server: HttpServer | None = None
        self._events: EventStream | None = None
        self._reader: RecordReader | None = None
        self._book = served.desk.book
        if not settings.enabled:
            return
        tokens = _tokens(settings, served.settings)
        listener = _listener(settings)
        if listener is None:
            return
        # Here, so that a run without HTTP does not pay for it in memory.
        from alerts.record.reading import RecordReader as Reader
        from dashboard.http.access import Guard
        from dashboard.http.alert_apis import AlertSources
        from dashboard.http.app import Sources, make_app
        from dashboard.http.device_counts import DeviceCounts
        from dashboard.http.device_lines import DeviceLines
        from dashboard.http.event_stream import EventStream as Events
        from dashboard.http.server import HttpServer as Server

        events = Events(served.next_offset - 1)
        reader = Reader(served.record)
        alerts = AlertSources(served.settings, served.desk, reader, served.act, events, served.now_ns)
        sources = Sources(
            served.figures,
            DeviceLines(served.devices, served.ledger),
            DeviceCounts(served.devices, served.ledger, served.last_seen_ns),
            served.alive,
            served.ready,
            alerts.apis(),
        )
        token, operator_token, officers = tokens
        guard = Guard(token, is_of_this_machine(listener.getsockname()[0]), operator_token, officers)
        self._server = Server(make_app(sources, guard, version("denyut")), listener)
        self._events, self._reader = events, reader
        self.address = _written(listener)

    def follow(self, offset: int, consequences: Consequences) -> None:
        """Whoever listens hears of what an entry of the journal has changed."""
        if self._events is None or not consequences.entries:
            return
        from dashboard.http.changes import changes_of

        try:
            changes = changes_of(consequences, self._book)
            self._events.tell(offset, changes)
        except Exception:
            # Whoever listens must not endanger what is processed; they are to ask for everything again.
            LOG.exception("what journal entry %d has changed cannot be told to those who listen", offset)
            self._events.tell(offset, [("many", {"changes": len(consequences.entries)})])

    async def start(self) -> None:
        if self._server is not None:
            await self._server.start()
            LOG.info("figures and health on http://%s: /metrics, /api/status, /healthz, /readyz", self.address)

    async def stop(self) -> None:
        if self._events is not None:
            self._events.end()
        if self._server is not None:
            await self._server.stop()
        if self._reader is not None:
            self._reader.close()


def _tokens(http: Http, settings: Settings) -> tuple[str | None, str | None, list[tuple[str, Officer]]]:
    """Of a monitor, of an operator, and each officer's own."""
    try:
        token, operator_token = token_of(http), token_of(http, "operator_token")
        others = {"the monitor (http.token)": token, "the operator (http.operator_token)": operator_token}
        return token, operator_token, officers_tokens(settings.officers, others)
    except TokenError as error:
        raise ServiceError(str(error)) from None


def _listener(settings: Http) -> socket.socket | None:
    if warning := open_to_others(settings):
        LOG.warning("%s", warning)
    try:
        return listening_socket(*listen_address(settings.listen))
    except OSError as error:
        reason = _reason(error)
        if "listen" in settings.model_fields_set:
            raise ServiceError(f"http.listen {settings.listen}: {reason}") from None
        LOG.warning("no figures over HTTP: %s: %s; set http.listen to another address", settings.listen, reason)
        return None


def _reason(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return "the address is taken by another process"
    return error.strerror or str(error)


def _written(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
