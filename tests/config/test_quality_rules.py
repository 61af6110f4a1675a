import pytest
from pydantic import ValidationError

from config.quality_rules import QualityRules
from config.settings import Quantity


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("together", 0),
        ("together", 1.1),
        ("stuck_ratio", 1),
        ("spike", 0.5),
        ("clock_windows", 0),
        ("stuck_readings", 1),
    ],
)
def test_a_rule_that_would_flag_everything_or_nothing_is_refused(setting: str, value: float) -> None:
    with pytest.raises(ValidationError, match=setting):
        QualityRules.model_validate({setting: value}, context={"folder": "."})


@pytest.mark.parametrize("setting", ["max_change", "drift"])
def test_a_limit_of_a_quantity_is_above_zero(setting: str) -> None:
    with pytest.raises(ValidationError, match=setting):
        Quantity.model_validate({setting: 0})


def test_times_are_written_as_durations() -> None:
    rules = QualityRules.model_validate({"flat": "6h", "drift_over": "2d"}, context={"folder": "."})
    assert (rules.flat, rules.drift_over) == (6 * 3600 * 10**9, 2 * 86_400 * 10**9)
