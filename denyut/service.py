"""The HTTP server of a run: bound before anything starts, answering from then on, gone within a second at the stop."""

import errno
import logging
import os
import socket
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

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
        alive: Checks,
        ready: Checks,
    ) -> None:
        """Raises ServiceError. An address that nobody configured and that is taken is a warning."""
        self.address: str | None = None
        self._server: HttpServer | None = None
        if not settings.enabled:
            return
        token = token_of(settings)
        listener = _listener(settings)
        if listener is None:
            return
        # Here, so that a run without HTTP does not pay for it in memory.
        from dashboard.http.access import Guard
        from dashboard.http.app import Sources, make_app
        from dashboard.http.device_counts import DeviceCounts
        from dashboard.http.device_lines import DeviceLines
        from dashboard.http.server import HttpServer as Server

        guard = Guard(token, local=is_of_this_machine(listener.getsockname()[0]))
        counts = DeviceCounts(devices, ledger, last_seen_ns)
        sources = Sources(figures, DeviceLines(devices, ledger), counts, alive, ready)
        self._server = Server(make_app(sources, guard, version("denyut")), listener)
        self.address = _written(listener)

    async def start(self) -> None:
        if self._server is not None:
            await self._server.start()
            LOG.info("figures and health on http://%s: /metrics, /api/status, /healthz, /readyz", self.address)

    async def stop(self) -> None:
        if self._server is not None:
            await self._server.stop()


def token_of(settings: Http, environment: Mapping[str, str] = os.environ) -> str | None:
    """What a monitor must show; None where nothing is configured. Raises ServiceError."""
    if settings.token_env is not None:
        token = environment.get(settings.token_env, "").strip()
        if not token:
            raise ServiceError(f"http.token_env names {settings.token_env}, which is not set in the environment")
        return token
    if settings.token_file is None:
        return None
    try:
        token = settings.token_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ServiceError(f"http.token_file {settings.token_file} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ServiceError(f"http.token_file {settings.token_file} is no UTF-8") from None
    if not token:
        raise ServiceError(f"http.token_file {settings.token_file} is empty")
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
