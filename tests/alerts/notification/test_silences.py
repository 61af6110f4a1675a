"""Silences: what they mute, from when to when, who ended them, and that a restart changes nothing."""

from typing import Any

import msgspec

from alerts.acts import EndSilence, Silence
from alerts.notification.silences import MOST, SilenceRefusal, Silences, SilenceState
from tests.alerts.notification.opened import DAY, HOUR, MINUTE, of_device, of_zone


def silence(hours: float = 1, **named: Any) -> Silence:
    return Silence(who="ayu", why="repair of the pump", for_ns=round(hours * HOUR), **named)


def made(silences: Silences, act: Silence, at_ns: int = 0) -> SilenceState:
    state = silences.begin(act, at_ns)
    assert isinstance(state, SilenceState)
    return state


def test_it_mutes_what_it_names_until_it_expires() -> None:
    silences = Silences()
    made(silences, silence(zones=("kota",)), 10 * MINUTE)
    muted = [silences.mutes(of_zone(), "parking", minute * MINUTE) for minute in (10, 69, 70)]
    assert muted == ["silence 1: repair of the pump", "silence 1: repair of the pump", ""]
    assert silences.mutes(of_zone(zone="dander"), "parking", 20 * MINUTE) == ""


def test_one_that_begins_later_waits() -> None:
    silences = Silences()
    state = made(silences, silence(begin_ns=2 * HOUR))
    assert (state.begin_ns, state.end_ns) == (2 * HOUR, 3 * HOUR)
    assert [bool(silences.mutes(of_zone(), "", hour * HOUR)) for hour in (1, 2, 3)] == [False, True, False]


def test_one_that_should_have_begun_before_begins_now() -> None:
    state = made(Silences(), silence(begin_ns=HOUR), 5 * HOUR)
    assert (state.begin_ns, state.end_ns) == (5 * HOUR, 6 * HOUR)


def test_somebody_ends_it_early() -> None:
    silences = Silences()
    made(silences, silence())
    ended = silences.end(EndSilence(who="budi", why="the pump runs", silence=1), 20 * MINUTE)
    assert isinstance(ended, SilenceState)
    assert (ended.end_ns, ended.ended_by, ended.ended_why) == (20 * MINUTE, "budi", "the pump runs")
    assert silences.mutes(of_zone(), "", 20 * MINUTE) == ""


def test_one_that_is_ended_before_it_begins_never_holds() -> None:
    silences = Silences()
    made(silences, silence(begin_ns=2 * HOUR))
    silences.end(EndSilence(who="budi", silence=1), HOUR)
    assert [silences.mutes(of_zone(), "", hour * HOUR) for hour in (1, 2)] == ["", ""]
    assert silences.next_due_ns(HOUR) is None


def test_it_ends_once() -> None:
    silences = Silences()
    made(silences, silence())
    act = EndSilence(who="budi", silence=1)
    silences.end(act, MINUTE)
    assert silences.end(act, MINUTE) is SilenceRefusal.ENDED
    assert silences.end(EndSilence(who="budi", silence=2), MINUTE) is SilenceRefusal.UNKNOWN_SILENCE


def test_of_several_the_one_that_lasts_longest_is_the_reason() -> None:
    silences = Silences()
    for hours in (1, 3, 2):
        made(silences, silence(hours))
    assert silences.mutes(of_zone(), "", 0) == "silence 2: repair of the pump"
    assert silences.mutes(of_zone(), "", 2 * HOUR) == "silence 2: repair of the pump"


def test_without_a_why_the_number_is_the_reason() -> None:
    silences = Silences()
    made(silences, Silence(who="ayu", for_ns=HOUR))
    assert silences.mutes(of_device(), "bin", 0) == "silence 1"


def test_it_is_listed_until_a_day_after_its_end_and_numbers_are_never_given_twice() -> None:
    silences = Silences()
    made(silences, silence())
    assert [state.describe(HOUR)["state"] for state in silences.listed(HOUR + DAY - 1)] == ["ended"]
    assert silences.listed(HOUR + DAY) == []
    assert made(silences, silence(), 2 * DAY).number == 2
    assert silences.end(EndSilence(who="budi", silence=1), 2 * DAY) is SilenceRefusal.UNKNOWN_SILENCE


def test_it_tells_when_the_next_one_begins_or_ends() -> None:
    silences = Silences()
    assert silences.next_due_ns(0) is None
    made(silences, silence(begin_ns=2 * HOUR))
    made(silences, silence(5))
    assert [silences.next_due_ns(hour * HOUR) for hour in (0, 2, 3, 5)] == [2 * HOUR, 3 * HOUR, 5 * HOUR, None]


def test_more_than_a_thousand_at_once_are_refused_until_one_ends() -> None:
    silences = Silences()
    for _ in range(MOST):
        made(silences, silence())
    assert silences.begin(silence(), 0) is SilenceRefusal.TOO_MANY_SILENCES
    assert made(silences, silence(), HOUR).number == MOST + 1


def test_it_is_described_for_people() -> None:
    silences = Silences()
    state = made(silences, silence(devices=("p1",), begin_ns=HOUR))
    assert state.describe(0) == {
        "number": 1,
        "state": "waiting",
        "who": "ayu",
        "why": "repair of the pump",
        "made": "1970-01-01T00:00:00Z",
        "begin": "1970-01-01T01:00:00Z",
        "end": "1970-01-01T02:00:00Z",
        "rules": [],
        "zones": [],
        "kinds": [],
        "devices": ["p1"],
        "ended_by": "",
        "ended_why": "",
    }
    assert [state.describe(hour * HOUR)["state"] for hour in (1, 2)] == ["active", "ended"]


def test_a_restart_changes_nothing() -> None:
    silences = Silences()
    made(silences, silence(zones=("kota",), devices=("p1", "p2")))
    made(silences, silence(2))
    silences.end(EndSilence(who="budi", silence=2), MINUTE)
    saved = msgspec.msgpack.encode(silences.describe())
    other = Silences()
    other.restore(msgspec.msgpack.decode(saved))
    assert msgspec.msgpack.encode(other.describe()) == saved
    assert other.listed(0) == silences.listed(0)
    assert other.mutes(of_device(device="p2"), "bin", MINUTE) == "silence 1: repair of the pump"
    assert made(other, silence(), MINUTE).number == 3
