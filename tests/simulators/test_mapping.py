from pathlib import Path

import pytest
from pydantic import ValidationError

from simulators.mapping import Column, Mapping, Value, is_jsonl

COMPLETE = {"device": "a", "time": {"column": "t"}, "values": {"v": "speed"}}


def test_a_value_may_be_written_as_the_name_of_its_quantity() -> None:
    mapping = Mapping.model_validate(COMPLETE)
    assert mapping.values == {"v": Value(quantity="speed")}
    mapping.require_complete()


def test_needed_columns_are_known_with_their_use() -> None:
    mapping = Mapping.model_validate(
        {
            **COMPLETE,
            "device": {"column": "d"},
            "zone": {"column": "z"},
            "received": "r",
            "time": {"column": ["a", "b"]},
        }
    )
    assert mapping.columns == {
        "r": "received",
        "a": "time",
        "b": "time",
        "d": "device",
        "z": "zone",
        "v": "values.speed",
    }


def test_a_table_takes_over_what_it_does_not_say() -> None:
    mapping = Mapping.model_validate(
        {
            "kind": "traffic",
            "time": {"column": "t"},
            "tables": [
                {"files": "speed_*.csv", "device": "1", "values": {"v": "speed"}},
                {"files": "air_*.csv", "device": {"column": "d"}, "kind": "air", "values": {"v": "pm25"}},
            ],
        }
    )
    assert mapping.table_for(Path("x/speed_1.csv")).kind == "traffic"
    assert mapping.table_for(Path("air_2.csv")).device == Column(column="d")
    assert mapping.covers(Path("air_2.csv"))
    assert not mapping.covers(Path("labels.json"))
    with pytest.raises(
        ValueError, match=r"noise\.csv: the name fits none of the mapping's tables \(speed_\*\.csv, air_"
    ):
        mapping.table_for(Path("noise.csv"))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time": {"column": "t", "year": "y"}}, r"time has a column \(t\) and parts \(y\)"),
        ({"time": {"year": "y"}}, "at least year, month and day"),
        ({"time": {"column": "t", "format": "unix"}}, "'unix' is no time format"),
        ({"time": {"column": "t", "timezone": "Mars"}}, "'Mars' is no time zone"),
        ({"delimeter": ";"}, "Extra inputs are not permitted"),
    ],
)
def test_a_mapping_refuses_nonsense(change: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Mapping.model_validate({**COMPLETE, **change})


@pytest.mark.parametrize("absent", ["device", "time", "values"])
def test_a_mapping_needs_time_device_and_values(absent: str) -> None:
    mapping = Mapping.model_validate({key: value for key, value in COMPLETE.items() if key != absent})
    with pytest.raises(ValueError, match=rf"names no {absent}"):
        mapping.require_complete()


def test_the_name_of_a_file_tells_json_lines_from_csv() -> None:
    assert is_jsonl(None, Path("a.JSONL"))
    assert not is_jsonl(None, Path("a.csv"))
    assert is_jsonl(Mapping(format="jsonl"), Path("a.txt"))
