import pytest

from simulators.mapping import Column, Value
from simulators.mapping_files import load_mapping
from simulators.mapping_options import mapping_from_options


def test_options_alone_make_a_mapping() -> None:
    mapping = mapping_from_options(
        None,
        {
            "kind": "parking",
            "device": "{garagecode}",
            "time": "updatetime",
            "timezone": "Europe/Copenhagen",
            "delimiter": "\\t",
        },
        ["vehiclecount=occupied", "a=b=capacity"],
    )
    mapping.require_complete()
    assert mapping.device == Column(column="garagecode")
    assert mapping.delimiter == "\t"
    assert mapping.values == {"vehiclecount": Value(quantity="occupied"), "a=b": Value(quantity="capacity")}
    assert mapping.time is not None
    assert (mapping.time.column, mapping.time.timezone) == (("updatetime",), "Europe/Copenhagen")


def test_an_option_takes_the_place_of_what_the_file_says_and_the_rest_stays() -> None:
    mapping = mapping_from_options(load_mapping("parking_aarhus"), {"timezone": "UTC", "order": "file"})
    assert mapping.time is not None
    assert (mapping.time.column, mapping.time.timezone, mapping.order) == (("updatetime",), "UTC", "file")
    assert mapping.kinds["parking"].every == 1_800_000_000_000
    assert mapping.windows == load_mapping("parking_aarhus").windows


@pytest.mark.parametrize(
    ("options", "values", "message"),
    [
        ({}, ["speed"], "'speed' is no COLUMN=QUANTITY"),
        ({"order": "random"}, [], "order: Input should be 'time' or 'file'"),
        ({"time": "t", "timezone": "Mars"}, [], "time.timezone: 'Mars' is no time zone"),
    ],
)
def test_a_mistake_names_the_option_and_the_value(options: dict[str, str], values: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        mapping_from_options(None, options, values)
