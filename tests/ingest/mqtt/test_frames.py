from dataclasses import dataclass
from itertools import pairwise

import mqtt5
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.mqtt.frames import Frames, Version, split
from ingest.mqtt.protocol_errors import Fault
from ingest.mqtt.receive_buffer import ReceiveBuffer

LARGEST = 2 * 1024 * 1024

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0+#"), max_size=40)


@st.composite
def publish_packets(draw: st.DrawFn) -> mqtt5.PublishPacket:
    qos = draw(st.sampled_from([0, 1, 2]))
    return mqtt5.PublishPacket(
        draw(text.filter(bool)),
        draw(st.one_of(st.binary(max_size=200), st.integers(0, 20_000).map(bytes))),
        qos=mqtt5.QoS(qos),
        packet_id=draw(st.integers(1, 65_535)) if qos else None,
        retain=draw(st.booleans()),
        duplicate=draw(st.booleans()) if qos else False,
        content_type=draw(st.none() | text),
        response_topic=draw(st.none() | text.filter(bool)),
        correlation_data=draw(st.none() | st.binary(max_size=300)),
        message_expiry_interval=draw(st.none() | st.integers(0, 2**32 - 1)),
        user_properties=draw(st.lists(st.tuples(text, text), max_size=4)),
    )


control_packets = st.sampled_from(
    [
        mqtt5.PingRespPacket(),
        mqtt5.PubRelPacket(7),
        mqtt5.SubAckPacket(1, [mqtt5.SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE]),
        mqtt5.DisconnectPacket(reason_code=mqtt5.DisconnectReasonCode.SERVER_SHUTTING_DOWN, reason_str="x" * 200),
    ]
)


@dataclass
class Message:
    topic: bytes
    payload: bytes
    qos: int
    packet_id: int
    retained: bool
    again: bool


def messages_of(frames: Frames) -> list[Message]:
    columns = (
        frames.topics,
        frames.payloads,
        frames.qos.tolist(),
        frames.packet_ids.tolist(),
        frames.retained.tolist(),
        frames.again.tolist(),
    )
    return [Message(*row) for row in zip(*columns, strict=True)]


def as_the_codec_reads(packets: list[mqtt5.Packet]) -> list[Message]:
    read = [mqtt5.read(memoryview(packet.write()))[0] for packet in packets]
    return [
        Message(each.topic.encode(), each.payload, each.qos.value, each.packet_id or 0, each.retain, each.duplicate)
        for each in read
        if isinstance(each, mqtt5.PublishPacket)
    ]


@settings(deadline=None)
@given(
    st.lists(st.one_of(publish_packets(), control_packets), max_size=12),
    st.lists(st.integers(0, 30_000), max_size=8),
    st.integers(16, 4096),
)
def test_any_packets_cut_anywhere_give_the_messages_the_codec_reads(
    packets: list[mqtt5.Packet], cuts: list[int], capacity: int
) -> None:
    stream = b"".join(packet.write() for packet in packets)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    buffer, awaiting = ReceiveBuffer(capacity), 2
    messages: list[Message] = []
    controls: list[bytes] = []
    for begin, end in pairwise(edges):
        part = stream[begin:end]
        while part:
            space = buffer.space()
            n = min(len(space), len(part))
            space[:n] = part[:n]
            buffer.filled(n)
            part = part[n:]
            if buffer.size >= awaiting:
                frames = split(buffer.unread(), 5, LARGEST)
                assert frames.error is None
                awaiting = frames.awaiting
                buffer.consume(frames.consumed, awaiting)
                messages += messages_of(frames)
                controls += frames.controls
    assert messages == as_the_codec_reads(packets)
    assert controls == [packet.write() for packet in packets if not isinstance(packet, mqtt5.PublishPacket)]
    assert buffer.size == 0


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from([4, 5]))
def test_no_bytes_whatever_raise_and_every_byte_is_accounted_for(data: bytes, version: Version) -> None:
    frames = split(data, version, LARGEST)
    assert 0 <= frames.consumed <= len(data)
    assert len(frames.topics) == len(frames.payloads) == len(frames.qos) == len(frames.packet_ids)
    assert len(frames.retained) == len(frames.topics)
    assert frames.error is not None or frames.awaiting >= 2


@settings(deadline=None)
@given(st.lists(publish_packets(), min_size=1, max_size=5), st.data())
def test_flipped_bytes_never_raise(packets: list[mqtt5.PublishPacket], data: st.DataObject) -> None:
    stream = bytearray(b"".join(packet.write() for packet in packets))
    for _ in range(data.draw(st.integers(1, 6))):
        stream[data.draw(st.integers(0, min(len(stream), 120) - 1))] = data.draw(st.integers(0, 255))
    split(bytes(stream), 5, LARGEST)


def test_mqtt_3_1_1_has_no_property_block() -> None:
    frames = split(b"\x31\x07\x00\x04city7" + b"\x32\x09\x00\x04city\x01\x027", 4, LARGEST)
    assert frames.topics == [b"city", b"city"]
    assert frames.payloads == [b"7", b"7"]
    assert frames.retained.tolist() == [True, False]
    assert frames.packet_ids.tolist() == [0, 0x0102]


def test_topics_are_handed_over_as_they_are_on_the_wire() -> None:
    frames = split(mqtt5.PublishPacket("kota/Bojonegoro/カメラ/🌊", b"").write(), 5, LARGEST)
    assert frames.topics == ["kota/Bojonegoro/カメラ/🌊".encode()]
    assert frames.payloads == [b""]


def test_a_frame_that_is_not_whole_says_how_long_it_will_be() -> None:
    packet = mqtt5.PublishPacket("city", bytes(1_048_576)).write()
    frames = split(packet[:5000], 5, LARGEST)
    assert (frames.consumed, frames.awaiting, frames.topics) == (0, len(packet), [])


@pytest.mark.parametrize(
    ("malformed", "fault"),
    [
        (b"\x30\xff\xff\xff\xff\x01", Fault.LENGTH_MALFORMED),
        (b"\x30\xff\xff\xff\x7f", Fault.PACKET_TOO_LARGE),
        (b"\x36\x08\x00\x04city\x00\x01", Fault.QOS_RESERVED),
        (b"\x30\x00", Fault.TOPIC_BEYOND_FRAME),
        (b"\x30\x01\x00", Fault.TOPIC_BEYOND_FRAME),
        (b"\x30\x05\x00\x04cit", Fault.TOPIC_BEYOND_FRAME),
        (b"\x30\x05\xff\xffcit", Fault.TOPIC_BEYOND_FRAME),
        (b"\x32\x07\x00\x04city\x01", Fault.TOPIC_BEYOND_FRAME),
        (b"\x32\x09\x00\x04city\x00\x00\x00", Fault.PACKET_ID_ZERO),
        (b"\x30\x06\x00\x04city", Fault.PROPERTIES_BEYOND_FRAME),
        (b"\x30\x07\x00\x04city\x01", Fault.PROPERTIES_BEYOND_FRAME),
        (b"\x30\x08\x00\x04city\xff\x7f", Fault.PROPERTIES_BEYOND_FRAME),
        (b"\x30\x03\x00\x00\x00", Fault.TOPIC_EMPTY),
    ],
)
def test_a_malformed_packet_is_named_and_those_before_it_are_kept(malformed: bytes, fault: Fault) -> None:
    good = mqtt5.PublishPacket("city", b"1").write()
    frames = split(good + good + malformed + good, 5, LARGEST)
    assert frames.payloads == [b"1", b"1"]
    assert frames.error is not None
    assert frames.error.fault is fault


def test_the_largest_packet_allowed_passes_and_one_byte_more_does_not() -> None:
    packet = mqtt5.PublishPacket("city", bytes(20_000)).write()
    assert split(packet, 5, len(packet)).payloads == [bytes(20_000)]
    error = split(packet, 5, len(packet) - 1).error
    assert error is not None
    assert str(error) == f"packet_too_large: a packet of {len(packet)} bytes, allowed are {len(packet) - 1}"


def test_packet_identifiers_are_those_of_their_messages() -> None:
    ids = [1, 255, 256, 65_535]
    stream = b"".join(mqtt5.PublishPacket("t", b"", qos=mqtt5.QoS(1 + i % 2), packet_id=i).write() for i in ids)
    frames = split(stream, 5, LARGEST)
    assert frames.packet_ids.tolist() == ids
    assert frames.packet_ids.dtype == np.uint16
    assert frames.qos.tolist() == [2, 2, 1, 2]
