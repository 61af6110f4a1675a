"""What came out of a backlog disturbs nobody, until a window that is known in time shows that it goes on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.acts import Acknowledge, Assign, Silence
from config.alert_rules import Rule
from config.duty import Inhibition, Route
from tests.alerts.watched import MINUTE, Watched, at, city, figures

NAN = float("nan")
FULL = Rule(id="full", indicator="parking_occupancy", size="1m", enter=0.9, exit=0.8, severity="critical")


def backlog(**other: object) -> Watched:
    """At 07:30 it is learned that a car park was full at 07:00."""
    watched = Watched(city(**{"rules": (FULL,), **other}))
    watched.park("07:00", "07:30", kota=0.97)
    assert watched.told == []
    assert watched.log("not told") == ["07:30 not told backlog: learned 30m after it happened"]
    return watched


def test_a_window_that_is_known_in_time_makes_it_news_once() -> None:
    watched = backlog()
    for minute in range(30, 35):
        watched.park(f"07:{minute}", kota=0.97)
    assert watched.told == ["07:30 firing ayu 1"]
    assert watched.log("told after a backlog") == ["07:30 told after a backlog it goes on"]
    assert watched.alert()["muted"] == ""


def test_it_climbs_from_when_it_was_news() -> None:
    watched = backlog()
    watched.park("07:40", kota=0.97)
    watched.wait_until("07:55")
    assert watched.told == [
        "07:40 firing ayu 1",
        *("07:55 escalated ayu 1", "07:55 escalated budi 1", "07:55 escalated citra 1"),
    ]


def test_between_enter_and_exit_it_goes_on_too() -> None:
    watched = backlog()
    watched.park("07:31", kota=0.85)
    assert watched.told == ["07:31 firing ayu 1"]


@pytest.mark.parametrize(
    ("clock", "learned", "occupancy"),
    [
        ("07:15", "07:31", 0.97),
        ("06:59", "07:31", 0.97),
        ("07:31", "07:31", float("nan")),
        ("07:31", "07:31", 0.5),
    ],
)
def test_windows_that_are_late_too_unknown_or_of_its_end_make_no_news(
    clock: str, learned: str, occupancy: float
) -> None:
    watched = backlog()
    watched.park(clock, learned, kota=occupancy)
    watched.wait_until("12:00")
    assert (watched.told, watched.log("told after a backlog")) == ([], [])


def test_a_window_exactly_as_late_as_the_limit_is_in_time() -> None:
    watched = backlog()
    watched.park("07:16", "07:31", kota=0.97)
    assert watched.told == ["07:31 firing ayu 1"]


def test_a_backlog_that_comes_together_with_the_present_is_told_once() -> None:
    watched = Watched(city(rules=(FULL,)))
    for clock in ("07:00", "07:10", "07:20", "07:30"):
        watched.park(clock, "07:30", kota=0.97)
    watched.wait_until("07:44")
    assert watched.told == ["07:30 firing ayu 1"]


def test_all_in_one_entry_of_the_journal_is_told_once() -> None:
    watched = Watched(city(rules=(FULL,)))
    output = figures(at("07:00"), {"kota": 0.97})
    output.indicators.append(figures(at("07:30"), {"kota": 0.97}).indicators[0])
    watched.take(watched.desk.observe(output, at("07:30")))
    watched.wait_until("07:44")
    assert watched.told == ["07:30 firing ayu 1"]
    assert watched.log("told after a backlog", "not told") == ["07:30 told after a backlog it goes on"]


def test_one_that_is_over_by_the_end_of_the_same_entry_is_told_to_nobody() -> None:
    watched = Watched(city(rules=(FULL,)))
    output = figures(at("07:00"), {"kota": 0.97})
    for clock, occupancy in (("07:29", 0.97), ("07:30", 0.5)):
        output.indicators.append(figures(at(clock), {"kota": occupancy}).indicators[0])
    watched.take(watched.desk.observe(output, at("07:30")))
    assert watched.told == []
    assert watched.log("not told") == ["07:30 not told backlog: learned 30m after it happened"]


def test_in_a_silence_it_is_told_when_the_silence_ends() -> None:
    watched = backlog()
    watched.do("07:31", Silence(who="ayu", for_ns=10 * MINUTE, zones=("kota",)))
    watched.park("07:35", kota=0.97)
    assert watched.log("quiet after a backlog") == ["07:35 quiet after a backlog it goes on"]
    watched.wait_until("07:50")
    assert watched.told == ["07:41 firing ayu 1"]


def test_of_what_somebody_sees_to_already_nobody_is_told() -> None:
    watched = backlog()
    watched.do("07:31", Acknowledge(alert=1, who="ayu"))
    watched.park("07:35", kota=0.97)
    watched.wait_until("12:00")
    assert watched.told == []


def test_whoever_it_was_assigned_to_meanwhile_is_not_told_again_at_once() -> None:
    watched = backlog()
    watched.do("07:31", Assign(alert=1, who="ayu", to="budi"))
    watched.park("07:35", kota=0.97)
    watched.wait_until("07:49")
    assert watched.told == ["07:31 assigned budi 1"]
    watched.wait_until("07:50")
    assert watched.told[1] == "07:50 escalated ayu 1"


def test_a_route_that_tells_nobody_still_does_not() -> None:
    watched = backlog(routes=(Route(id="quiet", notify=False),))
    watched.park("07:35", kota=0.97)
    watched.wait_until("12:00")
    assert watched.told == []
    assert watched.alert()["muted"] == "route quiet"


def test_from_then_on_it_hides_what_follows_from_it() -> None:
    crowded = Rule(id="crowded", indicator="parking_occupancy", size="1m", enter=0.95, severity="critical")
    hides = Inhibition(id="one-cause", source=("full",), target=("crowded",), equal=("zone",))
    watched = Watched(city(rules=(FULL, crowded), inhibitions=(hides,)))
    watched.park("07:00", "07:30", kota=0.92)
    watched.park("07:30", kota=0.97)
    watched.wait_until("07:40")
    assert watched.told == ["07:30 firing ayu 1"]
    assert watched.log("muted") == ["07:30 muted inhibition one-cause: alert 1, full of kota"]


def test_a_restart_in_between_changes_nothing() -> None:
    watched = backlog()
    watched.restart()
    watched.park("07:31", kota=0.97)
    watched.restart()
    watched.park("07:32", kota=0.97)
    assert watched.told == ["07:31 firing ayu 1"]


OUTAGES = st.lists(
    st.tuples(
        st.sampled_from([1, 1, 1, 30]), st.booleans(), st.sampled_from([0.97, 0.97, 0.85, 0.5, NAN]), st.booleans()
    ),
    max_size=30,
)


@given(OUTAGES)
def test_through_outages_and_restarts_each_alert_is_told_as_new_at_most_once(
    windows: list[tuple[int, bool, float, bool]],
) -> None:
    """Minutes since the window before, whether it is of now or of the minute after that one, occupancy, restart."""
    whole, restarted = Watched(city(rules=(FULL,))), Watched(city(rules=(FULL,)))
    now_ns = end_ns = at("00:00")
    for minutes, is_now, occupancy, is_restart in windows:
        now_ns += minutes * MINUTE
        end_ns = now_ns if is_now else end_ns + MINUTE
        for watched in (whole, restarted):
            watched.take(watched.desk.observe(figures(end_ns, {"kota": occupancy}), now_ns))
        if is_restart:
            restarted.restart()
    assert repr((restarted.told, restarted.entries)) == repr((whole.told, whole.entries))
    new = [notice.alerts for notice in whole.notices if notice.reason == "firing" and notice.officer == "ayu"]
    assert len(new) == len(set(new))
    late = [entry.alert for entry in whole.entries if entry.what == "told after a backlog"]
    assert {(number,) for number in late} <= {*new}
    assert len(late) == len(set(late))
