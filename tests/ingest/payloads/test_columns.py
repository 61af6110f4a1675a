"""Each column is compared with what `json.loads` reads from the same text."""

import json
from operator import attrgetter
from typing import Any

import msgspec
import numpy as np
import pytest

from ingest.payloads.columns import columns_of
from ingest.payloads.one_message import FieldRules, Record, record
from ingest.payloads.shape import Leaf, Shape


def shaped(documents: list[dict[str, Any]]) -> tuple[list[msgspec.Struct], list[Leaf]]:
    """The documents decoded into the structure that holds them all."""
    shape = Shape(FieldRules())
    for document in documents:
        found = record(document, FieldRules())
        if isinstance(found, Record):
            shape.learn(found.leaves)
            shape.learn(found.leaves)
    structure, leaves = shape.build()
    return [msgspec.json.decode(json.dumps(document), type=structure) for document in documents], leaves


def columns(documents: list[dict[str, Any]]) -> dict[str, Any]:
    messages, leaves = shaped(documents)
    return {".".join(leaf.path): column for leaf, column in zip(leaves, columns_of(messages, leaves), strict=True)}


@pytest.mark.parametrize("count", [1, 15, 16, 255, 256, 65_535, 65_536, 70_000])
def test_any_number_of_messages_comes_out_as_strided_columns(count: int) -> None:
    found = columns([{"ts": 1_700_000_000 + row, "a": row / 2, "b": -row} for row in range(count)])
    assert {name: column.dtype.str[1:] for name, column in found.items()} == {"ts": "u4", "a": "f8", "b": "f8"}
    rows = np.arange(count)
    np.testing.assert_array_equal(found["ts"], rows + 1_700_000_000)
    np.testing.assert_array_equal(found["a"], rows / 2)
    np.testing.assert_array_equal(found["b"], -rows)


@pytest.mark.parametrize(
    ("times", "dtype"),
    [
        ([1_700_000_000, 4_294_967_295], "uint32"),
        ([4_294_967_296, 1_700_000_000_000_000_001], "uint64"),
        ([-2_147_483_649, -1_700_000_000_000_000_001], "int64"),
        ([1_700_000_000.25, 0.5], "float64"),
    ],
)
def test_times_of_one_width_are_exact_to_the_last_digit(times: list[float], dtype: str) -> None:
    column = columns([{"ts": time, "v": 1.5} for time in times])["ts"]
    assert column.dtype == dtype
    assert column.tolist() == times


@pytest.mark.parametrize(
    "times",
    [
        [1_700_000_000, 1_700_000_000_000],
        [1_700_000_000, 1_700_000_000.5],
        [5, 200],
        [1_700_000_000, "2023-11-14T22:13:20Z"],
        ["2023-11-14T22:13:20Z", 1_700_000_000],
        [1_700_000_000, None],
        [-5, 4_294_967_296],
        [1_700_000_000, 2**64],
        [-(2**63) - 1, 1_700_000_000],
    ],
)
def test_times_of_several_widths_come_out_as_objects(times: list[Any]) -> None:
    found = columns([{"ts": time, "v": 1.5} for time in times])
    assert found["ts"] == times
    assert found["v"] == [1.5, 1.5]


def test_layouts_that_add_up_to_the_same_length_are_not_taken_for_one() -> None:
    documents: list[dict[str, Any]] = [
        {"x": True, "y": 1.0},
        {"x": 1.0, "y": 2.0},
        {"x": True, "y": True},
        {"x": False, "y": 1.5},
    ]
    found = columns(documents)
    assert (found["x"], found["y"]) == ([True, 1.0, True, False], [1.0, 2.0, True, 1.5])


def test_booleans_become_ones_and_zeros() -> None:
    assert columns([{"v": 1, "b": True}, {"v": 2, "b": False}])["b"].tolist() == [1.0, 0.0]


def test_text_takes_all_columns_the_slow_way_with_the_same_values() -> None:
    found = columns([{"v": 1.5, "t": "one"}, {"v": 2.5, "t": "zwei"}])
    assert found == {"v": [1.5, 2.5], "t": ["one", "zwei"]}


def test_a_time_that_nobody_gives_is_a_column_of_none() -> None:
    messages, leaves = shaped([{"ts": 1, "v": 1}])
    structure = type(messages[0])
    absent = [msgspec.json.decode(b'{"v":1}', type=structure), msgspec.json.decode(b'{"v":2}', type=structure)]
    times, values = columns_of(absent, leaves)
    assert times == [None, None]
    assert list(values) == [1.0, 2.0]


def test_an_absent_number_is_nan_and_moves_no_other_column() -> None:
    found = columns([{"a": 1.0, "o": {"b": 2.0}}, {"a": 3.0}, {"o": {"b": 4.0}}])
    assert [str(value) for value in found["a"]] == ["1.0", "3.0", "nan"]
    assert [str(value) for value in found["o.b"]] == ["2.0", "nan", "4.0"]


def test_nested_objects_are_walked_in_the_order_they_are_encoded() -> None:
    documents = [{"z": row, "o": {"a": row + 1, "i": {"k": row + 2}}, "m": {"n": row + 3}} for row in range(20)]
    found = columns(documents)
    assert {name: column[:2].tolist() for name, column in found.items()} == {
        "z": [0.0, 1.0],
        "o.a": [1.0, 2.0],
        "m.n": [3.0, 4.0],
        "o.i.k": [2.0, 3.0],
    }


@pytest.mark.parametrize("width", [15, 16, 40, 256])
def test_wide_messages_have_longer_headers(width: int) -> None:
    found = columns([{f"f{field}": field + row / 4 for field in range(width)} for row in range(3)])
    assert len(found) == width
    assert all(isinstance(column, np.ndarray) for column in found.values())
    assert {name: column.tolist() for name, column in found.items()} == {
        f"f{field}": [field, field + 0.25, field + 0.5] for field in range(width)
    }


@pytest.mark.parametrize("length", [1, 31, 32, 255, 256, 1000])
def test_names_of_any_length_are_stepped_over(length: int) -> None:
    name, wide = "n" * length, "ü" * (length // 2)
    found = columns([{name: 1.5, wide: 2.5, "v": 3.5}, {name: 4.5, wide: 5.5, "v": 6.5}])
    expected = {name: [1.5, 4.5], wide: [2.5, 5.5], "v": [3.5, 6.5]}
    assert {key: column.tolist() for key, column in found.items()} == expected


def test_no_messages_give_empty_columns() -> None:
    _, leaves = shaped([{"a": 1, "b": 2}])
    assert [len(column) for column in columns_of([], leaves)] == [0, 0]


def test_the_strided_columns_are_what_the_attributes_say() -> None:
    messages, leaves = shaped([{"ts": 10**12 + row, "a": row**0.5, "o": {"b": row % 3 == 0}} for row in range(1000)])
    for leaf, column in zip(leaves, columns_of(messages, leaves), strict=True):
        assert isinstance(column, np.ndarray)
        assert column.tolist() == list(map(attrgetter(leaf.attributes), messages))
