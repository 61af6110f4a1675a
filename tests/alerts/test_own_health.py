from typing import Any

import pytest

from alerts.acts import Measured, encode
from alerts.desk import Alerts
from config.alert_rules import Rule
from config.settings import City, Settings
from ingest.devices import DeviceTable

MINUTE = 60 * 10**9
FULL = Rule(id="disk", indicator="denyut_disk_free_share", size="1m", when="<", enter=0.1)
SETTINGS = Settings(city=City(id="bjn"), rules=(FULL,))


def measured(alerts: Alerts, minute: float, **figures: float) -> list[tuple[str, str, str, float]]:
    act = encode(Measured(who="denyut", figures=figures))
    consequences = alerts.act(act, int(minute * MINUTE)).consequences
    return [(each.rule.id, each.asset.zone, each.change.value, each.value) for each in consequences.events]


def test_a_rule_watches_what_a_run_measures_of_itself_in_a_zone_of_its_own() -> None:
    alerts = Alerts(SETTINGS, DeviceTable())
    assert measured(alerts, 1.02, denyut_disk_free_share=0.5) == []
    assert measured(alerts, 2.03, denyut_disk_free_share=0.05) == [("disk", "denyut", "firing", 0.05)]
    assert measured(alerts, 3.04, denyut_disk_free_share=0.2) == [("disk", "denyut", "resolved", 0.2)]


def test_what_was_measured_is_stored_as_figures_of_the_minute_that_ended() -> None:
    alerts = Alerts(SETTINGS, DeviceTable())
    act = encode(Measured(who="denyut", figures={"denyut_points_pending": 3, "denyut_disk_free_share": 0.5}))
    (figures,) = alerts.act(act, 7 * MINUTE + 5).consequences.figures
    assert (figures.end_ns, figures.size, set(figures.city), set(figures.zone)) == (
        7 * MINUTE,
        "1m",
        {"bjn"},
        {"denyut"},
    )
    assert dict(zip(figures.indicator, figures.value.tolist(), strict=True)) == {
        "denyut_disk_free_share": 0.5,
        "denyut_points_pending": 3.0,
    }
    assert figures.coverage.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("name", ["denyut_journal_lag_s", "denyut_dead_letter_share", "denyut_notices_waiting"])
def test_what_may_be_missing_says_nothing_where_it_is_missing(name: str) -> None:
    rule = Rule(id="r", indicator=name, size="1m", enter=0.5)
    alerts = Alerts(Settings(rules=(rule,)), DeviceTable())
    assert measured(alerts, 1, denyut_disk_free_share=1) == []
    assert measured(alerts, 2, **{name: 1.0}) == [("r", "denyut", "firing", 1.0)]
    assert measured(alerts, 3, denyut_disk_free_share=1) == []


@pytest.mark.parametrize(
    ("offices", "told", "log"),
    [
        (({"id": "dishub", "kinds": ["denyut"]},), ["ayu"], []),
        (({"id": "dishub", "head": "ayu"},), ["ayu"], ["shift of no office"]),
        (({"id": "dishub"},), ["ayu"], ["shift of no office"]),
    ],
)
def test_somebody_is_told_of_it_whether_or_not_an_office_answers_for_the_backend(
    offices: tuple[dict[str, Any], ...], told: list[str], log: list[str]
) -> None:
    people = {
        "offices": offices,
        "officers": [{"id": "ayu", "office": "dishub", "contacts": [{"channel": "wall", "to": "ayu"}]}],
        "channels": [{"id": "wall", "kind": "mqtt", "topic": "wall/{to}"}],
    }
    alerts = Alerts(Settings.model_validate({"city": {"id": "bjn"}, "rules": [FULL], **people}), DeviceTable())
    act = encode(Measured(who="denyut", figures={"denyut_disk_free_share": 0.05}))
    consequences = alerts.act(act, 60 * MINUTE).consequences
    assert [notice.officer for notice in consequences.notices] == told
    assert [entry.why for entry in consequences.entries if entry.what == "nobody to tell"] == log
