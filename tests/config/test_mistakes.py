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
