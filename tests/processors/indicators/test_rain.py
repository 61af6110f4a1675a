import numpy as np
import pytest

from config.durations import UNITS_NS
from config.indicator_rules import IndicatorRules
from processors.indicators.rain import RainClass, has_classes, rain_class

HOUR_NS, DAY_NS = UNITS_NS["h"], 24 * UNITS_NS["h"]


@pytest.mark.parametrize(
    ("depth", "name"),
    [
        (0, "TIDAK_HUJAN"), (0.49, "TIDAK_HUJAN"), (0.5, "RINGAN"), (19.9, "RINGAN"), (20, "SEDANG"), (50, "LEBAT"),
        (99.9, "LEBAT"), (100, "SANGAT_LEBAT"), (150, "SANGAT_LEBAT"), (150.1, "EKSTREM"), (900, "EKSTREM"),
    ],
)  # fmt: skip
def test_the_class_of_a_day(depth, name) -> None:
    assert RainClass(int(rain_class(depth, DAY_NS, IndicatorRules()))) is RainClass[name]


@pytest.mark.parametrize(
    ("depth", "name"),
    [
        (0, "TIDAK_HUJAN"), (0.1, "SANGAT_RINGAN"), (1, "RINGAN"), (5, "SEDANG"), (10, "LEBAT"), (20, "LEBAT"),
        (20.1, "SANGAT_LEBAT"), (120, "SANGAT_LEBAT"),
    ],
)  # fmt: skip
def test_the_class_of_an_hour(depth, name) -> None:
    assert RainClass(int(rain_class(depth, HOUR_NS, IndicatorRules()))) is RainClass[name]


def test_the_edges_are_configured() -> None:
    rules = IndicatorRules(rain_hour=(0.1, 2.5, 4, 10, 50))
    assert rain_class([2.4, 2.5, 50, 51], HOUR_NS, rules).tolist() == [1, 2, 4, 5]


def test_a_missing_depth_has_no_class() -> None:
    assert np.isnan(rain_class([np.nan, -0.1], DAY_NS, IndicatorRules())).all()


def test_rain_is_classified_over_an_hour_or_a_day_and_nothing_else() -> None:
    assert [has_classes(size * HOUR_NS) for size in (1, 2, 12, 24)] == [True, False, False, True]
    with pytest.raises(ValueError, match="an hour or a day"):
        rain_class(3.0, 12 * HOUR_NS, IndicatorRules())
