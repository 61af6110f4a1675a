"""Alerts begin, last, fall silent and end; each scene is one asset and a window every minute."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.lifecycle import Lifecycle
from config.alert_rules import Rule

MINUTE = 60 * 10**9
NAN = float("nan")


def rule(**settings: Any) -> Rule:
    return Rule.model_validate({"id": "full", "indicator": "parking_occupancy", "size": "1m", "enter": 0.9, **settings})


def story(of: Rule, *values: float, coverage: float = 1.0) -> list[str]:
    """What each minute brings, "" where nothing."""
    life = Lifecycle(of)
    return [
        said(life.step(minute * MINUTE, np.array([value]), np.array([coverage]))) for minute, value in enumerate(values)
    ]


def said(changes: list[Any]) -> str:
    return " ".join(str(changed.change) for changed in changes)


def test_without_for_an_alert_fires_at_once_and_ends_with_its_cause() -> None:
    assert story(rule(), 0.8, 0.95, 0.95, 0.8) == ["", "firing", "", "resolved"]


def test_it_fires_when_it_has_held_for_so_long() -> None:
    assert story(rule(**{"for": 2 * MINUTE}), 0.95, 0.95, 0.95, 0.95) == ["pending", "", "firing", ""]


def test_what_does_not_last_never_fires() -> None:
    assert story(rule(**{"for": 2 * MINUTE}), 0.95, 0.95, 0.5, 0.95) == ["pending", "", "lapsed", "pending"]


def test_between_enter_and_exit_nothing_changes() -> None:
    assert story(rule(exit=0.7), 0.95, 0.8, 0.71, 0.7, 0.8) == ["firing", "", "", "resolved", ""]


def test_a_pending_alert_needs_the_value_beyond_enter() -> None:
    assert story(rule(exit=0.7, **{"for": 2 * MINUTE}), 0.95, 0.8, 0.95) == ["pending", "lapsed", "pending"]


def test_it_is_resolved_when_it_has_been_over_for_so_long() -> None:
    held = rule(keep=2 * MINUTE)
    assert story(held, 0.95, 0.5, 0.5, 0.95, 0.5, 0.5, 0.5) == ["firing", "", "", "", "", "", "resolved"]


def test_silence_ends_no_alert_and_makes_it_stale() -> None:
    assert story(rule(), 0.95, NAN, NAN, NAN, NAN, 0.95, 0.5) == ["firing", "", "", "stale", "", "heard", "resolved"]


def test_one_that_was_stale_ends_at_the_first_figure_that_says_so() -> None:
    assert story(rule(stale_after=MINUTE), 0.95, NAN, 0.5) == ["firing", "stale", "resolved"]


def test_a_pending_alert_waits_through_silence_and_fires_at_the_next_figure_beyond_enter() -> None:
    assert story(rule(**{"for": MINUTE}), 0.95, NAN, NAN, 0.95) == ["pending", "", "", "firing"]


def test_a_figure_with_too_little_coverage_says_nothing() -> None:
    assert story(rule(min_coverage=0.5), 0.95, coverage=0.4) == [""]


def test_what_is_kept_through_silence_keeps_the_alert_and_makes_it_stale() -> None:
    life = Lifecycle(rule())
    told = [said(life.step(minute * MINUTE, np.array([0.95]), np.array([float(minute < 1)]))) for minute in range(4)]
    assert told == ["firing", "", "", "stale"]


@pytest.mark.parametrize(("when", "at_limit"), [(">", ""), (">=", "firing"), ("<", ""), ("<=", "firing")])
def test_the_limit_itself_belongs_to_the_comparisons_that_say_so(when: str, at_limit: str) -> None:
    assert story(rule(when=when, enter=5.0), 5.0) == [at_limit]


def test_below_works_as_above() -> None:
    assert story(rule(when="<", enter=20.0, exit=30.0), 25, 19, 25, 31) == ["", "firing", "", "resolved"]


def revised(of: Rule, values: list[float], minute: int, value: float) -> tuple[str, list[int]]:
    life = Lifecycle(of)
    for number, each in enumerate(values):
        life.step(number * MINUTE, np.array([each]), np.ones(1))
    changes = life.step(minute * MINUTE, np.array([value]), np.ones(1))
    return said(changes), life.firing.tolist()


def test_late_readings_withdraw_an_alert_that_should_not_have_fired() -> None:
    assert revised(rule(), [0.5, 0.95], 1, 0.6) == ("withdrawn", [])


def test_late_readings_shorten_an_alert_that_began_later() -> None:
    assert revised(rule(), [0.95, 0.95, 0.95], 0, 0.6) == ("shortened", [0])


def test_an_alert_whose_row_was_broken_is_pending_again() -> None:
    lasting = rule(**{"for": 2 * MINUTE})
    assert revised(lasting, [0.95, 0.95, 0.95], 1, 0.6) == ("withdrawn", [])
    assert revised(lasting, [0.95] * 5, 0, 0.6) == ("shortened", [0])


def test_late_readings_begin_no_alert() -> None:
    assert revised(rule(), [0.5, 0.5], 0, 0.95) == ("", [])


def test_late_readings_that_agree_change_nothing() -> None:
    assert revised(rule(), [0.5, 0.95, 0.95], 1, 0.97) == ("", [0])


VALUES = st.lists(st.lists(st.sampled_from([NAN, 0.5, 0.8, 0.95]), min_size=3, max_size=3), max_size=12)


@given(rows=VALUES, lasting=st.integers(0, 2), keep=st.integers(0, 2))
def test_assets_know_nothing_of_each_other(rows: list[list[float]], lasting: int, keep: int) -> None:
    of = rule(exit=0.7, keep=keep * MINUTE, **{"for": lasting * MINUTE})
    together = Lifecycle(of)
    seen: list[list[str]] = [[] for _ in range(3)]
    for minute, row in enumerate(rows):
        changes = together.step(minute * MINUTE, np.array(row), np.ones(3))
        for asset in range(3):
            seen[asset].append(" ".join(str(each.change) for each in changes if asset in each.asset.tolist()))
    assert seen == [story(of, *(row[asset] for row in rows)) for asset in range(3)]


def lateness(of: Rule, *windows: tuple[float, bool]) -> list[str]:
    """What each minute brings, by its value and whether it was known in time."""
    life = Lifecycle(of)
    return [
        said(life.step(minute * MINUTE, np.array([value]), np.ones(1), in_time=in_time))
        for minute, (value, in_time) in enumerate(windows)
    ]


def test_what_fired_by_a_late_window_goes_on_by_the_first_that_is_in_time_and_shows_it() -> None:
    windows = ((0.95, False), (0.95, False), (NAN, True), (0.85, True), (0.95, True))
    assert lateness(rule(exit=0.8), *windows) == ["firing", "", "", "goes_on", ""]


def test_what_fires_by_a_window_that_is_in_time_needs_no_other_to_be_news() -> None:
    pending = rule(**{"for": MINUTE})
    assert lateness(pending, (0.95, False), (0.95, True), (0.95, True)) == ["pending", "firing", ""]


def test_what_is_beyond_exit_does_not_go_on() -> None:
    held = rule(keep=2 * MINUTE)
    assert lateness(held, (0.95, False), (0.5, True), (0.5, True), (0.5, True)) == ["firing", "", "", "resolved"]


def test_what_an_earlier_version_saved_goes_on_by_the_next_window_that_is_in_time() -> None:
    before, after = Lifecycle(rule()), Lifecycle(rule())
    before.step(0, np.array([0.95]), np.ones(1))
    after.restore(before.describe()[:-1])
    assert said(after.step(MINUTE, np.array([0.95]), np.ones(1), in_time=False)) == ""
    assert said(after.step(2 * MINUTE, np.array([0.95]), np.ones(1))) == "goes_on"
    assert said(after.step(3 * MINUTE, np.array([0.95]), np.ones(1))) == ""
