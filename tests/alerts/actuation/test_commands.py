from typing import Any

import msgspec
import pytest

from alerts.lifecycle import Change
from tests.alerts.actuation.commanded import SIREN, Street, at

BARRIER = {"id": "barrier", "topic": "street/barrier", "commands": {"open": {}, "close": {}}}


def test_an_alert_that_fires_orders_what_its_rule_says_and_its_end_the_opposite() -> None:
    street = Street()
    (order,) = street.fires(0).orders
    assert (order.number, order.actuator, order.command, order.topic) == (1, "siren", "on", "street/siren")
    assert (order.source, order.qos, order.decided_ns, order.expires_ns) == ("mqtt", 1, at(0), at(30))
    assert msgspec.json.decode(order.payload) == {"command": "on"}
    street.sent(0.1, 1)
    street.answers(1, 1)
    (order,) = street.ends(60).orders
    assert (order.number, order.command) == (2, "off")
    assert street.troubles == []


def test_each_step_of_a_command_is_in_the_log_with_who_brought_it_about() -> None:
    street = Street()
    entries = street.fires(0).entries
    entries += street.sent(0.1, 1).entries
    entries += street.answers(1, 1, why="motor runs").entries
    assert [(entry.what, entry.alert, entry.command, entry.rule, entry.who, entry.why) for entry in entries] == [
        ("command_decided", 1, 1, "high", "denyut", ""),
        ("command_sent", 1, 1, "high", "denyut", ""),
        ("command_confirmed", 1, 1, "high", "siren", "motor runs"),
    ]
    assert entries[-1].at_ns == at(1)
    assert entries[-1].detail["state"] == "confirmed"
    assert entries[-1].detail["sent"] == "2026-03-01T12:00:00.1Z"


def test_what_a_backlog_tells_moves_nothing_on_the_street() -> None:
    street = Street()
    assert street.fires(0, late=901).orders == []
    assert street.said == [("on", "refused", "backlog")]
    assert street.fires(0, "tepi", late=900).orders != []


def test_readings_of_which_nobody_knows_how_old_they_are_move_nothing_and_people_are_told() -> None:
    street = Street()
    assert street.fires(0, of_unknown_age=True).orders == []
    assert street.said == [("on", "refused", "unknown_age")]
    assert street.troubles == [(1, "on to siren: refused, the age of its readings is not known")]


def test_late_readings_that_take_an_alert_back_undo_nothing_by_themselves_and_people_are_told() -> None:
    street = Street()
    street.fires(0)
    street.answers(1, 1)
    assert street.ends(60, change=Change.WITHDRAWN).orders == []
    assert street.said[1] == ("off", "refused", "withdrawn")
    assert [number for number, _ in street.troubles] == [1]


def test_planned_works_keep_an_alert_from_the_street_but_not_from_ending_what_it_began() -> None:
    works = [{"id": "cleaning", "begin": "2026-03-01T19:01:00", "end": "2026-03-01T20:00:00"}]
    street = Street(maintenance=works)
    street.fires(0, "kota")
    street.answers(1, 1)
    assert street.fires(60, "tepi").orders == []
    assert [order.command for order in street.ends(120, "kota").orders] == ["off"]
    street.answers(121, 3)
    assert street.ends(180, "tepi").orders == []
    assert [each for each in street.said if each[2]] == [
        ("on", "refused", "planned_works"),
        ("off", "refused", "planned_works"),
    ]
    assert street.troubles == []


@pytest.mark.parametrize("change", [Change.PENDING, Change.STALE, Change.HEARD, Change.SHORTENED])
def test_only_the_beginning_and_the_end_of_an_alert_order_anything(change: Change) -> None:
    street = Street()
    street.fires(0)
    street.ends(60, change=Change.RESOLVED)
    street.fires(120)
    assert street.ends(180, change=change).orders == []


def test_the_siren_stays_on_until_the_last_alert_that_wants_it_has_ended() -> None:
    street = Street()
    street.fires(0, "kota")
    street.answers(1, 1)
    assert street.fires(10, "tepi").orders == []
    assert street.ends(60, "kota").orders == []
    (order,) = street.ends(120, "tepi").orders
    assert order.command == "off"
    assert street.said == [
        ("on", "confirmed", ""),
        ("on", "refused", "already"),
        ("off", "refused", "held"),
        ("off", "decided", ""),
    ]
    assert street.troubles == []


def test_the_same_is_asked_again_where_the_street_did_not_change() -> None:
    proof = {"indicator": "noise_laeq", "value": 80, "within": "1m"}
    street = Street({**SIREN, "commands": {"on": {"proof": proof}, "off": {}}})
    street.fires(0, "kota")
    street.answers(1, 1)
    street.commander.advance(at(61))
    assert street.fires(70, "tepi").orders != []


def test_an_order_waits_while_another_command_is_under_way_and_goes_out_when_that_is_answered() -> None:
    street = Street()
    street.fires(0)
    result = street.ends(2)
    assert (result.orders, [entry.what for entry in result.entries]) == ([], ["command_waiting"])
    assert street.answers(3, 1).orders == []  # Commands are 5 s apart.
    assert street.commander.next_due_ns == at(5)
    (order,) = street.commander.advance(at(5)).orders
    assert (order.number, order.command, order.expires_ns) == (2, "off", at(35))


def test_an_order_that_waits_goes_out_when_the_one_before_has_expired() -> None:
    street = Street()
    street.fires(0)
    street.ends(2)
    assert street.commander.next_due_ns == at(30)
    (order,) = street.commander.advance(at(30)).orders
    assert order.command == "off"
    assert street.said == [("on", "expired", ""), ("off", "decided", "")]


def test_an_order_that_waits_gives_way_to_a_newer_one() -> None:
    street = Street()
    street.fires(0)
    street.ends(2)
    street.fires(3)
    street.answers(6, 1)
    assert street.said == [("on", "confirmed", ""), ("off", "refused", "overtaken"), ("on", "decided", "")]
    assert street.troubles == []


def test_an_order_of_an_alert_that_ended_while_it_waited_never_goes_out() -> None:
    street = Street()
    street.asks(0, "off")
    on_alone: dict[str, Any] = {"orders": [{"actuator": "siren", "command": "on"}]}
    street.fires(1, **on_alone)
    street.ends(2, **on_alone)
    assert street.answers(10, 1).orders == []
    assert street.said == [("off", "confirmed", ""), ("on", "refused", "overtaken")]


def test_a_person_is_told_at_once_that_the_actuator_is_busy() -> None:
    street = Street()
    assert street.asks(0, "on").phase == "decided"
    busy = street.asks(6, "off")
    assert (busy.phase, busy.refused, busy.reason) == ("refused", "busy", "command 1, 'on', is under way")
    assert street.troubles == []


def test_commands_are_so_far_apart() -> None:
    street = Street()
    street.asks(0, "on")
    street.answers(1, 1)
    assert street.asks(4.9, "off").refused == "apart"
    assert street.asks(5, "off").phase == "decided"


def test_what_makes_things_safe_is_kept_back_by_nothing() -> None:
    street = Street({**SIREN, "most": 1, "commands": {"on": {}, "off": {"safe": True}}})
    street.asks(0, "on")
    assert street.asks(1, "off").phase == "decided"
    assert street.asks(2, "off").phase == "decided"


def test_the_most_commands_in_an_hour_are_six() -> None:
    street = Street()
    for minute in range(6):
        street.asks(60 * minute, "on")
        street.answers(60 * minute + 1, minute + 1)
    refused = street.asks(3599, "on")
    assert (refused.refused, refused.reason) == ("rate", "6 commands within 1h are the most")
    assert street.asks(3600, "on").phase == "decided"


def test_what_a_rule_began_it_ends_beyond_the_rate_limit() -> None:
    street = Street({**SIREN, "most": 1})
    street.fires(0)
    street.answers(1, 1)
    assert street.ends(60).orders != []
    street.answers(61, 2)
    assert street.fires(120).orders == []
    assert street.said[-1] == ("on", "refused", "rate")
    assert street.troubles == [(2, "on to siren: refused, at most 1 commands within 1 h are allowed")]


def test_unknown_actuators_and_commands_are_refused_with_the_nearest_name() -> None:
    street = Street()
    assert street.asks(0, "on", "sirene").reason == "there is no actuator 'sirene'; did you mean 'siren'?"
    assert street.asks(0, "of").reason == "'siren' knows no command 'of'; did you mean 'off'?"
    assert [each[1:] for each in street.said] == [("refused", "unknown")] * 2


OFFICERS = [
    {"id": "budi", "office": "pu"},
    {"id": "citra", "office": "bpbd"},
    {"id": "dewi", "office": "pu", "may_operate": True},
]


@pytest.mark.parametrize(
    ("who", "actuator", "allowed"),
    [
        ("budi", {"officers": ["budi"]}, True),
        ("citra", {"officers": ["budi"]}, False),
        ("citra", {"offices": ["bpbd"]}, True),
        ("budi", {"office": "pu"}, False),
        ("dewi", {}, True),
        ("somebody", {"officers": ["budi"]}, False),
    ],
)
def test_those_may_command_who_are_named_or_whose_office_is(who: str, actuator: dict[str, Any], allowed: bool) -> None:
    street = Street({**SIREN, **actuator}, officers=OFFICERS)
    state = street.asks(0, "on", who=who, operator=False)
    assert state.refused == ("" if allowed else "not_allowed")


def test_a_dry_run_passes_all_checks_and_sends_nothing() -> None:
    street = Street({**SIREN, "dry_run": True, "most": 1})
    assert street.fires(0).orders == []
    assert street.asks(10, "on").refused == "rate"
    assert street.said == [("on", "dry_run", ""), ("on", "refused", "rate")]
    assert street.commander.next_due_ns is None


def test_the_dry_run_of_one_command_does_not_count() -> None:
    street = Street({**SIREN, "most": 1})
    assert street.asks(0, "on", dry_run=True).phase == "dry_run"
    assert street.asks(1, "on").phase == "decided"


def test_an_interlock_refuses_while_another_actuator_has_done_or_may_have_done_what_must_not_be() -> None:
    siren = {**SIREN, "interlocks": [{"actuator": "barrier", "not_in": ["open"], "commands": ["on"], "why": "cars"}]}
    street = Street(siren, BARRIER)
    assert street.asks(0, "on", dry_run=True).phase == "dry_run"
    street.asks(0, "open", "barrier")
    assert street.asks(1, "on").reason == "'barrier' has, or may have, carried out 'open': cars"
    assert street.asks(1, "off", dry_run=True).phase == "dry_run"
    street.commander.advance(at(30))  # Unconfirmed, so nobody knows.
    assert street.asks(31, "on").refused == "interlock"
    street.asks(32, "close", "barrier")
    assert street.asks(33, "on").refused == "interlock"
    street.answers(34, 6)
    assert street.asks(35, "on").phase == "decided"


def test_an_interlock_by_a_figure_needs_one_that_is_known_and_fresh() -> None:
    siren = {**SIREN, "interlocks": [{"indicator": "water_level", "when": "<", "value": 300}]}
    street = Street(siren)
    assert street.asks(0, "on").reason == "water_level of kota must be < 300, and is unknown"
    street.figure(60, "water_level", 310)
    assert street.asks(62, "on").reason == "water_level of kota must be < 300, and is 310"
    street.figure(120, "water_level", 290, zone="tepi")
    assert street.asks(122, "on").refused == "interlock"
    street.figure(120, "water_level", 290)
    assert street.asks(301, "on").refused == "interlock"
    assert street.asks(300, "on").phase == "decided"


def test_all_goes_on_after_a_restart_as_if_there_had_been_none() -> None:
    street = Street({**SIREN, "most": 2})
    street.fires(0, "kota")
    street.sent(0.1, 1)
    street.fires(1, "tepi")
    street.ends(2, "tepi")
    again = street.restarted()
    assert again.commander.describe() == street.commander.describe()
    assert msgspec.msgpack.encode(again.commander.describe()) == msgspec.msgpack.encode(street.commander.describe())
    again.commander.advance(at(30))
    assert again.said[0] == ("on", "expired", "")
    assert [number for number, _ in again.troubles] == [1]


def test_people_are_told_of_the_failure_of_an_alert_that_is_over() -> None:
    street = Street()
    street.fires(0)
    street.answers(1, 1)
    street.ends(60)
    again = street.restarted()
    again.answers(61, 2, done=False, why="relay stuck")
    assert again.troubles == [(1, "off to siren: the device did not do it (relay stuck)")]


def test_of_many_commands_the_newest_thousand_stay_in_memory() -> None:
    street = Street()
    for number in range(1100):
        street.asks(number, "on", dry_run=True)
    assert [state.number for state in street.commander.states][:1] == [100]
    assert street.commander.state(1100) is not None
