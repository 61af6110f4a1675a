"""What people do about alerts: what follows, what is refused, and that all of it is on record."""

import pytest

from alerts.acts import Acknowledge, Act, Assign, Close, Comment, EndSilence, Silence, Snooze
from alerts.book import Alert, Refusal
from alerts.causes import Cause, Code
from alerts.notification.silences import SilenceRefusal, SilenceState
from tests.alerts.watched import MINUTE, Watched, city

HOUR = 60 * MINUTE


def full() -> Watched:
    """At 07:30 a car park in kota is full."""
    watched = Watched(city())
    watched.park("07:30", kota=0.97)
    return watched


def test_the_assignee_is_told_and_has_as_long_as_the_next_step_would_have_come_later() -> None:
    watched = full()
    assert isinstance(watched.do("07:40", Assign(alert=1, who="ayu", to="budi")), Alert)
    assert watched.told[1:] == ["07:40 assigned budi 1"]
    watched.restart()
    watched.wait_until("07:54:59")
    assert len(watched.told) == 2
    watched.wait_until("08:10")
    assert [told[:5] for told in watched.told[2:]] == ["07:55"] * 3 + ["08:10"]


def test_an_assignee_who_acknowledges_ends_the_climbing() -> None:
    watched = full()
    watched.do("07:40", Assign(alert=1, who="ayu", to="budi"))
    watched.do("07:50", Acknowledge(alert=1, who="budi", why="on my way"))
    watched.wait_until("12:00")
    assert watched.told == ["07:30 firing ayu 1", "07:40 assigned budi 1"]
    shown = watched.alert()
    assert (shown["assigned_to"], shown["assigned_by"], shown["acknowledged_by"]) == ("budi", "ayu", "budi")


def test_who_takes_an_alert_has_acknowledged_it() -> None:
    watched = full()
    watched.do("07:40", Assign(alert=1, who="budi", to="budi"))
    watched.wait_until("12:00")
    assert watched.told == ["07:30 firing ayu 1"]
    assert watched.alert()["state"] == "acknowledged"


def test_what_is_handed_on_waits_for_its_new_owner() -> None:
    watched = full()
    watched.do("07:31", Acknowledge(alert=1, who="ayu"))
    watched.do("07:31", Assign(alert=1, who="ayu", to="citra"))
    assert watched.alert()["state"] == "firing"
    watched.wait_until("07:46")
    assert watched.told[1:] == [
        *("07:31 assigned citra 1", "07:46 escalated ayu 1", "07:46 escalated budi 1", "07:46 escalated citra 1")
    ]
    assert isinstance(watched.do("07:47", Acknowledge(alert=1, who="citra")), Alert)
    watched.wait_until("12:00")
    assert len(watched.told) == 5


def test_only_the_first_answer_counts_for_how_soon_people_answer() -> None:
    watched = full()
    watched.do("07:32", Acknowledge(alert=1, who="ayu"))
    watched.do("07:33", Assign(alert=1, who="ayu", to="citra"))
    watched.do("08:33", Acknowledge(alert=1, who="citra"))
    at_ns = watched.entries[-1].at_ns
    assert watched.desk.book.response(at_ns).value.tolist() == [2.0, 2.0]


def test_comments_are_on_record_with_who_said_what() -> None:
    watched = full()
    watched.do("07:31", Comment(alert=1, who="ayu", why="the barrier is open"))
    watched.do("07:32", Comment(alert=1, who="budi", why="closed now"))
    assert [(each.who, each.why) for each in watched.entries if each.what == "comment"] == [
        *(("ayu", "the barrier is open"), ("budi", "closed now"))
    ]
    assert watched.alert()["comments"] == 2


def test_what_is_closed_is_over_and_those_who_were_told_hear_why() -> None:
    watched = full()
    assert isinstance(watched.do("07:40", Close(alert=1, who="budi", why="swept by hand")), Alert)
    assert watched.told == ["07:30 firing ayu 1", "07:40 resolved ayu 1"]
    assert watched.notices[-1].cards[0].cause == Cause(Code.CLOSED, {"who": "budi", "why": "swept by hand"})
    assert watched.log("resolved") == ["07:40 resolved swept by hand"]
    assert [entry.who for entry in watched.entries if entry.what == "resolved"] == ["budi"]
    assert watched.do("07:41", Close(alert=1, who="budi")) is Refusal.UNKNOWN
    watched.restart()
    watched.wait_until("12:00")
    assert len(watched.told) == 2


def test_what_was_closed_and_still_holds_fires_by_another_number() -> None:
    watched = full()
    watched.do("07:30:30", Close(alert=1, who="budi"))
    watched.park("07:31", kota=0.97)
    assert watched.told == ["07:30 firing ayu 1", "07:30:30 resolved ayu 1", "07:31 firing ayu 2"]


def test_a_second_snooze_takes_the_place_of_the_first() -> None:
    watched = full()
    watched.do("07:40", Snooze(alert=1, who="ayu", for_ns=2 * HOUR))
    watched.do("07:41", Snooze(alert=1, who="ayu", for_ns=10 * MINUTE))
    watched.wait_until("07:51")
    assert watched.log("snooze over") == ["07:51 snooze over"]
    watched.wait_until("12:00")
    assert watched.log("snooze over") == ["07:51 snooze over"]
    assert watched.told[1] == "07:56 escalated ayu 1"


def test_a_snoozed_alert_that_is_acknowledged_climbs_no_more() -> None:
    watched = full()
    watched.do("07:40", Snooze(alert=1, who="ayu", for_ns=10 * MINUTE))
    watched.do("07:41", Acknowledge(alert=1, who="ayu"))
    watched.wait_until("12:00")
    assert watched.told == ["07:30 firing ayu 1"]


def test_a_silence_that_is_ended_early_lets_alerts_be_told() -> None:
    watched = Watched(city())
    silence = watched.do("07:00", Silence(who="budi", for_ns=HOUR))
    assert isinstance(silence, SilenceState)
    watched.park("07:30", kota=0.97)
    watched.restart()
    watched.do("07:35", EndSilence(silence=silence.number, who="ayu", why="done earlier"))
    assert watched.told == ["07:35 firing ayu 1"]
    assert watched.log("silence", "end_silence") == ["07:00 silence", "07:35 end_silence done earlier"]


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (Acknowledge(alert=2, who="ayu"), Refusal.UNKNOWN),
        (Assign(alert=2, who="ayu", to="budi"), Refusal.UNKNOWN),
        (Assign(alert=1, who="ayu", to="nobody"), Refusal.UNKNOWN_OFFICER),
        (Comment(alert=7, who="ayu"), Refusal.UNKNOWN),
        (Snooze(alert=7, who="ayu", for_ns=1), Refusal.UNKNOWN),
        (EndSilence(silence=1, who="ayu"), SilenceRefusal.UNKNOWN_SILENCE),
    ],
)
def test_what_cannot_be_done_is_refused_by_name_and_on_record(act: Act, refusal: Refusal | SilenceRefusal) -> None:
    watched = full()
    before = watched.alert()
    assert watched.do("07:31", act) is refusal
    (entry,) = (entry for entry in watched.entries if entry.what == "refused")
    assert (entry.who, entry.detail["reason"]) == ("ayu", refusal.value)
    assert watched.alert() == before


def test_what_was_done_already_is_refused_the_second_time() -> None:
    watched = full()
    for first, again in (
        (Assign(alert=1, who="ayu", to="budi"), Refusal.ASSIGNED),
        (Acknowledge(alert=1, who="budi"), Refusal.ACKNOWLEDGED),
    ):
        assert isinstance(watched.do("07:31", first), Alert)
        watched.restart()
        assert watched.do("07:32", first) is again
