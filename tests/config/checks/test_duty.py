from typing import Any

import pytest

from config.checks.duty import check_duty
from config.hints import out_of_reach
from config.settings import Settings

WALL = {"id": "wall", "kind": "mqtt"}
DISHUB = {"id": "dishub", "kinds": ["parking"], "head": "citra"}
AYU = {"id": "ayu", "office": "dishub", "contacts": [{"channel": "wall", "to": "ayu"}]}
CITRA = {"id": "citra", "office": "dishub", "contacts": [{"channel": "wall", "to": "citra"}]}
DEWI = {"id": "dewi", "office": "dlh", "contacts": [{"channel": "wall", "to": "dewi"}]}
DAY = {"id": "day", "office": "dishub", "officers": ["ayu"]}
CLIMB = {"id": "climb", "steps": [{"to": ["shift"]}, {"after": "15m", "to": ["office", "head:dishub"]}]}
FULL = {"id": "full", "indicator": "parking_occupancy", "size": "1m", "enter": 0.9}


def city(**other: Any) -> Settings:
    usual = {
        "channels": [WALL],
        "offices": [DISHUB, {"id": "dlh", "kinds": ["air"]}],
        "officers": [AYU, CITRA, DEWI],
        "shifts": [DAY],
        "ladders": [CLIMB],
        "rules": [FULL],
        "zones": [{"id": "kota"}],
        "routes": [{"id": "r", "rules": ["full"], "zones": ["kota"], "office": "dlh", "ladder": "climb"}],
    }
    return Settings.model_validate(usual | other, context={"folder": "."})


def said(**other: Any) -> list[tuple[str, str]]:
    """(setting, sentence) of each finding."""
    return [(".".join(map(str, each.paths[0])), each.message) for each in check_duty(city(**other))]


def test_what_fits_passes() -> None:
    assert said() == []
    assert said(offices=[], officers=[], shifts=[], ladders=[], routes=[]) == []


def test_an_id_stands_once_and_routes_need_none() -> None:
    assert said(officers=[AYU, CITRA, AYU]) == [("officers.2.id", "'ayu' is {other} too; ids stand once")]
    assert said(shifts=[DAY, DAY]) == [("shifts.1.id", "'day' is {other} too; ids stand once")]
    assert said(ladders=[CLIMB, CLIMB]) == [("ladders.1.id", "'climb' is {other} too; ids stand once")]
    assert said(routes=[{"zones": ["kota"]}, {"kinds": ["air"]}]) == []


def test_the_nearest_names_are_offered() -> None:
    assert said(officers=[AYU | {"office": "dishbu"}, CITRA])[:1] == [
        ("officers.0.office", "there is no office 'dishbu'; did you mean 'dishub'?")
    ]
    assert said(officers=[AYU | {"contacts": [{"channel": "walls", "to": "x"}]}, CITRA]) == [
        ("officers.0.contacts.0.channel", "there is no channel 'walls'; did you mean 'wall'?")
    ]
    assert said(offices=[DISHUB | {"head": "citro"}, {"id": "dlh"}])[:1] == [
        ("offices.0.head", "there is no officer 'citro'; did you mean 'citra'?")
    ]
    assert said(shifts=[DAY | {"officers": ["ayu", "ditra"]}]) == [
        ("shifts.0.officers.1", "there is no officer 'ditra'; did you mean 'citra'?")
    ]
    assert said(notification={"ladders": {"critical": "clim"}}) == [
        ("notification.ladders.critical", "there is no ladder 'clim'; did you mean 'climb'?")
    ]


@pytest.mark.parametrize(
    ("route", "setting", "sentence"),
    [
        ({"rules": ["ful"]}, "rules.0", "there is no rule 'ful'; did you mean 'full'?"),
        ({"zones": ["kotta"]}, "zones.0", "there is no zone 'kotta'; did you mean 'kota'?"),
        ({"office": "dlhk"}, "office", "there is no office 'dlhk'; did you mean 'dlh'?"),
        ({"ladder": "climbs"}, "ladder", "there is no ladder 'climbs'; did you mean 'climb'?"),
    ],
)
def test_a_route_names_what_there_is(route: dict[str, Any], setting: str, sentence: str) -> None:
    assert said(routes=[route]) == [(f"routes.0.{setting}", sentence)]


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("office:dishbu", "there is no office 'dishbu'; did you mean 'dishub'?"),
        ("shift:dishbu", "there is no office 'dishbu'; did you mean 'dishub'?"),
        ("head:dlh", "office 'dlh' has no head"),
        ("officer:ayyu", "there is no officer 'ayyu'; did you mean 'ayu'?"),
        ("channel:wal", "there is no channel 'wal'; did you mean 'wall'?"),
        ("channel:wall", "channel 'wall' has a place for a recipient in 'denyut/notices/{to}': name officers"),
    ],
)
def test_a_step_names_whom_there_is(target: str, sentence: str) -> None:
    assert said(ladders=[{"id": "climb", "steps": [{"to": ["shift", target]}]}]) == [
        ("ladders.0.steps.0.to.1", sentence)
    ]


def test_a_step_names_no_channel_whose_address_asks_for_whom_it_is() -> None:
    mail = {"id": "mail", "kind": "apprise", "url": "mailtos://user:geheim@example.org?to={to}"}
    climb = {"id": "climb", "steps": [{"to": ["shift", "channel:mail"]}]}
    assert said(channels=[WALL, mail], ladders=[climb]) == [
        ("ladders.0.steps.0.to.1", "channel 'mail' has a place for a recipient in its address: name officers")
    ]
    lists = mail | {"url": "mailtos://user:geheim@example.org?to=all@example.org"}
    assert said(channels=[WALL, lists], ladders=[climb]) == []


def test_no_officer_has_the_name_that_stands_for_nobody() -> None:
    assert said(officers=[AYU, CITRA, DEWI, DEWI | {"id": "denyut"}]) == [
        ("officers.3.id", "'denyut' stands in the log for what nobody did; choose another id")
    ]


def test_steps_ascend_and_both_times_are_told() -> None:
    steps = [{"after": "15m", "to": ["shift"]}, {"after": "15m", "to": ["office"]}, {"after": "5m", "to": ["office"]}]
    assert said(ladders=[{"id": "climb", "steps": steps}]) == [
        ("ladders.0.steps.1.after", "15m must be later than 15m before it"),
        ("ladders.0.steps.2.after", "5m must be later than 15m before it"),
    ]


def test_a_shift_is_of_the_office_of_its_officers() -> None:
    assert said(shifts=[DAY | {"officers": ["ayu", "dewi"]}]) == [
        ("shifts.0.officers.1", "'dewi' is of office 'dlh', and the shift is of 'dishub'")
    ]


def test_one_office_answers_for_a_kind() -> None:
    assert said(offices=[DISHUB, {"id": "dlh", "kinds": ["air", "parking"]}]) == [
        ("offices.1.kinds.1", "'parking' is answered for at {other} too; one office answers for a kind of device")
    ]


def test_a_topic_with_a_place_for_the_recipient_needs_one() -> None:
    contacts = {"contacts": [{"channel": "wall"}]}
    assert said(officers=[AYU | contacts, CITRA, DEWI]) == [
        (
            "officers.0.contacts.0",
            "'to' is missing: the topic 'denyut/notices/{to}' of channel 'wall' needs it",
        )
    ]
    assert said(officers=[AYU | contacts, CITRA, DEWI], channels=[WALL | {"topic": "denyut/wall"}]) == []


def test_a_route_behind_one_that_fits_all_of_it_is_never_reached() -> None:
    wide, narrow = {"id": "wide", "zones": ["kota"]}, {"id": "narrow", "zones": ["kota"], "rules": ["full"]}
    message = "what fits this route fits {other} before; put it there, or narrow the other"
    assert said(routes=[wide, narrow]) == [("routes.1", message)]
    assert said(routes=[narrow, wide]) == []
    assert said(routes=[{"id": "all"}, wide]) == [("routes.1", message)]


def test_an_office_without_officers_and_an_officer_without_contacts_are_hinted_at() -> None:
    assert out_of_reach(city(officers=[AYU, {"id": "citra", "office": "dishub"}])) == [
        "office 'dlh': it has no officers; its alerts are told to operators",
        "officer 'citra': no contacts; nothing can be told",
    ]
    assert out_of_reach(city(officers=[])) == []


def test_a_ladder_that_climbs_to_a_head_where_there_is_none_is_hinted_at() -> None:
    ladders = [{"id": "up", "steps": [{"to": ["head"]}]}]
    assert out_of_reach(city(ladders=ladders)) == ["ladder 'up' climbs to the head of the office; 'dlh' has none"]
