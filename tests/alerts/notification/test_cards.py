from typing import Any

import pytest

from alerts.notification.cards import Cards, figure_of
from config.alert_rules import Rule
from tests.alerts.notification.opened import of_zone
from tests.alerts.watched import city


def rule(**other: Any) -> Rule:
    return Rule.model_validate({"id": "r", "size": "1m", **other})


@pytest.mark.parametrize(
    ("watched", "figure", "unit"),
    [
        (rule(indicator="water_level", unit="m"), "water_level", "m"),
        (rule(indicator="water_level"), "water_level", "cm"),
        (rule(indicator="parking_free", against="parking_accumulation"), "parking_free/parking_accumulation", ""),
        (rule(kind="air", field="pm25_mean"), "pm25_mean", "µg/m³"),
        (rule(indicator="water_level", over="1h"), "water_level", "cm"),
        (
            rule(indicator="parking_free", against="parking_accumulation", over="1h"),
            "parking_free/parking_accumulation",
            "",
        ),
        (rule(kind="air", field="pm25_anomaly"), "pm25_anomaly", ""),
        (rule(kind="air", field="pm25_p95"), "pm25_p95", "µg/m³"),
        (rule(kind="water", quantity="level_cm"), "level_cm", "cm"),
        (rule(field="silent_intervals"), "silent_intervals", ""),
        (rule(all=["flood", "full"]), "flood full", ""),
    ],
)
def test_a_card_names_the_figure_and_its_unit(watched: Rule, figure: str, unit: str) -> None:
    card = Cards(city()).card(of_zone(), watched, "id")
    assert (figure_of(watched), card.figure, card.unit) == (figure, figure, unit)
