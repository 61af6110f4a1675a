"""Flapping, a beginning or an end a minute where nothing else is said; six changes within the hour are too many."""

from collections.abc import Iterable

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from alerts.assets import Asset
from alerts.notification.flapping import Flapping, Key
from config.duty import Flapping as FlappingSettings
from tests.alerts.notification.opened import HOUR, MINUTE

LAMP = ("dark", Asset("bjn", "kota", "lamp", "l1"))
OTHER = ("dark", Asset("bjn", "kota", "lamp", "l2"))


def noted(flapping: Flapping, minutes: Iterable[int], key: Key = LAMP) -> list[int]:
    """Those minutes at which it begins to flap."""
    return [minute for minute in minutes if flapping.note(key, minute * MINUTE)]


def six_in_an_hour() -> Flapping:
    return Flapping(FlappingSettings())


def test_it_begins_at_the_sixth_change_within_the_hour_and_is_told_once() -> None:
    flapping = six_in_an_hour()
    assert noted(flapping, range(20)) == [5]
    assert flapping.is_flapping(LAMP)
    assert not flapping.is_flapping(OTHER)


def test_slower_changes_are_no_flapping() -> None:
    assert noted(six_in_an_hour(), range(0, 600, 12)) == []
    assert noted(six_in_an_hour(), range(0, 600, 11)) == [55]


def test_each_alert_is_counted_by_itself() -> None:
    flapping = six_in_an_hour()
    assert noted(flapping, range(5)) == []
    assert noted(flapping, range(5, 10), OTHER) == []
    assert len(flapping) == 0


def test_it_is_over_when_fewer_than_half_of_the_changes_remain_within_the_hour() -> None:
    flapping = six_in_an_hour()
    noted(flapping, range(0, 60, 10))
    # Those of the minutes 30, 40 and 50 are the last three.
    assert flapping.next_due_ns() == 90 * MINUTE
    assert flapping.advance(90 * MINUTE - 1) == []
    assert flapping.advance(90 * MINUTE) == [LAMP]
    assert not flapping.is_flapping(LAMP)
    assert flapping.next_due_ns() is None


def test_a_further_change_keeps_it_flapping() -> None:
    flapping = six_in_an_hour()
    noted(flapping, range(0, 60, 10))
    noted(flapping, [80])
    assert flapping.next_due_ns() == 100 * MINUTE
    assert flapping.advance(95 * MINUTE) == []


def test_what_is_calm_flaps_again_only_at_six_changes() -> None:
    flapping = six_in_an_hour()
    noted(flapping, range(0, 60, 10))
    assert flapping.advance(90 * MINUTE) == [LAMP]
    # 40 and 50 are still within the hour, with four more they are six.
    assert noted(flapping, [91, 92, 93, 94]) == [94]


def test_an_odd_number_is_halved_upwards() -> None:
    flapping = Flapping(FlappingSettings(changes=3))
    assert noted(flapping, [0, 10, 20]) == [20]
    assert flapping.next_due_ns() == 70 * MINUTE


def test_those_that_are_calm_come_in_the_order_in_which_they_became_so() -> None:
    flapping = Flapping(FlappingSettings(changes=2))
    noted(flapping, [0, 1], OTHER)
    noted(flapping, [2, 3])
    assert flapping.advance(3 * HOUR) == [OTHER, LAMP]


def test_a_storm_of_alerts_that_began_once_is_forgotten_after_the_hour() -> None:
    flapping = six_in_an_hour()
    for number in range(1000):
        flapping.note(("dark", Asset("bjn", "kota", "lamp", f"l{number}")), 0)
    flapping.note(LAMP, 30 * MINUTE)
    flapping.advance(HOUR - 1)
    assert len(flapping.describe()["times"]) == 1000
    flapping.advance(HOUR)
    assert flapping.describe()["times"] == [["dark", ["bjn", "kota", "lamp", "l1"], [0, 30 * MINUTE]]]


def test_until_somebody_is_told_it_is_remembered_that_nobody_was() -> None:
    flapping = six_in_an_hour()
    noted(flapping, range(5))
    assert not flapping.is_untold(LAMP)
    noted(flapping, [5, 6])
    assert flapping.is_untold(LAMP)
    flapping.told(LAMP)
    noted(flapping, [7])
    assert not flapping.is_untold(LAMP)


def test_what_became_calm_before_anybody_was_told_is_told_no_more() -> None:
    flapping = six_in_an_hour()
    noted(flapping, range(6))
    flapping.advance(3 * HOUR)
    assert not flapping.is_untold(LAMP)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 1)), max_size=60), st.integers(2, 7))
def test_it_flaps_as_counting_by_hand_says(pauses: list[tuple[int, int]], changes: int) -> None:
    """Minutes between looks at the clock, at each of which it changes or not."""
    flapping, minute, noted_at, flaps = Flapping(FlappingSettings(changes=changes)), 0, list[int](), False
    for pause, is_change in pauses:
        minute += pause
        within = [each for each in noted_at if each > minute - 60]
        flaps = flaps and 2 * len(within) >= changes
        assert (LAMP in flapping.advance(minute * MINUTE), flapping.is_flapping(LAMP)) in [
            (False, flaps),
            (True, False),
        ]
        if is_change:
            flapping.note(LAMP, minute * MINUTE)
            noted_at.append(minute)
            flaps = flaps or len(within) + 1 >= changes
        assert flapping.is_flapping(LAMP) is flaps


def test_a_restart_changes_nothing() -> None:
    flapping = six_in_an_hour()
    noted(flapping, [0, 1, 2, 3, 4, 5])
    noted(flapping, [6], OTHER)
    saved = msgspec.msgpack.encode(flapping.describe())
    other = six_in_an_hour()
    other.restore(msgspec.msgpack.decode(saved))
    assert msgspec.msgpack.encode(other.describe()) == saved
    assert other.is_flapping(LAMP)
    assert other.is_untold(LAMP)
    assert other.advance(63 * MINUTE) == flapping.advance(63 * MINUTE) == [LAMP]
