"""Readings in bytes and back: every bit the same, and what is damaged is an error of its own."""

from contextlib import suppress
from dataclasses import fields, replace
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from ingest.reading_bytes import ReadingBytesError, decode, encode
from ingest.readings import ReadingBatch


@st.composite
def batches(draw: st.DrawFn) -> ReadingBatch:
    rows = draw(st.integers(0, 6))
    quantities = tuple(draw(st.lists(st.text(max_size=8), unique=True, max_size=3)))

    def column(dtype: type[np.generic]) -> NDArray[Any]:
        return draw(arrays.arrays(dtype, rows))

    return ReadingBatch(
        source=draw(st.text(max_size=5)),
        kind=draw(st.text(max_size=5)),
        quantities=quantities,
        device=column(np.int32),
        stream=column(np.int32),
        time_ns=column(np.int64),
        timed=column(np.bool_),
        sequence=column(np.int64),
        values=draw(arrays.arrays(np.float64, (len(quantities), rows))),
        message=column(np.int64),
        received_ns=draw(st.integers(-(2**63), 2**63 - 1)),
        behind=draw(st.booleans()),
    )


def one() -> ReadingBatch:
    return ReadingBatch(
        source="mqtt",
        kind="air",
        quantities=("pm25", "pm10"),
        device=np.array([3], np.int32),
        stream=np.array([4], np.int32),
        time_ns=np.array([5], np.int64),
        timed=np.array([True]),
        sequence=np.array([-1], np.int64),
        values=np.array([[1.5], [np.nan]]),
        message=np.array([0], np.int64),
        received_ns=7,
    )


def bits(batch: ReadingBatch) -> list[object]:
    """Of every field, so that none is forgotten that is added later."""
    held = [getattr(batch, each.name) for each in fields(batch)]
    return [(it.dtype.str, it.shape, it.tobytes()) if isinstance(it, np.ndarray) else it for it in held]


@given(batch=batches(), compressed=st.booleans())
def test_readings_come_back_bit_for_bit(batch: ReadingBatch, compressed: bool) -> None:
    assert bits(decode(encode(batch, compressed=compressed))) == bits(batch)


def test_rows_that_were_taken_from_others_come_back_whatever_their_layout() -> None:
    wide = replace(one(), values=np.asfortranarray(np.arange(8.0).reshape(2, 4)), time_ns=np.arange(8)[::2])
    four: dict[str, Any] = {
        name: np.repeat(getattr(wide, name), 4) for name in ("device", "stream", "timed", "sequence", "message")
    }
    batch = replace(wide, **four)
    assert bits(decode(encode(batch))) == bits(batch)


@pytest.mark.parametrize("compressed", [False, True])
def test_cut_short_anywhere_it_is_an_error(compressed: bool) -> None:
    content = encode(one(), compressed=compressed)
    for end in range(len(content)):
        with pytest.raises(ReadingBytesError):
            decode(content[:end])
    with pytest.raises(ReadingBytesError):
        decode(content + b"\0")


@given(st.binary(max_size=80))
def test_any_other_bytes_are_an_error(content: bytes) -> None:
    with pytest.raises(ReadingBytesError):
        decode(content)


@given(place=st.integers(0, 1_000), byte=st.integers(0, 255), compressed=st.booleans())
def test_damage_raises_nothing_else(place: int, byte: int, compressed: bool) -> None:
    content = bytearray(encode(one(), compressed=compressed))
    content[place % len(content)] = byte
    with suppress(ReadingBytesError):
        decode(bytes(content))


def changed(**values: object) -> bytes:
    content = encode(one())
    length = int.from_bytes(content[4:8], "little")
    head = msgspec.msgpack.encode(msgspec.msgpack.decode(content[8 : 8 + length]) | values)
    return content[:4] + len(head).to_bytes(4, "little") + head + content[8 + length :]


def test_another_version_is_one_clear_sentence() -> None:
    with pytest.raises(ReadingBytesError, match=r"^readings of version 99, this program reads version 1$"):
        decode(changed(version=99))


def test_a_head_cannot_ask_for_more_memory_than_there_is() -> None:
    with pytest.raises(ReadingBytesError, match="more than 1073741824"):
        decode(changed(rows=2**40, compressed=True))
