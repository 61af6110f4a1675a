import struct
import threading
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.journal.damage import JournalDamaged
from ingest.journal.encoding import Encoder, checksum, decode, encode, measure
from ingest.journal.entries import Entry, Messages, Shed, Tick
from ingest.messages import MessageBatch
from tests.ingest.journal.journals import START_NS, messages, plain

times = st.integers(-(2**63), 2**63 - 1)
texts = st.binary(max_size=300)


@st.composite
def batches(draw) -> MessageBatch:
    topics = draw(st.lists(texts, max_size=40))
    count = len(topics)
    flags = st.lists(st.booleans(), min_size=count, max_size=count)
    ids = draw(st.none() | st.lists(st.integers(0, 65_535), min_size=count, max_size=count))
    repeated = draw(st.none() | flags)
    return MessageBatch(
        topics,
        draw(st.lists(texts, min_size=count, max_size=count)),
        np.array(draw(flags), np.bool_),
        draw(times),
        receipt=object(),
        packet_ids=None if ids is None else np.array(ids, np.uint16),
        repeated=None if repeated is None else np.array(repeated, np.bool_),
        behind=draw(st.booleans()),
    )


entries = st.one_of(
    st.builds(Messages, st.text(), batches()),
    st.builds(Tick, times),
    st.builds(Shed, st.text(), st.lists(texts), times),
)


@given(entries)
def test_every_entry_comes_back_as_it_was(entry: Entry) -> None:
    assert plain(decode(encode(entry))) == plain(entry)


@given(st.lists(entries, max_size=5))
def test_an_encoder_remembers_nothing_of_the_entry_before(many: list[Entry]) -> None:
    encoder = Encoder()
    assert [encoder.encode(measure(entry)) for entry in many] == [encode(entry) for entry in many]


def test_the_types_are_those_of_a_connection() -> None:
    batch = MessageBatch(
        [b"t"], [b"p"], np.array([True]), 5, packet_ids=np.array([7], np.uint16), repeated=np.array([False])
    )
    back = decode(encode(Messages("mqtt", batch)))
    assert isinstance(back, Messages)
    assert back.batch.retained.dtype == np.bool_
    assert back.batch.packet_ids is not None
    assert back.batch.packet_ids.dtype == np.uint16
    assert back.batch.repeated is not None
    assert back.batch.repeated.dtype == np.bool_
    assert type(back.batch.topics[0]) is bytes
    assert back.batch.receipt is None
    assert back.batch.nbytes == 2


@pytest.mark.parametrize("sizes", [[0], [255], [256, 1], [65_535, 0], [65_536], [1 << 20, 0, 1 << 20]])
def test_a_payload_may_have_any_length(sizes: list[int]) -> None:
    payloads = [bytes([index + 1]) * size for index, size in enumerate(sizes)]
    entry = Messages("mqtt", MessageBatch([b"t"] * len(sizes), payloads, np.zeros(len(sizes), np.bool_), 1))
    back = decode(encode(entry))
    assert plain(back) == plain(entry)


def test_a_batch_of_70_000_messages_takes_a_fraction_of_its_bytes() -> None:
    count = 70_000
    topics = [b"city/bjn/traffic/dev%05d/up" % (index % 5000) for index in range(count)]
    payloads = [b'{"ts":%d,"speed":%d}' % (1_700_000_000_000 + index, index % 97) for index in range(count)]
    ids = (np.arange(count) % 65_535 + 1).astype(np.uint16)
    entry = Messages("mqtt", MessageBatch(topics, payloads, np.arange(count) % 2 == 0, START_NS, packet_ids=ids))
    content = encode(entry)
    assert plain(decode(content)) == plain(entry)
    assert len(content) < 10 * count


def test_measuring_counts_messages_and_their_bytes() -> None:
    measured = measure(Messages("mqtt", MessageBatch([b"ab", b"c"], [b"", b"x" * 300], np.zeros(2, np.bool_), 9)))
    assert (measured.messages, measured.size, measured.received_ns) == (2, 303, 9)
    shed = measure(Shed("mqtt", [b"ab", b"ab"], 8))
    assert (shed.messages, shed.size, shed.received_ns) == (2, 4, 8)
    tick = measure(Tick(7))
    assert (tick.messages, tick.size, tick.received_ns) == (0, 0, 7)


@pytest.mark.parametrize(
    "entry", [Tick(5), messages(3), Shed("mqtt", [b"t"] * 100, 5)], ids=["tick", "messages", "shed"]
)
def test_a_changed_bit_anywhere_is_found(entry: Entry) -> None:
    content = encode(entry)
    for position in range(len(content)):
        damaged = bytearray(content)
        damaged[position] ^= 1 << position % 8
        with pytest.raises(JournalDamaged):
            decode(bytes(damaged))
        assert position == 0 or checksum(bytes(damaged)) is None


@pytest.mark.parametrize("length", range(0, 60, 7))
def test_a_content_cut_short_is_found(length: int) -> None:
    content = encode(messages(3))
    with pytest.raises(JournalDamaged, match="checksum"):
        decode(content[:length])


def test_another_version_is_named() -> None:
    content = encode(Tick(5))
    with pytest.raises(JournalDamaged, match=r"^it was written by another Denyut \(format 2; this one knows 1\)$"):
        decode(b"\x02" + content[1:])


@given(st.binary(max_size=100))
def test_foreign_bytes_with_a_checksum_that_fits_are_refused(frame: bytes) -> None:

    with pytest.raises(JournalDamaged):
        decode(struct.pack("<BI", 1, zlib.crc32(frame)) + frame)


def test_many_threads_may_encode_and_decode() -> None:
    wrong: list[int] = []

    def work(number: int) -> None:
        for _ in range(20):
            entry = messages(number, 500)
            if plain(decode(encode(entry))) != plain(entry):
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
