"""A broker that knows only MQTT 3.1.1: it refuses MQTT 5 itself and passes everything else on to a real Mosquitto."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_LEVEL_AT = 8
"""Of the protocol level in a CONNECT whose length takes one byte."""
_UNACCEPTABLE_PROTOCOL_VERSION = b"\x20\x02\x00\x01"


@asynccontextmanager
async def older_broker(mosquitto_port: int, *, answers: bool) -> AsyncIterator[int]:
    """Its port. With `answers` it says CONNACK code 1 to MQTT 5, without it just closes the connection."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readexactly(_LEVEL_AT + 2)
            level = head[_LEVEL_AT + (head[1] > 127)]
            if level == 4:
                await _forward(head, reader, writer, mosquitto_port)
            elif answers:
                writer.write(_UNACCEPTABLE_PROTOCOL_VERSION)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def _forward(head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    broker_reader, broker_writer = await asyncio.open_connection("127.0.0.1", port)
    broker_writer.write(head)
    await asyncio.gather(_pump(reader, broker_writer), _pump(broker_reader, writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()
