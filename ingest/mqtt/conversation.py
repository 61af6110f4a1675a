"""What is said on one network connection in MQTT 5: bytes and frames in, bytes out, nothing of sockets or time."""

from collections.abc import Callable

import mqtt5
import numpy as np

from ingest.mqtt import endings
from ingest.mqtt.backlog import Backlog
from ingest.mqtt.deliveries import Deliveries
from ingest.mqtt.endings import Ending
from ingest.mqtt.frames import Frames, split
from ingest.mqtt.gathering import Gathering
from ingest.mqtt.listener import Listener
from ingest.mqtt.options import ConnectionOptions
from ingest.mqtt.protocol_errors import Fault, ProtocolError
from ingest.mqtt.receive_buffer import ReceiveBuffer

_SUBSCRIBE_ID = 1
_CONNACK_3_1_1_BYTES = 4
_CONNACK = 2
_PLAIN_PUBREL = b"\x62\x02"
"""Four bytes, the last two of them the packet identifier."""
_SMALLEST_FRAME = 2


class Conversation:
    """`subscribe_always`: also where the broker still knows the session, since the filters may have changed.
    `on_keep_alive` gets the interval in seconds that the broker wants, 0 for none.
    """

    def __init__(
        self,
        options: ConnectionOptions,
        deliveries: Deliveries,
        gathering: Gathering,
        backlog: Backlog,
        *,
        subscribe_always: bool,
        write: Callable[[bytes], None],
        end: Callable[[Ending], None],
        on_keep_alive: Callable[[int], None],
        listener: Listener,
    ) -> None:
        self.buffer = ReceiveBuffer()
        self.accepted = False
        """The broker has said yes to CONNECT."""
        self._options = options
        self._deliveries = deliveries
        self._gathering = gathering
        self._backlog = backlog
        self._subscribe_always = subscribe_always
        self._write = write
        self._end = end
        self._on_keep_alive = on_keep_alive
        self._listener = listener
        self._awaiting = _SMALLEST_FRAME

    def received(self) -> None:
        """Reads what has come into `buffer`, as far as its frames are whole."""
        if self.buffer.size < self._awaiting:
            return
        frames = split(self.buffer.unread(), 5, self._options.largest_packet)
        self._awaiting = frames.awaiting
        self.buffer.consume(frames.consumed, frames.awaiting)
        # A CONNACK says which session the messages behind it belong to. Neither PUBREL nor PUBLISH can depend on
        # the other in one read: what is released was answered before.
        for packet in frames.controls if not self.accepted else self._released(frames.controls):
            self._control(packet)
        if self.accepted:
            self._messages(frames)
        elif frames.topics:
            self._fail(Fault.CONTROL_PACKET_UNEXPECTED, "PUBLISH came before CONNACK")
        if frames.error is not None:
            self._end(endings.of_protocol_error(frames.error))

    def _messages(self, frames: Frames) -> None:
        self._deliveries.admit(frames)
        self._gathering.add(frames)
        if self._backlog.ends():
            self._gathering.hand_over()

    def _released(self, packets: list[bytes]) -> list[bytes]:
        """Answers the PUBRELs that say no more than which message they mean, all at once; the other packets."""
        plain = [packet for packet in packets if packet[:2] == _PLAIN_PUBREL]
        if not plain:
            return packets
        numbers = np.frombuffer(b"".join(plain), ">u2").astype(np.uint16)
        self._write(self._deliveries.release(numbers[1::2]))
        return [packet for packet in packets if packet[:2] != _PLAIN_PUBREL]

    def _control(self, data: bytes) -> None:
        if data[0] >> 4 == _CONNACK and len(data) == _CONNACK_3_1_1_BYTES and not self.accepted:
            self._end(endings.of_older_connack(data[3]))
            return
        try:
            packet, _ = mqtt5.read(memoryview(data))
        except (ValueError, IndexError) as error:
            self._fail(Fault.CONTROL_PACKET_MALFORMED, f"{error} in {data[:32].hex(' ')}")
            return
        if isinstance(packet, mqtt5.ConnAckPacket) == self.accepted:
            self._fail(Fault.CONTROL_PACKET_UNEXPECTED, type(packet).__name__)
        else:
            self._answer(packet)

    def _answer(self, packet: mqtt5.Packet) -> None:
        match packet:
            case mqtt5.PubRelPacket():
                self._write(self._deliveries.release(np.array([packet.packet_id], np.uint16)))
            case mqtt5.SubAckPacket():
                self._listener.on_subscribed([code.value for code in packet.reason_codes])
            case mqtt5.DisconnectPacket():
                self._end(endings.of_disconnect(packet))
            case mqtt5.ConnAckPacket():
                self._connected(packet)
            case mqtt5.PingRespPacket():
                self._backlog.answered()
            case _:
                self._fail(Fault.CONTROL_PACKET_UNEXPECTED, type(packet).__name__)

    def _connected(self, packet: mqtt5.ConnAckPacket) -> None:
        if packet.reason_code != mqtt5.ConnAckReasonCode.SUCCESS:
            self._end(endings.of_connack(packet))
            return
        self.accepted = True
        self._deliveries.begin(packet.session_present)
        if self._subscribe_always or not packet.session_present:
            self._write(subscribe_packet(self._options))
        self._listener.on_connected(packet.session_present)
        ours, theirs = self._options.keep_alive_s, packet.server_keep_alive
        self._on_keep_alive(ours if theirs is None else theirs)

    def _fail(self, fault: Fault, detail: str) -> None:
        self._end(endings.of_protocol_error(ProtocolError(fault, detail)))


def connect_packet(options: ConnectionOptions) -> bytes:
    return mqtt5.ConnectPacket(
        options.client_id,
        username=options.username,
        password=options.password,
        clean_start=False,
        keep_alive=options.keep_alive_s,
        session_expiry_interval=options.session_expiry_s,
        receive_max=options.receive_maximum,
        topic_alias_max=0,
        max_packet_size=options.largest_packet,
    ).write()


def subscribe_packet(options: ConnectionOptions) -> bytes:
    """With retain_as_published off, the broker sets RETAIN on those messages alone that it had stored before we
    subscribed. With it on, a live message that its device publishes with RETAIN would look the same.
    """
    filters = [
        mqtt5.TopicFilter(pattern, max_qos=mqtt5.QoS(options.qos), retain_as_published=False)
        for pattern in options.filters
    ]
    return mqtt5.SubscribePacket(_SUBSCRIBE_ID, filters).write()
