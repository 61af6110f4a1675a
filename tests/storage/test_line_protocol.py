import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import storage.line_protocol
from storage.line_names import UnwritableNameError, escape_key
from storage.line_protocol import (
    NO_FIELD,
    UNWRITABLE_FIELD,
    UNWRITABLE_SERIES,
    LineEncoder,
    encode_point,
)
from storage.points import PointBatch, SeriesTable
from tests.storage.line_parser import Point, parse_line

CORPUS = Path(__file__).parents[2].parent / "shared" / "data" / "line_protocol_corpus"
T = 1_763_778_600_000_000_000
NAN = float("nan")


def batch(tags: list[dict[str, str]], fields: dict[str, list[float]], measurement: str = "window") -> PointBatch:
    table = SeriesTable()
    series = np.array([table.index(measurement, one) for one in tags], dtype=np.int32)
    columns = {name: np.array(values, dtype=np.float64) for name, values in fields.items()}
    return PointBatch(table, series, np.arange(len(tags)) + T, columns)


def corpus(name: str) -> list[dict[str, Any]]:
    path = CORPUS / name
    if not path.exists():
        pytest.skip(f"the recordings are absent: {path}")
    cases: list[dict[str, Any]] = list(json.loads(path.read_text()).values())
    return cases


def field_value(kind: str, value: Any) -> Any:
    return float(value) if kind == "float" else value


def test_every_case_of_the_corpus_is_encoded_byte_for_byte() -> None:
    cases = corpus("encode.json")
    for case in cases:
        point = case["input"]["point"]
        tags = {tag["key"]: tag["value"] for tag in point["tags"]}
        fields = {one["key"]: field_value(*next(iter(one["value"].items()))) for one in point["fields"]}
        assert encode_point(point["name"], tags, fields, point["time"]).decode() == case["output"]["result"]
    assert len(cases) == 47


def test_the_columns_carry_every_float_case_of_the_corpus() -> None:
    for case in corpus("encode.json"):
        point = case["input"]["point"]
        floats = {one["key"]: one["value"]["float"] for one in point["fields"] if "float" in one["value"]}
        if floats:
            tags = {tag["key"]: tag["value"] for tag in point["tags"]}
            encoded = LineEncoder().encode(
                batch([tags], {key: [value] for key, value in floats.items()}, point["name"])
            )
            assert parse_line(encoded.lines[0].decode()) == Point(point["name"], tags, floats, T)


def test_what_decoders_agree_on_survives_another_encoding() -> None:
    seen = 0
    for case in corpus("decode.json"):
        results = case["output"].get("result") or []
        for point in results:
            tags = {tag["key"]: tag["value"] for tag in point["tags"]}
            fields = {one["key"]: field_value(*next(iter(one["value"].items()))) for one in point["fields"]}
            try:
                line = encode_point(point["name"], tags, fields, point["time"])
            except UnwritableNameError:
                continue
            assert parse_line(line.decode()) == Point(point["name"], tags, fields, point["time"])
            seen += 1
    assert seen > 150


def test_the_reader_of_the_tests_agrees_with_the_corpus() -> None:
    seen = 0
    for case in corpus("decode.json"):
        text, results = case["input"].get("text"), case["output"].get("result")
        if not (isinstance(text, str) and results and len(results) == 1 and text.isprintable()) or text[0] in "# ":
            continue
        found, point = parse_line(text), results[0]
        assert found.measurement == point["name"]
        assert found.tags == {tag["key"]: tag["value"] for tag in point["tags"]}
        fields = {one["key"]: field_value(*next(iter(one["value"].items()))) for one in point["fields"]}
        assert found.fields == fields
        seen += 1
    assert seen > 50


def test_a_window_becomes_a_line() -> None:
    tags = {"city": "bjn", "zone": "Kota Utara", "device": "a,b=c", "size": "10s"}
    encoded = LineEncoder().encode(batch([tags], {"pm25_mean": [41.25], "pm25_count": [3], "revision": [0]}))
    assert encoded.lines == [
        b"window,city=bjn,device=a\\,b\\=c,size=10s,zone=Kota\\ Utara "
        b"pm25_mean=41.25,pm25_count=3.0,revision=0.0 1763778600000000000"
    ]
    assert not encoded.dropped


def test_absent_and_infinite_values_leave_the_line_and_an_empty_row_is_counted() -> None:
    fields = {"x": [1.0, NAN, math.inf, NAN], "y": [NAN, 2.0, 3.0, -math.inf]}
    encoded = LineEncoder().encode(batch([{"d": name} for name in "abcd"], fields))
    assert encoded.lines == [
        b"window,d=a x=1.0 1763778600000000000",
        b"window,d=b y=2.0 1763778600000000001",
        b"window,d=c y=3.0 1763778600000000002",
    ]
    assert encoded.dropped == {NO_FIELD: 1}


def test_series_are_escaped_once_and_new_ones_join_later() -> None:
    encoder, first = LineEncoder(), batch([{"d": "a"}], {"x": [1.0]})
    assert encoder.encode(first).lines == [b"window,d=a x=1.0 1763778600000000000"]
    series = np.array([first.table.index("other", {"d": "b c"}), 0], dtype=np.int32)
    later = PointBatch(first.table, series, np.array([5, 6]), {"x": np.array([2.0, 3.0])})
    assert encoder.encode(later).lines == [b"other,d=b\\ c x=2.0 5", b"window,d=a x=3.0 6"]
    other_table = batch([{"d": "z"}], {"x": [1.0]})
    assert encoder.encode(other_table).lines == [b"window,d=z x=1.0 1763778600000000000"]


@pytest.mark.parametrize(
    "name", ["line\nbreak x=1 1\nevil", "a\rb", "ends in \\", "nul\0", "del\x7f", "half a pair \ud83d"]
)
def test_a_name_that_would_break_its_line_costs_only_its_own_points(name: str) -> None:
    encoded = LineEncoder().encode(
        batch([{"d": "a"}, {"d": name}, {name: "a"}], {"x": [1.0, 2.0, 3.0], name: [4.0] * 3})
    )
    assert encoded.lines == [b"window,d=a x=1.0 1763778600000000000"]
    assert encoded.dropped == {UNWRITABLE_SERIES: 2, UNWRITABLE_FIELD: 3}
    assert LineEncoder().encode(batch([{}], {"x": [1.0]}, name)).dropped == {UNWRITABLE_SERIES: 1}


@pytest.mark.parametrize("measurement", ["", "#comment"])
def test_a_measurement_that_would_be_no_point_is_left_out(measurement: str) -> None:
    assert LineEncoder().encode(batch([{}], {"x": [1.0]}, measurement)).dropped == {UNWRITABLE_SERIES: 1}


def test_a_field_named_time_is_counted_since_the_server_would_drop_it() -> None:
    encoded = LineEncoder().encode(batch([{}], {"time": [1.0], "x": [2.0]}))
    assert encoded.lines == [b"window x=2.0 1763778600000000000"]
    assert encoded.dropped == {UNWRITABLE_FIELD: 1}


@pytest.mark.parametrize("name", ["a\\,b", "a\\ b", "a\\=b"])
def test_a_field_whose_name_the_server_cannot_read_costs_no_other_field(name: str) -> None:
    encoded = LineEncoder().encode(batch([{"d": name}], {name: [1.0], "x": [2.0]}))
    assert encoded.lines == [b"window,d=%b x=2.0 1763778600000000000" % escape_key("tag value", name).encode()]
    assert encoded.dropped == {UNWRITABLE_FIELD: 1}


def test_a_point_without_a_field_to_write_is_refused() -> None:
    with pytest.raises(ValueError, match="no field that can be written"):
        encode_point("m", {}, {"x": NAN}, 0)
    with pytest.raises(UnwritableNameError, match="tag value is empty"):
        encode_point("m", {"a": ""}, {"x": 1.0}, 0)


def test_integers_beyond_the_signed_range_are_unsigned() -> None:
    assert encode_point("m", {}, {"a": 2**63 - 1, "b": 2**63, "c": True}, -5) == (
        b"m a=9223372036854775807i,b=9223372036854775808u,c=true -5"
    )


@pytest.mark.parametrize("remembered", [0, 1_000_000])
@given(
    st.lists(
        st.sampled_from(
            ["dev1", "b2", "jalan é", "a,b", "x=1", "", "two\nlines", "ends\\", "\ufdd0", "温度", "half \ud83d"]
        )
    ),
    st.sampled_from(["kota", "pasar ikan", "\ufdd0", "", "bad\n"]),
)
def test_series_that_come_together_are_escaped_as_each_by_itself(
    remembered: int, devices: list[str], zone: str
) -> None:
    together = SeriesTable()
    together.index("indicator", {"zone": "all"})
    together.extend("window", {"zone": zone, "a": "b c"}, "device", devices)
    together.index("indicator", {"zone": "some"})
    encoder = LineEncoder()
    series = np.arange(len(together), dtype=np.int32)
    times = np.arange(len(together), dtype=np.int64)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storage.line_protocol, "_REMEMBERED", remembered)
        encoded = encoder.encode(PointBatch(together, series, times, {"x": np.ones(len(together))}))
    alone = [{"zone": zone, "a": "b c", "device": device} for device in devices]
    one_by_one = SeriesTable()
    each = [one_by_one.index("indicator", {"zone": "all"}), *(one_by_one.index("window", tags) for tags in alone)]
    each.append(one_by_one.index("indicator", {"zone": "some"}))
    expected = LineEncoder().encode(PointBatch(one_by_one, np.array(each, np.int32), times, {"x": np.ones(len(times))}))
    assert encoded.lines == expected.lines
    assert encoded.dropped == expected.dropped


names = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(lambda text: text[-1] != "\\")
field_names = names.filter(lambda name: name != "time" and not re.search(r"\\[,= ]", name))


@given(
    st.text(st.sampled_from('abc,= "{}:\\é'), min_size=1).filter(lambda text: text[-1] != "\\"),
    st.dictionaries(field_names, names, max_size=3),
    st.dictionaries(field_names, st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5),
)
def test_any_printable_names_and_finite_floats_come_back(
    measurement: str, tags: dict[str, str], fields: dict[str, float]
) -> None:
    encoded = LineEncoder().encode(batch([tags], {name: [value] for name, value in fields.items()}, measurement))
    assert parse_line(encoded.lines[0].decode()) == Point(measurement, tags, {**fields}, T)
