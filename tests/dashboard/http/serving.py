"""The HTTP server of a test: on a free port of this machine, beside a client that asks it."""

import asyncio
import http.client
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from dashboard.http.access import Guard
from dashboard.http.app import Sources, make_app
from dashboard.http.device_counts import DeviceCounts
from dashboard.http.device_lines import DeviceLines
from dashboard.http.listener import listening_socket
from dashboard.http.server import HttpServer
from ingest.devices import DeviceTable
from ingest.ledger import Ledger

NO_FIGURES: dict[str, Any] = {}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def sources(
    figures: Mapping[str, Any] = NO_FIGURES,
    alive: Mapping[str, str] = NO_FIGURES,
    ready: Mapping[str, str] = NO_FIGURES,
    devices: DeviceTable | None = None,
    ledger: Ledger | None = None,
) -> Sources:
    devices, ledger = devices or DeviceTable(), ledger or Ledger()
    lines, counts = DeviceLines(devices, ledger), DeviceCounts(devices, ledger)
    return Sources(lambda: figures, lines, counts, lambda: alive, lambda: ready)


@asynccontextmanager
async def serving(what: Sources, token: str | None = None, guard: Guard | None = None) -> AsyncIterator[int]:
    """The port."""
    listener = listening_socket("127.0.0.1", 0)
    port: int = listener.getsockname()[1]
    server = HttpServer(make_app(what, guard or Guard(token, local=True), "1.2.3"), listener)
    await server.start()
    try:
        yield port
    finally:
        await server.stop()


def asked(port: int, path: str, method: str = "GET", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    finally:
        connection.close()


def ask(what: Sources, path: str, method: str = "GET", token: str | None = None, **headers: str) -> Answer:
    """One request to a server of its own."""

    async def scene() -> Answer:
        async with serving(what, token) as port:
            return await asyncio.to_thread(asked, port, path, method, **headers)

    return asyncio.run(scene())
