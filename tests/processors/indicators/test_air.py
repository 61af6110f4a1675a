import csv
import math
from pathlib import Path

import numpy as np
import pytest

from config.indicator_rules import IndicatorRules
from processors.indicators.air import air
from processors.indicators.ispu import CATEGORIES, category

DAY_S = 86_400
JAKARTA = Path(__file__).parents[4] / "shared" / "data" / "jakarta_ispu" / "ispu_2021.csv"


@pytest.fixture
def breathe(windows_of, figures_of):
    return lambda *rows, size_s=60, **said: figures_of(air(windows_of("air", size_s, rows, **said)))


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
    assert names == {
        *("pm25", "pm10", "ispu_pm25_indicative", "ispu_pm10_indicative"),
        *("ispu_indicative", "ispu_critical_indicative"),
    }


def test_on_24_hours_the_index_has_its_own_name(breathe) -> None:
    names = {indicator for _, indicator in breathe(station(pm25=35.0, pm10=75.0), size_s=DAY_S)}
    assert {name for name in names if not name.startswith("us_aqi")} == {
        *("pm25", "pm10", "ispu_pm25", "ispu_pm10", "ispu", "ispu_critical")
    }


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
    assert len(found) == 2 * 6
    assert all(math.isnan(value) and coverage == quality == 0 for value, coverage, quality in found.values())


def test_all_seven_parameters_of_the_regulation_have_an_index_and_the_largest_is_critical(breathe) -> None:
    means = {"pm25": 35.0, "pm10": 75.0, "o3": 150.0, "so2": 100.0, "no2": 665.0, "co": 5000.0, "hc": 72.5}
    found = breathe(station(**means) | {"every_s": DAY_S / 6}, size_s=DAY_S)
    assert {name: found["kota", f"ispu_{name}"][0] for name in means} == {
        "pm25": 74, "pm10": 63, "o3": 63, "so2": 69, "no2": 150, "co": 63, "hc": 75,
    }  # fmt: skip
    assert found["kota", "ispu"] == (150, 1, 1)
    assert found["kota", "ispu_critical"] == (5, 1, 1)


def test_on_a_tie_the_parameter_that_stands_first_is_critical(breathe) -> None:
    assert breathe(station(pm10=50.0, hc=45.0))["kota", "ispu_critical_indicative"][0] == 2


def test_a_gas_that_was_ever_sent_has_its_figures_also_while_its_stations_are_silent(breathe) -> None:
    assert not [name for _, name in breathe(station(pm25=10.0)) if "so2" in name]
    found = breathe(station(pm25=10.0), units={"so2": "ppb"})
    assert math.isnan(found["kota", "so2"][0])
    assert math.isnan(found["kota", "ispu_so2_indicative"][0])


@pytest.mark.parametrize(
    ("unit", "sent"), [("", 188.18), ("µg/m³", 188.18), ("mg/m3", 0.18818), ("ppb", 100.0), ("ppm", 0.1)]
)
def test_gases_are_figures_in_micrograms_whatever_unit_they_are_sent_in(breathe, unit, sent) -> None:
    found = breathe(station(no2=sent), units={"no2": unit})
    assert found["kota", "no2"][0] == pytest.approx(188.18, abs=0.01)


def test_a_unit_that_is_no_concentration_is_no_data_rather_than_a_wrong_index(breathe) -> None:
    found = breathe(station(no2=2.2), units={"no2": "V"})
    assert math.isnan(found["kota", "no2"][0])
    assert found["kota", "no2"][1:] == (0.0, 0.0)


def test_the_us_index_of_particles_stands_on_24_hours_only(breathe) -> None:
    day = breathe(station(pm25=35.9, pm10=30.0) | {"every_s": DAY_S / 6}, size_s=DAY_S)
    assert [day["kota", f"us_aqi{part}"] for part in ("_pm25", "_pm10", "")] == [(102, 1, 1), (28, 1, 1), (102, 1, 1)]
    for size_s in (60, 900, 3600, 8 * 3600, 12 * 3600):
        assert not [name for _, name in breathe(station(pm25=35.9, pm10=30.0), size_s=size_s) if "us_aqi" in name]


def test_the_us_index_of_gases_stands_on_the_hours_it_is_defined_on(breathe) -> None:
    units = {"o3": "ppm", "co": "ppm", "so2": "ppb", "no2": "ppb"}
    row = station(o3=0.078, co=8.4, so2=35.7, no2=80.0)
    eight = breathe(row, units=units, size_s=8 * 3600)
    assert {name: figure[0] for (zone, name), figure in eight.items() if zone == "kota" and "us_aqi" in name} == {
        "us_aqi_o3": 126, "us_aqi_co": 90, "us_aqi": 126,
    }  # fmt: skip
    hour = breathe(row, units=units, size_s=3600)
    assert {name: figure[0] for (zone, name), figure in hour.items() if zone == "kota" and "us_aqi" in name} == {
        "us_aqi_so2": 50, "us_aqi_no2": 79, "us_aqi": 79,
    }  # fmt: skip


def test_ozone_of_one_hour_and_sulphur_dioxide_of_24_take_part_where_they_are_severe(breathe) -> None:
    hour = breathe(station(o3=0.162, no2=80.0), units={"o3": "ppm", "no2": "ppb"}, size_s=3600)
    assert ("kota", "us_aqi_o3") not in hour
    assert hour["kota", "us_aqi"][0] == 147
    day = breathe(station(pm25=10.0, so2=305.0), units={"so2": "ppb"}, size_s=DAY_S)
    assert day["kota", "us_aqi"][0] == 201


def test_how_the_us_index_goes_on_above_300_is_configured(breathe) -> None:
    assert breathe(station(pm25=250.0), size_s=DAY_S)["kota", "us_aqi_pm25"][0] == 350
    two = IndicatorRules(us_aqi_above_300="two")
    assert breathe(station(pm25=250.0), size_s=DAY_S, rules=two)["kota", "us_aqi_pm25"][0] == 325


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
