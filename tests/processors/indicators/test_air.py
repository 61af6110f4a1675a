import csv
import math
from pathlib import Path

import numpy as np
import pytest

from processors.indicators.air import air
from processors.indicators.ispu import CATEGORIES, category

DAY_S = 86_400
JAKARTA = Path(__file__).parents[4] / "shared" / "data" / "jakarta_ispu" / "ispu_2021.csv"


@pytest.fixture
def breathe(windows_of, figures_of):
    return lambda *rows, size_s=60: figures_of(air(windows_of("air", size_s, rows)))


def station(zone="kota", readings=6, **means):
    row = {"zone": zone, "every_s": 10, "readings": readings}
    for name, mean in means.items():
        row |= {f"{name}_mean": mean, f"{name}_count": readings}
    return row


def test_each_station_counts_once_however_often_it_reports(breathe) -> None:
    found = breathe(station(pm25=20.0, readings=6), station(pm25=50.0, readings=3))
    assert found["kota", "pm25"] == (35.0, 0.75, 1.0)


def test_the_index_of_a_zone_is_that_of_its_mean_concentration(breathe) -> None:
    found = breathe(station(pm25=30.0, pm10=70.0), station(pm25=40.0, pm10=80.0), size_s=DAY_S)
    assert found["kota", "pm25"][0] == 35
    assert found["kota", "ispu_pm25"][0] == 74
    assert found["kota", "pm10"][0] == 75
    assert found["kota", "ispu_pm10"][0] == 63
    assert found["kota", "ispu"][0] == 74


@pytest.mark.parametrize("size_s", [10, 60, 900, 3600, 2 * DAY_S])
def test_an_index_on_anything_but_24_hours_is_only_indicative(breathe, size_s) -> None:
    names = {indicator for _, indicator in breathe(station(pm25=35.0, pm10=75.0), size_s=size_s)}
    assert names == {"pm25", "pm10", "ispu_pm25_indicative", "ispu_pm10_indicative", "ispu_indicative"}


def test_on_24_hours_the_index_has_its_own_name(breathe) -> None:
    names = {indicator for _, indicator in breathe(station(pm25=35.0, pm10=75.0), size_s=DAY_S)}
    assert names == {"pm25", "pm10", "ispu_pm25", "ispu_pm10", "ispu"}


def test_the_index_of_a_zone_has_the_trust_of_its_critical_parameter(breathe) -> None:
    found = breathe(station(pm25=35.0), station(pm25=35.0, pm10=75.0), station(pm10=75.0))
    assert found["kota", "ispu_indicative"] == (74, pytest.approx(2 / 3), 1.0)
    found = breathe(station(pm25=10.0), station(pm10=160.0), station(pm10=160.0))
    assert found["kota", "ispu_pm25_indicative"] == (32, pytest.approx(1 / 3), 1.0)
    assert found["kota", "ispu_indicative"] == (105, pytest.approx(2 / 3), 1.0)


def test_a_zone_that_measures_one_parameter_has_the_index_of_that_one(breathe) -> None:
    found = breathe(station(pm10=160.0))
    assert found["kota", "ispu_indicative"] == (105, 1.0, 1.0)
    assert math.isnan(found["kota", "ispu_pm25_indicative"][0])
    assert found["kota", "ispu_pm25_indicative"][1:] == (0.0, 0.0)


def test_a_station_whose_mean_is_below_zero_is_left_out_and_lowers_the_quality(breathe) -> None:
    found = breathe(station(pm25=-8.0), station(pm25=12.0))
    assert found["kota", "pm25"] == (12.0, 1.0, 0.5)
    assert math.isnan(breathe(station(pm25=-8.0))["kota", "pm25"][0])


def test_single_readings_below_zero_are_noise_around_it(breathe) -> None:
    assert breathe(station(pm25=0.5) | {"pm25_min": -1.0})["kota", "pm25"] == (0.5, 1.0, 1.0)


def test_a_concentration_beyond_the_scale_has_the_index_500(breathe) -> None:
    found = breathe(station(pm25=1800.0))
    assert found["kota", "pm25"][0] == 1800
    assert found["kota", "ispu_indicative"][0] == 500


def test_silent_stations_are_no_data_and_not_clean_air(breathe) -> None:
    found = breathe({"zone": "kota", "every_s": 10})
    assert len(found) == 2 * 5
    assert all(math.isnan(value) and coverage == quality == 0 for value, coverage, quality in found.values())


@pytest.mark.skipif(not JAKARTA.is_file(), reason="the recording of Jakarta's index is not here")
def test_the_category_agrees_with_every_day_that_jakarta_published_in_2021() -> None:
    with JAKARTA.open(newline="", encoding="utf-8") as file:
        days = [row for row in csv.DictReader(file) if row["max"].isdigit() and row["categori"] != "TIDAK ADA DATA"]
    assert len(days) > 1500
    names = {name.upper() for name in CATEGORIES}
    wrong = [
        row
        for row in days
        if row["categori"] in names and str(category(float(np.float64(row["max"])))).upper() != row["categori"]
    ]
    assert wrong == []
