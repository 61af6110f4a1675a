from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.settings import Kind, Quantity, Source
from ingest import decoding
from ingest.decoding import DecodedBatch, Rejection, SourceDecoder
from ingest.devices import DeviceTable
from ingest.messages import MessageBatch
from ingest.readings import NO_SEQUENCE
from ingest.reasons import Reason
from tests.ingest.payloads.hostile import payloads

RECEIVED_NS = 1_700_000_100_000_000_000
KINDS = {"air": Kind(quantities={"pm25": Quantity(unit="µg/m³")})}
Message = tuple[bytes, bytes]


def decoder(source: Source | None = None) -> SourceDecoder:
    return SourceDecoder(source or Source(), "bojonegoro", DeviceTable(), KINDS)


def batch(*messages: Message, retained: tuple[int, ...] = ()) -> MessageBatch:
    flags = np.zeros(len(messages), np.bool_)
    flags[list(retained)] = True
    return MessageBatch([topic for topic, _ in messages], [payload for _, payload in messages], flags, RECEIVED_NS)


def columns(decoded: DecodedBatch) -> list[tuple[str, list[int], dict[str, list[str]]]]:
    """Kind, messages and values, in an order and a form that can be compared."""
    return [
        (
            readings.kind,
            readings.message.tolist(),
            {name: list(map(str, values)) for name, values in zip(readings.quantities, readings.values, strict=True)},
        )
        for readings in sorted(decoded.readings, key=lambda readings: readings.kind)
    ]


def test_messages_of_several_kinds_become_one_batch_of_columns_for_each() -> None:
    decoded = decoder().decode(
        batch(
            (b"city/bjn/air/a1", b'{"ts":1700000000,"seq":1,"pm25":12.5}'),
            (b"city/bjn/parking/p1", b'{"occupied":3,"free":7}'),
            (b"city/bjn/air/a2/status", b'{"ts":"2023-11-14T22:13:21Z","pm25":13,"pm10":30}'),
        )
    )
    air, parking = sorted(decoded.readings, key=lambda readings: readings.kind)
    assert decoded.rejections == []
    assert (air.source, air.kind, air.quantities, air.received_ns) == ("mqtt", "air", ("pm10", "pm25"), RECEIVED_NS)
    assert list(map(str, air.values.ravel())) == ["nan", "30.0", "12.5", "13.0"]
    assert air.time_ns.tolist() == [1_700_000_000_000_000_000, 1_700_000_001_000_000_000]
    assert air.sequence.tolist() == [1, NO_SEQUENCE]
    assert (air.device.tolist(), air.stream.tolist(), air.message.tolist()) == ([0, 2], [0, 2], [0, 2])
    assert air.device.dtype == air.stream.dtype == np.int32
    assert (parking.quantities, parking.values.tolist()) == (("free", "occupied"), [[7.0], [3.0]])
    assert (parking.device.tolist(), parking.message.tolist()) == ([1], [1])


def test_a_reading_without_a_time_has_the_time_of_its_arrival() -> None:
    (readings,) = (
        decoder().decode(batch((b"city/b/air/a", b'{"pm25":1}'), (b"city/b/air/a", b'{"ts":5,"pm25":1}'))).readings
    )
    assert readings.time_ns.tolist() == [RECEIVED_NS, 5_000_000_000]
    assert readings.timed.tolist() == [False, True]


def test_a_message_sent_again_is_not_decoded_and_keeps_its_device() -> None:
    made = batch(
        (b"city/b/air/a1", b'{"pm25":1}'),
        (b"city/b/air/a2", b'{"pm25":2}'),
        (b"elsewhere", b'{"pm25":3}'),
        (b"city/b/air/a2", b"{"),
        retained=(1,),
    )
    decoded = decoder().decode(replace(made, repeated=np.array([False, True, True, True])))
    assert [readings.message.tolist() for readings in decoded.readings] == [[0]]
    assert (decoded.repeated.tolist(), decoded.repeated_device.tolist()) == ([1, 2, 3], [1, -1, 1])
    assert decoded.rejections == []


def test_devices_of_topics_are_named_without_any_payload() -> None:
    made = decoder()
    made.decode(batch((b"city/b/air/a1", b'{"pm25":1}')))
    assert made.devices([b"city/b/air/a2", b"elsewhere", b"city/b/air/a1"]).tolist() == [1, -1, 0]


def test_a_time_of_zero_is_a_time() -> None:
    (readings,) = decoder().decode(batch((b"city/b/air/a", b'{"ts":0,"pm25":1}'))).readings
    assert (readings.time_ns.tolist(), readings.timed.tolist()) == ([0], [True])


def test_what_gives_no_reading_is_named_with_its_message_and_its_device() -> None:
    decoded = decoder().decode(
        batch(
            (b"city/b/air/a1", b'{"pm25":1}'),
            (b"elsewhere", b'{"pm25":1}'),
            (b"city/b/air/+", b'{"pm25":1}'),
            (b"city/b/air/a2", b'{"pm25":"1"}'),
            (b"city/b/air/\xff", b'{"pm25":1}'),
            (b"city/b/air/a3", b'{"pm25":2}'),
            (b"city/b/noise/n1", b""),
            (b"city/b/air/a3", b'[{"pm25":3},7,{"pm25":"x"}]'),
            retained=(5,),
        )
    )
    assert sorted(decoded.rejections, key=lambda rejection: rejection.message) == [
        Rejection(1, Reason.TOPIC_UNKNOWN, -1),
        Rejection(2, Reason.TOPIC_WILDCARD, -1),
        Rejection(3, Reason.NUMBER_IN_STRING, 1),
        Rejection(4, Reason.TOPIC_NOT_UTF8, -1),
        Rejection(5, Reason.RETAINED, 2),
        Rejection(6, Reason.EMPTY_PAYLOAD, 3),
        Rejection(7, Reason.NOT_AN_OBJECT, 2),
        Rejection(7, Reason.TEXT_FOR_NUMBER, 2),
    ]
    assert columns(decoded) == [("air", [0, 7], {"pm25": ["1.0", "3.0"]})]


def test_text_in_a_declared_quantity_is_named_and_elsewhere_passed_over() -> None:
    decoded = decoder().decode(
        batch(
            (b"city/b/air/a", b'{"pm25":"n/a","pm10":5}'),
            (b"city/b/noise/a", b'{"pm25":"n/a","pm10":5}'),
        )
    )
    assert [(entry.message, entry.reason) for entry in decoded.rejections] == [(0, Reason.TEXT_FOR_NUMBER)]
    assert columns(decoded) == [("noise", [1], {"pm10": ["5.0"]})]


def test_the_source_says_where_time_sequence_and_quantities_stand() -> None:
    source = Source(
        name="lora",
        topic="{zone}/{device}",
        topics=("#",),
        kind="air",
        time_field="meta.at",
        sequence_field="meta.n",
        fields={"data.p": "pm25"},
        ignore=("meta.rssi",),
    )
    (readings,) = (
        decoder(source).decode(batch((b"kapas/s1", b'{"meta":{"at":5,"n":9,"rssi":-70},"data":{"p":3}}'))).readings
    )
    assert (readings.source, readings.kind, readings.quantities) == ("lora", "air", ("pm25",))
    assert (readings.time_ns.tolist(), readings.sequence.tolist()) == ([5_000_000_000], [9])


def test_nothing_decodes_to_nothing() -> None:
    decoded = decoder().decode(batch())
    assert (decoded.readings, decoded.rejections) == ([], [])


def test_a_batch_of_retained_messages_gives_no_reading() -> None:
    decoded = decoder().decode(batch((b"city/b/air/a", b'{"pm25":1}'), (b"x", b""), retained=(0, 1)))
    assert decoded.readings == []
    assert decoded.rejections == [Rejection(0, Reason.RETAINED, 0), Rejection(1, Reason.TOPIC_UNKNOWN, -1)]


def test_topics_of_an_earlier_run_keep_their_stream_numbers() -> None:
    first = decoder()
    first.decode(batch((b"city/b/air/a2", b'{"pm25":1}'), (b"bad", b""), (b"city/b/air/a1", b"")))
    assert first.topics == [b"city/b/air/a2", b"city/b/air/a1"]
    again = SourceDecoder(Source(), "bojonegoro", DeviceTable(), KINDS, first.topics)
    (readings,) = again.decode(batch((b"city/b/air/a1", b'{"pm25":1}'))).readings
    assert (readings.stream.tolist(), readings.device.tolist()) == ([1], [1])


def test_a_flood_of_kinds_is_decoded_and_only_the_latest_shapes_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "MAX_DECODERS", 4)
    source = decoder()
    flood = [(b"city/b/kind%d/d" % number, b'{"v":%d}' % number) for number in range(20)]
    expected = sorted((f"kind{number}", [number], {"v": [f"{number}.0"]}) for number in range(20))
    assert columns(source.decode(batch(*flood))) == expected
    assert columns(source.decode(batch(*flood))) == expected
    assert len(source._decoders) == 4


topics = st.sampled_from(
    [b"city/b/air/a1", b"city/b/air/a2", b"city/b/noise/n1", b"city/b/parking/p", b"bad", b"city/b/air/+"]
)


@settings(max_examples=100)
@given(st.lists(st.tuples(topics, payloads), max_size=10), st.data())
def test_every_message_gives_a_reading_or_a_reason_and_each_says_the_same_alone(
    messages: list[Message], data: st.DataObject
) -> None:
    retained = tuple(sorted(data.draw(st.sets(st.integers(0, len(messages) - 1))))) if messages else ()
    together = decoder().decode(batch(*messages, retained=retained))
    read = {number for readings in together.readings for number in readings.message.tolist()}
    named = {rejection.message for rejection in together.rejections}
    assert read | named == set(range(len(messages)))
    alone = decoder()
    for number, message in enumerate(messages):
        single = alone.decode(batch(message, retained=(0,) if number in retained else ()))
        assert [entry.reason for entry in single.rejections] == [
            entry.reason for entry in together.rejections if entry.message == number
        ]
        rows = sum(len(readings) for readings in single.readings)
        assert rows == sum(int((readings.message == number).sum()) for readings in together.readings)
