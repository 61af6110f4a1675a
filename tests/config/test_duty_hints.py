from typing import Any

import pytest

from config.duty_hints import odd_duty
from config.settings import Settings


def hints(**more: Any) -> list[str]:
    usual: dict[str, Any] = {
        "offices": [{"id": "dishub", "kinds": ["parking"]}],
        "devices": [{"id": "p1", "kind": "parking"}, {"id": "s1", "kind": "siren"}],
    }
    return odd_duty(Settings.model_validate(usual | more, context={"folder": "."}))


def test_a_kind_that_no_office_answers_for_is_named_with_who_has_it() -> None:
    assert hints() == [
        "device 's1': no office answers for kind 'siren', so its alerts belong to none or to that of 'denyut'"
    ]
    assert hints(offices=[]) == []
    assert hints(devices=[{"id": "s1", "kind": "siren", "office": "dishub"}]) == []


@pytest.mark.parametrize(
    ("route", "is_answered"), [({}, True), ({"kinds": ["siren"]}, True), ({"zones": ["z"]}, False)]
)
def test_a_route_with_an_office_answers_for_what_it_takes_whole(route: dict[str, Any], is_answered: bool) -> None:
    assert (hints(routes=[{"id": "r", "office": "dishub"} | route]) == []) is is_answered


def test_a_ladder_that_alone_uses_up_the_budget_is_named() -> None:
    devices: list[Any] = []
    ladder = {"id": "l", "steps": [{"to": ["office"]}], "repeat": "2m"}
    assert hints(devices=devices, ladders=[ladder]) == [
        "ladder 'l': with repeat = 2m one alert alone is more than the 20 notices within 1h of notification.budget"
    ]
    assert hints(devices=devices, ladders=[ladder | {"repeat": "3m"}]) == []
