"""Who is told of an alert, and when: by the clock on the wall, through the whole desk."""

from alerts.acts import Acknowledge, Silence, Snooze
from alerts.assets import Asset
from alerts.book import Alert
from alerts.causes import Cause
from alerts.consequences import Consequences
from alerts.engine import AlertEvent
from alerts.lifecycle import Change
from alerts.notification.dispatcher import Changed
from config.alert_rules import Rule, Words
from config.calendar import Hours
from config.channels import Channel
from config.duty import Contact, Inhibition, Ladder, Notification, Office, Route, Shift, Step
from config.settings import Device, Zone
from tests.alerts.watched import MINUTE, Watched, at, city, officer

HOUR = 60 * MINUTE


def full(**other: object) -> Watched:
    """At 07:30 a car park in kota is full."""
    watched = Watched(city(**other))
    watched.park("07:30", kota=0.97)
    return watched


def test_the_shift_is_told_at_once_the_office_after_a_quarter_of_an_hour_its_head_after_half_an_hour() -> None:
    watched = full()
    assert watched.told == ["07:30 firing ayu 1"]
    watched.wait_until("12:00")
    assert watched.told[1:] == [
        *("07:45 escalated ayu 1", "07:45 escalated budi 1", "07:45 escalated citra 1"),
        "08:00 escalated citra 1",
    ]
    assert watched.alert()["step"] == 3
    assert watched.alert()["told"] == ["ayu", "budi", "citra"]


def test_a_warning_does_not_reach_the_head_and_what_is_for_information_only_the_shift() -> None:
    for severity, told in (("warning", 4), ("info", 1)):
        watched = full(rules=(Rule(id="full", indicator="parking_occupancy", size="1m", enter=0.9, severity=severity),))
        watched.wait_until("12:00")
        assert len(watched.told) == told


def test_who_acknowledges_ends_the_climbing() -> None:
    watched = full()
    watched.wait_until("07:44")
    watched.do("07:44", Acknowledge(alert=1, who="ayu"))
    watched.wait_until("12:00")
    assert watched.told == ["07:30 firing ayu 1"]
    assert watched.alert()["state"] == "acknowledged"


def test_the_end_is_told_to_those_who_were_told_of_the_beginning() -> None:
    watched = full()
    watched.wait_until("07:45")
    watched.park("07:50", kota=0.5)
    assert watched.told[4:] == ["07:50 resolved ayu 1", "07:50 resolved budi 1", "07:50 resolved citra 1"]
    watched.wait_until("12:00")
    assert len(watched.told) == 7


def test_where_it_is_not_wanted_the_end_is_told_to_nobody() -> None:
    watched = full(notification=Notification(group_interval=0, tell_resolved=False))
    watched.park("07:40", kota=0.5)
    assert watched.told == ["07:30 firing ayu 1"]


def test_who_takes_over_at_three_in_the_afternoon_is_told_from_then_on() -> None:
    shifts = (
        Shift(id="day", office="dishub", officers=("ayu",), hours=Hours(begin=7 * HOUR, end=15 * HOUR)),
        Shift(id="evening", office="dishub", officers=("budi",), hours=Hours(begin=15 * HOUR, end=7 * HOUR)),
    )
    ladder = Ladder(id="l", steps=(Step(to=("shift",)),), repeat=5 * MINUTE)
    watched = Watched(city(shifts=shifts, ladders=(ladder,), routes=(Route(ladder="l"),)))
    watched.park("14:50", kota=0.97)
    watched.wait_until("15:05")
    assert watched.told == [
        *("14:50 firing ayu 1", "14:55 escalated ayu 1"),
        *("15:00 escalated budi 1", "15:05 escalated budi 1"),
    ]


def test_on_a_public_holiday_those_are_told_who_are_on_duty_then() -> None:
    shifts = (
        Shift(id="usual", office="dishub", officers=("ayu",), hours=Hours(holidays="never")),
        Shift(id="feast", office="dishub", officers=("budi",), hours=Hours(holidays="only")),
    )
    for day, who in (("2026-12-24", "budi"), ("2026-12-25", "budi"), ("2026-12-28", "ayu"), ("2026-11-23", "ayu")):
        watched = Watched(city(shifts=shifts), day)
        watched.park("09:00", kota=0.97)
        assert watched.told == [f"09:00 firing {who} 1"], day


def test_it_climbs_on_after_a_restart_and_nobody_is_told_twice() -> None:
    watched = full()
    watched.restart()
    watched.wait_until("07:44:59")
    assert len(watched.told) == 1
    watched.restart()
    watched.wait_until("07:45")
    watched.restart()
    watched.wait_until("08:30")
    assert len(watched.told) == 5
    assert [notice.number for notice in watched.notices] == [1, 2, 3, 4, 5]


def test_a_clock_that_is_set_back_by_an_hour_repeats_nothing() -> None:
    watched = full()
    watched.wait_until("07:45")
    for clock in ("06:45", "07:00", "07:31", "07:45", "07:59"):
        watched.set_clock(clock)
    assert len(watched.told) == 4
    watched.set_clock("08:00")
    assert watched.told[4:] == ["08:00 escalated citra 1"]


def test_what_was_learned_too_late_is_on_record_and_never_told() -> None:
    watched = Watched(city())
    watched.park("07:30", learned="07:46", kota=0.97)
    watched.wait_until("12:00")
    watched.park("12:00", kota=0.4)
    assert watched.told == []
    assert watched.log("not told") == ["07:46 not told backlog: learned 16m after it happened"]


def test_a_quarter_of_an_hour_late_is_not_too_late() -> None:
    watched = Watched(city())
    watched.park("07:30", learned="07:45", kota=0.97)
    assert watched.told == ["07:45 firing ayu 1"]


def test_where_nobody_is_on_shift_the_whole_office_is_told() -> None:
    night = Shift(id="night", office="dishub", officers=("ayu",), hours=Hours(begin=22 * HOUR, end=6 * HOUR))
    watched = full(shifts=(night,))
    assert watched.told == ["07:30 firing ayu 1", "07:30 firing budi 1", "07:30 firing citra 1"]
    assert watched.log("nobody to tell") == ["07:30 nobody to tell shift of dishub"]


def test_another_system_is_nobody_who_could_act_so_the_office_is_told_beside_it() -> None:
    night = Shift(id="night", office="dishub", officers=("ayu",), hours=Hours(begin=22 * HOUR, end=6 * HOUR))
    channels = (Channel(id="wall", kind="mqtt"), Channel(id="portal", kind="webhook"))
    steps = (Step(to=("shift", "channel:portal")), Step(after=MINUTE, to=("channel:portal",)))
    watched = full(shifts=(night,), channels=channels, ladders=(Ladder(id="critical", steps=steps),))
    assert watched.told == [
        *("07:30 firing portal 1", "07:30 firing ayu 1", "07:30 firing budi 1", "07:30 firing citra 1")
    ]
    assert watched.log("nobody to tell") == ["07:30 nobody to tell shift, channel:portal of dishub"]
    watched.wait_until("12:00")
    assert watched.told[4:] == ["07:31 escalated portal 1"]
    assert len(watched.log("nobody to tell")) == 1


def test_where_no_office_answers_operators_are_told_and_else_a_channel() -> None:
    other = officer("dewi", office="kominfo", may_operate=True)
    offices = (Office(id="dishub"), Office(id="kominfo"))
    watched = full(offices=offices, officers=(officer("ayu"), other))
    assert watched.told == ["07:30 firing dewi 1"]
    watched = full(offices=offices, officers=(), shifts=(), routes=())
    assert (watched.told, watched.desk.dispatcher.untold) == ([], 1)
    watched = full(offices=offices, officers=(), shifts=(), channels=(Channel(id="portal", kind="webhook"),))
    assert watched.told == ["07:30 firing portal 1"]
    assert watched.log("nobody to tell") == ["07:30 nobody to tell shift of no office"]


def test_an_officer_is_told_by_each_way_that_is_meant_for_the_severity() -> None:
    ways = (
        Contact(channel="wall", to="a"),
        Contact(channel="sms", to="+62", severity="critical"),
        Contact(channel="mail", to="a@b", severity="warning"),
    )
    channels = tuple(Channel(id=name, kind="mqtt") for name in ("wall", "sms", "mail"))
    for severity, told in (("info", ["wall"]), ("warning", ["wall", "mail"]), ("critical", ["wall", "sms", "mail"])):
        rule = Rule(id="full", indicator="parking_occupancy", size="1m", enter=0.9, severity=severity)
        watched = full(rules=(rule,), officers=(officer("ayu", contacts=ways),), channels=channels)
        assert [notice.channel for notice in watched.notices] == told


def test_who_wants_to_hear_of_critical_alerts_alone_is_no_reason_to_wake_the_others() -> None:
    contacts = (Contact(channel="wall", to="ayu", severity="critical"),)
    rule = Rule(id="full", indicator="parking_occupancy", size="1m", enter=0.9, severity="warning")
    watched = full(rules=(rule,), officers=(officer("ayu", contacts=contacts), officer("budi")))
    assert watched.told == []
    assert watched.log("nobody to tell") == []
    assert watched.log("not told") == ["07:30 not told no contact of officer:ayu is for warning alerts"]
    watched.wait_until("07:45")
    assert watched.told == ["07:45 firing budi 1"]
    assert len(watched.log("not told")) == 1


def test_the_first_route_that_fits_says_which_office_and_which_ladder() -> None:
    routes = (
        Route(id="south", zones=("south",), office="satpol"),
        Route(id="parks", kinds=("parking",), ladder="boss"),
        Route(id="rest", office="satpol"),
    )
    watched = Watched(
        city(
            routes=routes,
            ladders=(Ladder(id="boss", steps=(Step(to=("head", "officer:eka")),)),),
            offices=(Office(id="dishub", kinds=("parking",), head="citra"), Office(id="satpol")),
            officers=(officer("ayu"), officer("citra"), officer("eka", office="satpol")),
        )
    )
    watched.park("07:30", kota=0.97, south=0.97)
    assert watched.told == ["07:30 firing citra 1", "07:30 firing eka 1", "07:30 firing eka 2"]
    assert (watched.alert(1)["office"], watched.alert(2)["office"]) == ("dishub", "satpol")


def test_a_route_that_tells_nobody_only_shows_the_alert() -> None:
    watched = full(routes=(Route(id="quiet", notify=False),))
    watched.wait_until("12:00")
    assert watched.told == []
    assert watched.log("not told") == ["07:30 not told route quiet"]
    assert watched.alert()["muted"] == "route quiet"


def test_alerts_of_a_group_that_come_together_are_one_notice_and_those_that_follow_wait_for_each_other() -> None:
    watched = Watched(city(notification=Notification(), routes=(Route(group_by=("rule",)),)))
    watched.park("07:30", kota=0.97, south=0.97)
    watched.park("07:30:20", kota=0.97, south=0.97, east=0.97)
    watched.park("07:30:40", kota=0.97, south=0.97, east=0.97, west=0.97)
    watched.wait_until("07:40")
    assert watched.told == ["07:30 firing ayu 1 2", "07:31 firing ayu 3 4"]


def test_what_is_over_before_it_was_told_is_told_to_nobody() -> None:
    watched = Watched(city(notification=Notification(), routes=(Route(group_by=("rule",)),)))
    watched.park("07:30", kota=0.97)
    watched.park("07:30:20", kota=0.97, south=0.97)
    watched.park("07:30:40", kota=0.97, south=0.1)
    watched.wait_until("07:40")
    assert watched.told == ["07:30 firing ayu 1"]
    assert watched.log("not told") == ["07:30:40 not told it was over before it was told"]


def test_a_snooze_holds_the_ladder_and_it_climbs_on_where_it_stood() -> None:
    watched = full()
    watched.do("07:40", Snooze(alert=1, who="ayu", for_ns=30 * MINUTE))
    assert watched.alert()["state"] == "snoozed"
    watched.restart()
    watched.wait_until("08:14:59")
    assert len(watched.told) == 1
    watched.wait_until("09:00")
    assert [told[:5] for told in watched.told[1:]] == ["08:15"] * 3 + ["08:30"]
    assert watched.log("snooze over") == ["08:10 snooze over"]


def test_a_silence_is_over_when_it_is_over_and_who_was_never_told_is_told_then() -> None:
    watched = Watched(city())
    watched.do("07:00", Silence(who="budi", why="the fair", for_ns=HOUR, zones=("kota",)))
    watched.park("07:30", kota=0.97, south=0.97)
    assert watched.told == ["07:30 firing ayu 2"]
    assert watched.log("muted") == ["07:30 muted silence 1: the fair"]
    watched.restart()
    watched.wait_until("08:15")
    assert [told for told in watched.told if told.endswith(" 1")] == [
        *("08:00 firing ayu 1", "08:15 escalated ayu 1", "08:15 escalated budi 1", "08:15 escalated citra 1")
    ]
    assert watched.log("unmuted") == ["08:00 unmuted silence 1: the fair"]


def test_the_end_of_what_is_silenced_disturbs_nobody() -> None:
    watched = full()
    watched.do("07:31", Silence(who="budi", for_ns=HOUR))
    watched.park("07:40", kota=0.4)
    assert watched.told == ["07:30 firing ayu 1"]
    assert watched.log("not told") == ["07:40 not told resolved: silence 1"]


def test_without_a_channel_nobody_can_be_told_and_nothing_is_said_about_it() -> None:
    watched = full(channels=())
    watched.wait_until("12:00")
    assert (watched.told, watched.log("told", "not told", "nobody to tell")) == ([], [])


def test_a_ladder_that_is_called_by_a_severity_takes_the_place_of_its_default() -> None:
    ladder = Ladder(id="critical", steps=(Step(to=("head",)), Step(after=MINUTE, to=("shift",))))
    watched = full(ladders=(ladder,))
    watched.wait_until("12:00")
    assert watched.told == ["07:30 firing citra 1", "07:31 escalated ayu 1"]


def test_a_severity_may_have_the_ladder_of_another_one() -> None:
    watched = full(notification=Notification(group_interval=0, ladders={"critical": "info"}))
    watched.wait_until("12:00")
    assert watched.told == ["07:30 firing ayu 1"]
    assert watched.alert()["ladder"] == "info"


def test_a_rule_that_holds_no_more_says_so_to_those_who_were_told() -> None:
    rule = Rule(
        id="full",
        indicator="parking_occupancy",
        size="1m",
        enter=0.9,
        severity="critical",
        hours=Hours(begin=7 * HOUR, end=8 * HOUR),
    )
    watched = full(rules=(rule,))
    watched.park("08:01", kota=0.97)
    assert watched.told == ["07:30 firing ayu 1", "08:01 resolved ayu 1"]
    assert watched.notices[-1].cards[0].cause == Cause("outside_hours")
    assert watched.log("resolved") == ["08:01 resolved outside its hours"]


def test_a_card_has_the_words_of_the_rule_and_the_names_of_the_place_in_the_language_of_the_officer() -> None:
    rule = Rule(
        id="full",
        indicator="parking_occupancy",
        size="1m",
        enter=0.9,
        title=Words(id="Parkir penuh", en="Car parks are full"),
        advice=Words(id="Arahkan ke tempat lain."),
    )
    watched = full(
        rules=(rule,),
        zones=(Zone(id="kota", name="Kota Bojonegoro"),),
        officers=(officer("ayu"), officer("budi", language="en")),
        shifts=(),
        notification=Notification(link="https://denyut.example.go.id/alerts/{number}"),
    )
    ayu, budi = (notice.cards[0] for notice in watched.notices)
    assert (ayu.title, budi.title, budi.advice) == ("Parkir penuh", "Car parks are full", "Arahkan ke tempat lain.")
    assert (ayu.zone, ayu.zone_name, ayu.value, ayu.limit, ayu.when) == ("kota", "Kota Bojonegoro", 0.97, 0.9, ">")
    assert ayu.link == "https://denyut.example.go.id/alerts/1"


def test_a_device_behind_a_gateway_waits_for_it_also_by_windows_of_a_calendar() -> None:
    rule = Rule(id="silent", kind="bin", field="silent_s", size="1mo", enter=1000)
    inhibition = Inhibition(id="gateway", source=("silent",), equal=("gateway",))
    devices = (Device(id="gw", kind="gateway"), Device(id="b1", kind="bin", gateway="gw"))
    watched = Watched(city(rules=(rule,), inhibitions=(inhibition,), devices=devices))
    alert = Alert(0, "silent", "warning", Asset("bjn", "z", "bin", "b1"), at("07:30"), at("07:30"), 2000.0, 1.0)
    watched.desk.book.fire(alert)
    event = AlertEvent(rule, alert.asset, Change.FIRING, at("07:30"), at("07:30"), 2000.0, 1.0, number=1)
    watched.desk.dispatcher.take([Changed(event, alert)], at("07:30"), Consequences())
    assert watched.desk.next_due_ns == at("07:30") + 37 * 24 * HOUR + 12 * HOUR
