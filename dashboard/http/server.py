"""Starts and stops the HTTP server inside an event loop that has other work to do."""

import asyncio
import logging
import socket

from starlette.types import ASGIApp
from uvicorn import Config, Server

from dashboard.http.connection import HttpConnection

MOST_CONNECTIONS = 64
"""Beyond it 503: whoever asks for figures must not take the files and the memory that the broker needs."""
_IDLE_S = 15
_STOP_S = 0.5


class HttpServer:
    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        # What it warns of is one line for each request that makes no sense.
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)
        self._listener = listener
        self._server = Server(
            Config(
                app,
                http=HttpConnection,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                date_header=False,
                limit_concurrency=MOST_CONNECTIONS,
                timeout_keep_alive=_IDLE_S,
            )
        )

    async def start(self) -> None:
        """`Server.serve` would take the signals and wake ten times a second; what it does beside that is not needed."""
        server = self._server
        server.config.load()
        server.lifespan = server.config.lifespan_class(server.config)
        await server.startup(sockets=[self._listener])

    async def stop(self) -> None:
        """Within a second, also while somebody reads an answer slowly."""
        server = self._server
        if not server.started:
            self._listener.close()
            return
        for listening in server.servers:
            listening.close()
        for connection in list(server.server_state.connections):
            connection.shutdown()
        deadline = asyncio.get_running_loop().time() + _STOP_S
        while server.server_state.connections and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(0.02)
        for connection in list(server.server_state.connections):
            connection.transport.abort()
        # An answer that nobody reads any more ends by itself; to cancel it would be logged as a failure.
        if tasks := list(server.server_state.tasks):
            await asyncio.wait(tasks, timeout=_STOP_S / 2)
