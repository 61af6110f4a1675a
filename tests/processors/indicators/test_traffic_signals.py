import math

import pytest

from config.indicator_rules import IndicatorRules
from processors.indicators.traffic import traffic


@pytest.fixture
def drive(windows_of, figures_of):
    return lambda *rows, **said: figures_of(traffic(windows_of("traffic", 60, rows, **said)))


def signal(delay, zone="simpang", **fields):
    return {"zone": zone, "every_s": 60, "readings": 1, "delay_mean": delay, "delay_count": 1} | fields


@pytest.mark.parametrize(
    ("delay", "level"), [(0, 1), (10, 1), (10.1, 2), (20, 2), (35, 3), (35.5, 4), (55, 4), (80, 5), (80.01, 6)]
)
def test_the_levels_of_a_signal_end_at_10_20_35_55_and_80_seconds(drive, delay, level) -> None:
    found = drive(signal(delay))
    assert found["simpang", "traffic_signal_delay"] == (delay, 1.0, 1.0)
    assert found["simpang", "traffic_los_signal"] == (level, 1.0, 1.0)


def test_the_delay_of_a_zone_is_that_of_its_vehicles(drive) -> None:
    counted = {"vehicle_count_count": 1}
    found = drive(signal(10, vehicle_count_mean=30.0, **counted), signal(50, vehicle_count_mean=10.0, **counted))
    assert found["simpang", "traffic_signal_delay"][0] == 20
    assert drive(signal(10), signal(50))["simpang", "traffic_signal_delay"][0] == 30


def test_other_limits_may_be_configured(drive) -> None:
    rules = IndicatorRules(los_delay=(5, 15, 25, 40, 60))
    assert drive(signal(30), rules=rules)["simpang", "traffic_los_signal"][0] == 4


def test_a_delay_below_zero_is_left_out_and_lowers_the_quality(drive) -> None:
    assert drive(signal(30), signal(-4))["simpang", "traffic_signal_delay"] == (30, 1.0, 0.5)


def test_a_silent_signal_is_no_data_and_without_any_delay_there_is_no_figure(drive) -> None:
    silent = {"zone": "simpang", "every_s": 60}
    found = drive(silent, units={"delay": "s"})
    assert math.isnan(found["simpang", "traffic_los_signal"][0])
    assert found["simpang", "traffic_los_signal"][1:] == (0, 0)
    assert ("simpang", "traffic_signal_delay") not in drive(silent)
