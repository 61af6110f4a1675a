from pathlib import Path

import pytest

from config.mistakes import ConfigurationError, Mistake, did_you_mean, shorten


def test_a_mistake_is_one_line_with_file_line_and_place():
    assert (
        str(Mistake(Path("city.toml"), 3, "city.id", "must not be empty")) == "city.toml:3: city.id: must not be empty"
    )
    assert str(Mistake(Path("city.toml"), None, "", "there is no such file")) == "city.toml: there is no such file"


def test_an_error_prints_one_mistake_a_line():
    error = ConfigurationError([Mistake(Path("a"), 1, "x", "one"), Mistake(Path("b"), 2, "", "two")])
    assert str(error) == "a:1: x: one\nb:2: two"


def test_rows_with_the_same_mistake_are_one_line():
    def unknown(line, zone):
        return Mistake(Path("devices.csv"), line, "zone", f"there is no zone {zone!r}")

    rows = [*(unknown(line, "x") for line in range(2, 132)), unknown(132, "y"), unknown(133, "z"), unknown(134, "z")]
    assert str(ConfigurationError(rows)).splitlines() == [
        "devices.csv:2: zone: there is no zone 'x', and 129 more rows",
        "devices.csv:132: zone: there is no zone 'y'",
        "devices.csv:133: zone: there is no zone 'z', and 1 more row",
    ]


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("siez", "; did you mean 'size'?"),
        ("SIZE", "; did you mean 'size'?"),
        ("Hop", "; did you mean 'hop'?"),
        ("xyz", ""),
        ("", ""),
    ],
)
def test_the_nearest_name_is_offered_only_where_one_is_near(word, hint):
    assert did_you_mean(word, ["size", "hop", "kinds"]) == hint


def test_a_value_is_shown_on_one_line_and_not_too_long():
    assert shorten("a\nb") == r"'a\nb'"
    assert shorten(True) == "true"
    assert shorten("x" * 200) == "'" + "x" * 76 + "..."
