"""A broker that says what a test wants it to say, over a real socket: for what Mosquitto never does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import mqtt5


class Peer:
    """The broker's end of one network connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._data = b""

    async def read(self) -> mqtt5.Packet:
        while True:
            try:
                packet, size = mqtt5.read(memoryview(self._data))
            except IndexError:
                more = await self._reader.read(65_536)
                if not more:
                    raise ConnectionError("the client closed the connection") from None
                self._data += more
            else:
                self._data = self._data[size:]
                return packet

    def write(self, *packets: bytes) -> None:
        self._writer.write(b"".join(packets))

    async def drain(self) -> None:
        """Until the client has read enough of what was written."""
        await self._writer.drain()

    async def accept(self, connack: mqtt5.ConnAckPacket | None = None) -> mqtt5.ConnectPacket:
        """Takes CONNECT and SUBSCRIBE and grants what is asked for."""
        connect = await self.read()
        assert isinstance(connect, mqtt5.ConnectPacket)
        self.write((connack or mqtt5.ConnAckPacket()).write())
        subscribe = await self.read()
        assert isinstance(subscribe, mqtt5.SubscribePacket)
        granted = [mqtt5.SubAckReasonCode(topic.max_qos.value) for topic in subscribe.topic_filters]
        self.write(mqtt5.SubAckPacket(subscribe.packet_id, granted).write())
        return connect


@asynccontextmanager
async def scripted_broker(*scripts: Callable[[Peer], Awaitable[None]]) -> AsyncIterator[int]:
    """The port of a broker that plays one script for each connection, the last one for all that follow."""
    connections = 0

    async def play(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        script = scripts[min(connections, len(scripts) - 1)]
        connections += 1
        try:
            await script(Peer(reader, writer))
        except ConnectionError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(play, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def until_gone(peer: Peer) -> None:
    while True:
        await peer.read()
