"""Who is left in peace, and when: real windows, each scene a street with one rule, told in the order of the clock.

Every scene is played twice, once by a desk that is restarted after each entry of the journal.
"""

from typing import Any

from alerts.acts import EndSilence, Silence
from tests.flow.street import HOUR, MINUTE, PEOPLE, Said, Street

DARK = {"id": "dark", "kind": "lamp", "field": "v_last", "size": "1m", "when": "<", "enter": 10, "exit": 20}
ON, OFF = 100.0, 5.0
POWER = [{"id": "power", "source": ["outage"], "target": ["dark"]}]
DAY = "2026-03-02T12:00:00"


def lamps(begin: str = DAY, **settings: Any) -> Street:
    return Street(begin, **({"rules": [DARK]} | settings))


def said(street: Street, *values: float) -> list[str]:
    """What lamp l1 brings, minute by minute."""
    return [" ".join(each.reason for each in street.minute(l1=value)) for value in values]


def silence(minutes: float, **named: Any) -> Silence:
    return Silence(who="budi", why="new cables", for_ns=round(minutes * MINUTE), **named)


def test_between_the_two_limits_nobody_hears_anything() -> None:
    assert said(lamps(), OFF, 15, 19, 9, 15, 20, 15, 25, 15, 5) == [
        *("firing", "", "", "", "", "resolved", "", "", "", "firing")
    ]


def test_an_alert_of_which_nothing_is_heard_is_told_as_stale_once_and_does_not_end() -> None:
    street = lamps()
    assert said(street, OFF) == ["firing"]
    assert [each for _ in range(6) for each in street.minute({"lamp/l2": ON})] == [Said("12:04:02", "stale", ("l1",))]
    assert said(street, OFF, ON) == ["", "resolved"]


def test_who_begins_and_ends_again_and_again_is_told_once_as_flapping_and_again_when_it_is_calm() -> None:
    street = lamps()
    assert said(street, *[OFF, ON] * 5) == ["firing", "resolved", "firing", "resolved", "firing", "flapping", *[""] * 4]
    assert said(street, OFF, *[OFF] * 60)[1:] == [*[""] * 57, "firing", "", ""]
    assert street.audited("calm") == [(6, "")]
    assert said(street, ON) == ["resolved"]


def test_what_is_calm_and_well_is_told_once_as_calm() -> None:
    street = lamps()
    said(street, *[OFF, ON] * 3)
    assert said(street, *[ON] * 70) == [*[""] * 57, "calm", *[""] * 12]
    assert said(street, OFF) == ["firing"]


def test_what_flaps_behind_a_silence_is_told_as_flapping_when_the_silence_ends() -> None:
    street = lamps()
    street.act(silence(10))
    assert said(street, *[OFF, ON] * 5, OFF) == [*[""] * 9, "", "flapping"]
    assert said(street, *[ON, OFF] * 3) == [""] * 6


def test_a_silence_mutes_until_it_expires_and_what_still_fires_is_told_then() -> None:
    street = lamps()
    street.act(silence(10, devices=("l1",)))
    assert street.minute(l1=OFF, l2=OFF) == [Said("12:01:02", "firing", ("l2",))]
    assert [each for _ in range(10) for each in street.minute(l1=OFF, l2=OFF)] == [Said("12:10:02", "firing", ("l1",))]
    assert street.audited("muted") == [(1, "silence 1: new cables")]
    assert street.audited("unmuted") == [(1, "silence 1: new cables")]


def test_what_ends_within_a_silence_is_never_told() -> None:
    street = lamps()
    street.act(silence(10))
    assert said(street, OFF, ON, ON) == ["", "", ""]
    assert said(street, *[ON] * 15) == [""] * 15


def test_the_end_of_what_was_told_before_is_not_told_within_a_silence() -> None:
    street = lamps()
    said(street, OFF)
    street.act(silence(10))
    assert said(street, ON) == [""]
    assert street.audited("not told") == [(1, "resolved: silence 1: new cables")]


def test_whoever_ends_a_silence_early_is_told_at_once_what_still_fires() -> None:
    street = lamps()
    street.act(silence(60))
    said(street, OFF)
    assert street.act(EndSilence(who="ayu", why="done", silence=1)) == [Said("12:01:02", "firing", ("l1",))]


def test_a_clock_set_back_by_an_hour_ends_no_silence_twice_and_tells_nothing_again() -> None:
    street = lamps()
    street.act(silence(10))
    assert said(street, *[OFF] * 10) == [*[""] * 9, "firing"]
    for minute in range(60):
        street.tick(street.now_ns - HOUR + minute * MINUTE)
    assert street.heard() == []
    # Made an hour before the newest time that was heard of, it counts from that one.
    street.act(silence(10), street.now_ns - HOUR)
    assert said(street, ON, OFF) == ["", ""]
    assert said(street, *[OFF] * 8) == [*[""] * 7, "firing"]


def test_planned_works_of_each_night_mute_across_midnight() -> None:
    works = {"id": "cables", "why": "new cables", "hours": {"begin": "22:00", "end": "02:00", "days": ["mon"]}}
    street = lamps("2026-03-02T21:58:00", maintenance=[works])
    assert said(street, ON, ON, *[OFF] * 3) == [""] * 5
    street.until(street.at("2026-03-03T00:30:00"))
    assert said(street, OFF) == [""]
    street.until(street.at("2026-03-03T01:58:00"))
    assert [each for _ in range(3) for each in street.minute(l1=OFF)] == [Said("02:00:00", "firing", ("l1",))]
    assert street.audited("muted") == [(1, "maintenance cables: new cables")]


def hourly(street: Street, hours: int) -> list[str]:
    """The clock of each notice while lamp l1 fails in the second half of each hour, for so many hours."""
    return [
        each.clock
        for _ in range(hours)
        for value in (ON, OFF)
        for each in street.minute({"lamp/l1": value}, size="30m")
    ]


def nightly(clock: str, /, **works: Any) -> Street:
    windows = PEOPLE["windows"] | {"sizes": [{"size": "30m"}]}
    return Street(
        clock,
        city={"id": "bjn", "timezone": "Europe/Berlin"},
        rules=[DARK | {"size": "30m"}],
        windows=windows,
        calendar={"country": "DE"},
        maintenance=[{"id": "cables", "hours": works}],
        notification=PEOPLE["notification"] | {"tell_resolved": False, "flapping": {"changes": 1000}},
    )


def test_works_of_the_night_in_which_the_clock_is_set_forward() -> None:
    street = nightly("2026-03-29T00:00:00", begin="01:00", end="05:00")
    # At 02:00 it is 03:00. The windows that end at 01:00, 03:00 and 04:00 fall into the works.
    assert hourly(street, 5) == ["05:00:02", "06:00:02"]


def test_works_of_the_night_in_which_the_clock_is_set_back() -> None:
    street = nightly("2026-10-25T00:00:00", begin="01:00", end="05:00")
    # At 03:00 it is 02:00 again. Five windows fall into the works.
    assert hourly(street, 7) == ["05:00:02", "06:00:02"]


def test_works_that_rest_on_holidays() -> None:
    # 3 October 2026 is the Day of German Unity.
    street = nightly("2026-10-02T08:00:00", begin="08:00", end="12:00", holidays="never")
    assert hourly(street, 2) == []
    street = nightly("2026-10-03T08:00:00", begin="08:00", end="12:00", holidays="never")
    assert hourly(street, 2) == ["09:00:02", "10:00:02"]


def test_works_that_were_taken_out_of_the_configuration_mute_no_more() -> None:
    works = [{"id": "cables", "begin": "2026-03-02T11:00:00", "end": "2026-03-09T11:00:00"}]
    street = lamps(maintenance=works)
    assert said(street, OFF, OFF) == ["", ""]
    street.reconfigured(rules=[DARK])
    assert said(street, OFF) == ["firing"]


def test_a_source_whose_rule_was_taken_out_hides_nothing_any_more() -> None:
    outage = DARK | {"id": "outage", "devices": ["l0"]}
    street = lamps(rules=[DARK | {"devices": ["l1"]}, outage], inhibitions=POWER)
    assert [each.devices for each in street.minute(l0=OFF, l1=OFF)] == [("l0",)]
    street.reconfigured(rules=[DARK | {"devices": ["l1"]}])
    assert said(street, OFF) == ["firing"]


def test_a_cause_out_of_a_backlog_of_which_nobody_was_told_hides_nothing_that_is_new() -> None:
    street = lamps(rules=[DARK | {"devices": ["l1"]}, DARK | {"id": "outage", "devices": ["l0"]}], inhibitions=POWER)
    street.send({"lamp/l0": OFF}, street.now_ns + MINUTE // 2)
    assert street.until(street.now_ns + 20 * MINUTE) == []
    assert street.audited("not told") == [(1, "backlog: learned 1142s after it happened")]
    assert said(street, OFF) == ["firing"]


def test_what_began_and_ended_before_it_was_known_is_on_record_and_told_to_nobody() -> None:
    street = lamps()
    for minute in range(2):
        street.send({"lamp/l1": (OFF, ON)[minute]}, street.now_ns + minute * MINUTE + MINUTE // 2)
    assert street.until(street.now_ns + 5 * MINUTE) == []
    assert street.audited("not told") == [(1, "it was over when it was known here")]


def test_beginnings_and_ends_out_of_a_backlog_are_no_flapping() -> None:
    street = lamps()
    for minute in range(8):
        street.send({"lamp/l1": (OFF, ON)[minute % 2]}, street.now_ns + minute * MINUTE + MINUTE // 2)
    assert street.until(street.now_ns + 40 * MINUTE) == []
    assert len(street.audited("not told")) == 4
    assert said(street, OFF) == ["firing"]
