from math import isclose, log10

from config.durations import SECOND_NS
from config.settings import Quantity
from denyut.scoring.expected_windows import Closing, Expected, expected_windows
from tests.denyut.scoring.told_readings import START_NS, Told, readings_of

CLOSING = Closing(after_ns=62 * SECOND_NS, slack_ns=5 * SECOND_NS, until_ns=START_NS + 200 * SECOND_NS)
FIRST = ("A", START_NS + 10 * SECOND_NS)


def expected(*rows: Told, of: Quantity | None = None, quantity: str = "pm25") -> Expected:
    quantities = {} if of is None else {quantity: of}
    return expected_windows(readings_of(*rows, quantity=quantity), 10 * SECOND_NS, CLOSING, quantities)


def test_a_window_holds_the_statistics_of_its_readings() -> None:
    found = expected(("A", 2, 2, 2, 0, "", 4.0), ("A", 1, 1, 1, 1, "", 2.0), ("A", 12, 12, 12, 2, "", 9.0))
    assert found.fields[FIRST] == {
        "pm25_count": 2,
        "pm25_min": 2.0,
        "pm25_max": 4.0,
        "pm25_first": 2.0,
        "pm25_last": 4.0,
        "pm25_std": 1.0,
        "pm25_mean": 3.0,
    }
    assert found.fields["A", START_NS + 20 * SECOND_NS]["pm25_count"] == 1


def test_sound_levels_add_up_as_energies() -> None:
    rows: list[Told] = [("A", 1, 1, 1, 0, "", 60.0), ("A", 2, 2, 2, 1, "", 70.0)]
    found = expected(*rows, of=Quantity(kind="level"), quantity="laeq")
    assert isclose(found.fields[FIRST]["laeq_mean"], 10 * log10((1e6 + 1e7) / 2))


def test_what_was_lost_again_unreadable_or_implausible_is_in_no_window() -> None:
    found = expected(
        ("A", 1, 1, 1, -1, "lost", 1.0),
        ("A", 2, 2, 2, 0, "malformed malformed:empty", 1.0),
        ("A", 3, 3, 3, 1, "changed_shape", 1.0),
        ("A", 4, 4, 4, 2, "spike", 900.0),
        ("A", 5, 5, 5, 3, "", 7.0),
        ("A", 5, 5, 6, 4, "duplicated", 7.0),
        of=Quantity(max=500),
    )
    assert found.fields[FIRST]["pm25_count"] == 1
    assert found.fields[FIRST]["pm25_mean"] == 7.0


def test_a_window_that_was_gone_does_not_take_a_late_reading() -> None:
    found = expected(("A", 1, 1, 1, 0, "", 1.0), ("A", 2, 2, 100, 1, "offline", 5.0))
    assert found.fields[FIRST]["pm25_count"] == 1
    assert not found.uncertain


def test_a_window_is_not_judged_when_a_reading_came_as_it_was_about_to_go() -> None:
    found = expected(("A", 1, 1, 1, 0, "", 1.0), ("A", 2, 2, 70, 1, "offline", 5.0))
    assert (found.fields, found.uncertain, found.possible) == ({}, {FIRST}, {FIRST})


def test_windows_that_may_still_be_open_are_not_judged() -> None:
    found = expected(("A", 205, 205, 205, 0, "", 1.0))
    assert (found.fields, found.possible) == ({}, set())
