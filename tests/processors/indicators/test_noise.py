import math

import pytest

from config.indicator_rules import IndicatorRules
from processors.indicators.noise import noise


@pytest.fixture
def hear(windows_of, figures_of):
    return lambda *rows, **said: figures_of(noise(windows_of("noise", 60, rows, **said)))


def meter(laeq=None, zone="kota", readings=6, **fields):
    row = {"zone": zone, "every_s": 10, "readings": readings, **fields}
    return row if laeq is None else row | {"laeq_mean": laeq, "laeq_count": readings}


def test_the_level_of_a_zone_is_the_energy_mean_of_its_meters_each_once(hear) -> None:
    found = hear(meter(60.0), meter(70.0, readings=3))
    assert found["kota", "noise_laeq"] == (pytest.approx(67.404, abs=5e-4), 0.75, 1)
    found = hear(meter(60.0, zone="a"), meter(60.0, zone="a"), meter(60.0, zone="b"), meter(80.0, zone="b"))
    assert found["all", "noise_laeq"][0] == pytest.approx(74.108, abs=5e-4)


def test_the_level_exceeded_a_tenth_of_the_time_is_the_90th_percentile(hear) -> None:
    found = hear(meter(62.0, laeq_p10=51.0, laeq_p50=57.0, laeq_p90=66.0))
    assert [found["kota", f"noise_l{part}"][0] for part in (10, 50, 90)] == [pytest.approx(x) for x in (66, 57, 51)]


def test_without_percentiles_the_level_stands_alone(hear) -> None:
    found = hear(meter(62.0))
    assert found["kota", "noise_laeq"][1:] == (1, 1)
    assert math.isnan(found["kota", "noise_l90"][0])
    assert found["kota", "noise_l90"][1:] == (0, 0)


def test_a_zone_stands_to_its_limit_as_its_level_does(hear) -> None:
    found = hear(meter(60.0, noise_limit=55), meter(70.0, noise_limit=55))
    assert found["kota", "noise_excess_indicative"] == (pytest.approx(67.404 - 55, abs=5e-4), 1, 1)
    assert hear(meter(52.0, noise_limit=70))["kota", "noise_excess_indicative"][0] == pytest.approx(-18)


def test_each_meter_is_held_to_its_own_limit_with_the_tolerance(hear) -> None:
    rows = [meter(58.0, noise_limit=55), meter(58.1, noise_limit=55), meter(65.0, noise_limit=70)]
    assert hear(*rows)["kota", "noise_over_limit_indicative"][0] == pytest.approx(1 / 3)
    strict = IndicatorRules(noise_tolerance=0)
    assert hear(*rows, rules=strict)["kota", "noise_over_limit_indicative"][0] == pytest.approx(2 / 3)


def test_a_meter_without_a_limit_is_not_judged_and_lowers_the_coverage(hear) -> None:
    found = hear(meter(50.0, noise_limit=55), meter(90.0))
    assert found["kota", "noise_over_limit_indicative"] == (0, 0.5, 1)


def test_where_no_limit_is_configured_nothing_is_judged(hear) -> None:
    assert {name for _, name in hear(meter(60.0))} == {"noise_laeq", "noise_l10", "noise_l50", "noise_l90"}


def test_silent_meters_are_no_data_and_not_quiet(hear) -> None:
    found = hear(meter(readings=0, noise_limit=55))
    assert len(found) == 2 * 6
    assert all(math.isnan(value) and coverage == quality == 0 for value, coverage, quality in found.values())
