"""The HTTP server of a run: bound before anything starts, answering from then on, gone within a second at the stop."""

import errno
import logging
import os
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from alerts.acts import Acknowledge
from alerts.book import Alert, Refusal
from config.addresses import is_of_this_machine, listen_address
from config.hints import open_to_others
from config.service import Http
from dashboard.http.listener import listening_socket
from ingest.devices import DeviceTable
from ingest.ledger import Ledger

if TYPE_CHECKING:
    from dashboard.http.server import HttpServer

LOG = logging.getLogger("denyut")

Checks = Callable[[], Mapping[str, str]]


class ServiceError(ValueError):
    """The configured address or token cannot be used; one sentence."""


class Service:
    """Without `http.enabled` it does nothing, and nothing of the server is imported."""

    def __init__(
        self,
        settings: Http,
        *,
        figures: Callable[[], Mapping[str, Any]],
        devices: DeviceTable,
        ledger: Ledger,
        last_seen_ns: Callable[[], NDArray[np.int64]],
        alerts: Callable[[], Sequence[Alert]],
        acknowledge: Callable[[Acknowledge], Awaitable[Alert | Refusal]],
        alive: Checks,
        ready: Checks,
    ) -> None:
        """Raises ServiceError. An address that nobody configured and that is taken is a warning."""
        self.address: str | None = None
        self._server: HttpServer | None = None
        if not settings.enabled:
            return
        token, operator_token = token_of(settings), token_of(settings, "operator_token")
        listener = _listener(settings)
        if listener is None:
            return
        # Here, so that a run without HTTP does not pay for it in memory.
        from dashboard.http.access import Guard
        from dashboard.http.alert_api import AlertApi
        from dashboard.http.app import Sources, make_app
        from dashboard.http.device_counts import DeviceCounts
        from dashboard.http.device_lines import DeviceLines
        from dashboard.http.server import HttpServer as Server

        guard = Guard(token, is_of_this_machine(listener.getsockname()[0]), operator_token)
        counts = DeviceCounts(devices, ledger, last_seen_ns)
        sources = Sources(figures, DeviceLines(devices, ledger), counts, AlertApi(alerts, acknowledge), alive, ready)
        self._server = Server(make_app(sources, guard, version("denyut")), listener)
        self.address = _written(listener)

    async def start(self) -> None:
        if self._server is not None:
            await self._server.start()
            LOG.info("figures and health on http://%s: /metrics, /api/status, /healthz, /readyz", self.address)

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop()


def token_of(settings: Http, name: str = "token", environment: Mapping[str, str] = os.environ) -> str | None:
    """What a monitor, or with "operator_token" an operator, must show; None where nothing is configured.

    Raises ServiceError.
    """
    variable: str | None = getattr(settings, f"{name}_env")
    file: Path | None = getattr(settings, f"{name}_file")
    if variable is not None:
        token = environment.get(variable, "").strip()
        if not token:
            raise ServiceError(f"http.{name}_env names {variable}, which is not set in the environment")
        return token
    if file is None:
        return None
    try:
        token = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ServiceError(f"http.{name}_file {file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ServiceError(f"http.{name}_file {file} is no UTF-8") from None
    if not token:
        raise ServiceError(f"http.{name}_file {file} is empty")
    return token


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
