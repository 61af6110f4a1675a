import csv
import math
from pathlib import Path

import pytest

from processors.indicators.water import water

JAKARTA = Path(__file__).parents[4] / "shared" / "data" / "jakarta_water_level"
KATULAMPA = {"siaga_3": 80.0, "siaga_2": 150.0, "siaga_1": 200.0}
MANGGARAI = {"siaga_3": 750.0, "siaga_2": 850.0, "siaga_1": 950.0}


@pytest.fixture
def gauge_city(windows_of, figures_of):
    return lambda *rows: figures_of(water(windows_of("water", 600, rows)))


def gauge(level=None, zone="kota", readings=10, **fields):
    row = {"zone": zone, "every_s": 60, "readings": readings, **fields}
    return row if level is None else row | {"level_cm_mean": level, "level_cm_count": readings}


@pytest.mark.parametrize(
    ("level", "stage"),
    [(-30, 4), (40, 4), (79.9, 4), (80, 3), (149, 3), (150, 2), (199.9, 2), (200, 1), (250, 1)],
)
def test_a_stage_holds_from_its_threshold_on(gauge_city, level, stage) -> None:
    assert gauge_city(gauge(float(level), **KATULAMPA))["kota", "water_siaga"] == (stage, 1, 1)


def test_thresholds_that_are_not_known_are_passed_over(gauge_city) -> None:
    cakung = {"siaga_3": 270.0, "siaga_1": 500.0}
    assert [gauge_city(gauge(level, **cakung))["kota", "water_siaga"][0] for level in (200.0, 400.0, 600.0)] == [
        4,
        3,
        1,
    ]


def test_a_zone_has_the_most_dangerous_stage_of_its_gauges_and_that_gauge_s_level(gauge_city) -> None:
    found = gauge_city(gauge(160.0, "a", **KATULAMPA), gauge(600.0, "a", **MANGGARAI), gauge(760.0, "b", **MANGGARAI))
    assert (found["a", "water_siaga"][0], found["a", "water_level"][0]) == (2, 160)
    assert (found["b", "water_siaga"][0], found["b", "water_level"][0]) == (3, 760)
    assert (found["all", "water_siaga"][0], found["all", "water_level"][0]) == (2, 160)


def test_of_equal_stages_the_gauge_nearest_to_its_highest_threshold_decides(gauge_city) -> None:
    found = gauge_city(gauge(40.0, **KATULAMPA), gauge(740.0, **MANGGARAI))
    assert (found["kota", "water_siaga"][0], found["kota", "water_level"][0]) == (4, 40)  # 160 cm below, not 210


def test_levels_of_gauges_without_thresholds_are_never_mixed(gauge_city) -> None:
    found = gauge_city(gauge(60.0, "a"), gauge(600.0, "b"), gauge(90.0, "b"))
    assert found["a", "water_level"] == (60, 1, 1)
    assert math.isnan(found["b", "water_level"][0])
    assert math.isnan(found["all", "water_level"][0])
    assert ("a", "water_siaga") not in found


def test_a_gauge_without_thresholds_beside_one_that_has_them_lowers_the_coverage_of_the_stage(gauge_city) -> None:
    found = gauge_city(gauge(60.0, **KATULAMPA), gauge(600.0))
    assert found["kota", "water_siaga"] == (4, 0.5, 1)
    assert found["kota", "water_level"] == (60, 1, 1)


def test_the_rise_is_the_greatest_of_the_gauges_over_the_window(gauge_city) -> None:
    rising = gauge(100.0, level_cm_first=90.0, level_cm_last=112.0)
    falling = gauge(300.0, level_cm_first=310.0, level_cm_last=295.0)
    assert gauge_city(rising, falling)["kota", "water_rise"] == (22, 1, 1)
    assert gauge_city(falling)["kota", "water_rise"] == (-15, 1, 1)


def test_a_single_reading_says_nothing_of_a_rise(gauge_city) -> None:
    once = gauge(100.0, readings=1, level_cm_first=100.0, level_cm_last=100.0)
    assert math.isnan(gauge_city(once)["kota", "water_rise"][0])


def test_silent_gauges_are_no_data_and_not_normal(gauge_city) -> None:
    found = gauge_city(gauge(readings=0, **KATULAMPA))
    assert len(found) == 2 * 3
    assert all(math.isnan(value) and coverage == quality == 0 for value, coverage, quality in found.values())


@pytest.mark.skipif(not JAKARTA.is_dir(), reason="the recording of Jakarta's rivers is not here")
def test_the_stages_of_jakarta_s_rivers_are_as_many_as_were_counted_in_the_recording(gauge_city) -> None:
    with (JAKARTA / "thresholds.csv").open(newline="", encoding="utf-8") as file:
        stations = {row["Lokasi"]: {f"siaga_{n}": float(row[f"Siaga {n}"]) for n in (3, 2, 1)}
                    for row in csv.DictReader(file)}  # fmt: skip
    with (JAKARTA / "levels_2021-10_2023-06.csv").open(newline="", encoding="utf-8") as file:
        hours = list(csv.DictReader(file))
    counted = {}
    for name, thresholds in stations.items():
        levels = [float(hour[f"{name} (air)"]) for hour in hours]
        rows = [gauge(level, zone=str(number), **thresholds) for number, level in enumerate(levels)]
        found = gauge_city(*rows)
        stages = [found[str(number), "water_siaga"][0] for number in range(len(levels))]
        counted[name] = tuple(sum(stage <= least for stage in stages) for least in (3, 2, 1))
    assert counted == {"Katulampa": (93, 5, 1), "Depok": (89, 10, 1), "Manggarai": (281, 0, 0)}
