"""Which of several reasons is given, and what a changed configuration does."""

from typing import Any

import pytest

from alerts.acts import Silence
from alerts.notification.gateways import Gateways
from alerts.notification.muting import Muting
from config.settings import Settings
from tests.alerts.notification.opened import HOUR, MINUTE, of_zone

RULES = [{"id": rule, "indicator": "parking_occupancy", "size": "1m", "enter": 1} for rule in ("full", "flood")]
WORKS = {"id": "paint", "begin": "1970-01-01T00:00:00Z", "end": "1970-01-01T01:00:00Z"}
FLOOD = {"id": "wet", "source": ["flood"], "target": ["full"]}


def muting(**settings: Any) -> Muting:
    configured = Settings.model_validate({"rules": RULES} | settings)
    return Muting(configured, Gateways(configured.devices))


def all_at_once() -> Muting:
    held = muting(maintenance=[WORKS], inhibitions=[FLOOD])
    held.silences.begin(Silence(who="ayu", why="cables", for_ns=2 * HOUR), 0)
    held.inhibitions.begin(of_zone(2, rule="flood"), "")
    held.inhibitions.begin(of_zone(), "")
    for minute in range(6):
        held.flapping.note(of_zone().key, minute * MINUTE)
    return held


def test_reasons_are_asked_in_their_order() -> None:
    held = all_at_once()
    reasons = [held.reason(of_zone(), 6 * MINUTE), held.otherwise(of_zone(), 6 * MINUTE)]
    reasons += [held.otherwise(of_zone(), hour * HOUR) for hour in (1, 2)]
    assert reasons == ["flapping", "maintenance paint", "silence 1: cables", "inhibition wet: alert 2, flood of kota"]


def test_what_people_asked_for_is_told_from_what_follows_by_itself() -> None:
    assert all_at_once().by_somebody(of_zone(), 2 * HOUR) == ""


def test_the_next_change_is_that_of_works_or_of_a_silence() -> None:
    held = all_at_once()
    assert [held.change_ns(hour * HOUR) for hour in (0, 1, 2)] == [HOUR, 2 * HOUR, None]


@pytest.mark.parametrize(
    "changed",
    [
        {"maintenance": []},
        {"inhibitions": []},
        {"rules": RULES[:1], "inhibitions": []},
        {"city": {"timezone": "Asia/Makassar"}},
        {"calendar": {"country": ""}},
        {"devices": [{"id": "b1", "kind": "bin", "gateway": "gw"}]},
    ],
)
def test_a_configuration_that_decides_otherwise_is_noticed(changed: dict[str, Any]) -> None:
    usual = {"maintenance": [WORKS], "inhibitions": [FLOOD]}
    saved = muting(**usual).describe()
    same, other = muting(**usual), muting(**(usual | changed))
    same.restore(saved)
    other.restore(saved)
    assert (same.is_reconfigured, other.is_reconfigured) == (False, True)
