"""The rolling ISPU and NowCast through a processor, hour by hour."""

import math
import re
from pathlib import Path

import pytest

from config.indicator_rules import IndicatorRules
from config.settings import Device
from tests.processors.indicators.recorded_city import HOUR_NS, MINUTE_NS, RecordedCity, at, hours_of

DOCS = (Path(__file__).parents[3] / "docs" / "indicators.md").read_text(encoding="utf-8")
NOON = at("2025-11-22 12:00")
NAN = math.nan


def station(name: str = "A1", zone: str = "kota", every: int = HOUR_NS) -> Device:
    return Device(id=name, kind="air", zone=zone, every=every)


def breathed(
    hourly: list[float], name: str = "pm25", *, restart: bool = False, sizes: tuple[str, ...] = ("15m",), **said: object
) -> RecordedCity:
    """An hour more than the last one is heard, so that the figures of the last one stand."""
    city = RecordedCity("air", [station()], sizes, rules=IndicatorRules(**said))
    for reading in hours_of([*hourly, 0.0], "A1", name, NOON):
        city.hear_all([reading])
        if restart:
            city.restart()
    return city


def test_the_rolling_index_is_that_of_the_24_hours_before() -> None:
    city = breathed([500.0] * 5 + [10.0] * 12 + [60.0] * 12)
    assert city.last("ispu_pm25", "kota") == (74, 1, 1)
    assert [city.value(f"ispu{part}", "kota") for part in ("", "_critical", "_category", "_provisional")] == [
        74,
        1,
        2,
        0,
    ]


def test_a_figure_stands_at_each_step_and_is_of_full_hours() -> None:
    city = breathed([35.0, 100.0, 35.0], sizes=("10s", "1m", "15m"))
    found = city.figures("ispu_pm25", "kota")
    of_first = {value for end, (value, *_) in found.items() if NOON + HOUR_NS <= end < NOON + 2 * HOUR_NS}
    assert of_first == {74}
    assert {(end - NOON) % (15 * MINUTE_NS) for end in found} == {0}
    assert min(found) >= NOON + HOUR_NS


def test_less_than_three_quarters_of_the_hours_are_provisional() -> None:
    described = re.search(r"(\d+) hours of (\d+) µg/m³ of PM2.5 and\s+(\d+) hours without a reading", DOCS)
    assert described is not None
    known, level, missing = (int(part) for part in described.groups())
    enough = breathed([NAN] * missing + [float(level)] * known)
    assert enough.last("ispu", "kota") == (74, 0.75, 1)
    assert enough.value("ispu_provisional", "kota") == 0
    short = breathed([NAN] * (missing + 1) + [float(level)] * (known - 1))
    assert short.last("ispu", "kota") == (74, pytest.approx(0.7083, abs=1e-4), 1)
    assert short.value("ispu_provisional", "kota") == 1
    assert breathed([35.0] * 12, day_completeness=0.5).value("ispu_provisional", "kota") == 0


def test_an_hour_with_too_few_of_its_readings_has_no_mean() -> None:
    city = RecordedCity("air", [station(every=10 * MINUTE_NS)])
    for number, minute in enumerate((0, 10, 20, 30, 40, 60, 70, 80, 90, 120, 180)):
        city.hear("A1", NOON + minute * MINUTE_NS, pm25=35.0 if number < 5 else 100.0)
    assert city.last("ispu_pm25", "kota") == (74, pytest.approx(1 / 24), 1), "five of six readings, then four, then one"
    lenient = IndicatorRules(hour_completeness=0.5)
    city = RecordedCity("air", [station(every=10 * MINUTE_NS)], rules=lenient)
    for minute in (0, 10, 20, 30, 60):
        city.hear("A1", NOON + minute * MINUTE_NS, pm25=35.0)
    assert city.last("ispu_pm25", "kota") == (74, pytest.approx(1 / 24), 1)


def test_an_hour_is_the_mean_of_its_readings_and_not_of_its_quarters() -> None:
    city = RecordedCity("air", [station(every=10 * MINUTE_NS)])
    for minute, level in ((0, 10.0), (10, 10.0), (20, 70.0), (30, 10.0), (40, 10.0), (50, 100.0), (60, 0.0)):
        city.hear("A1", NOON + minute * MINUTE_NS, pm25=level)
    assert city.last("ispu_pm25", "kota")[0] == 74, "the mean of six readings is 35"


def test_all_seven_parameters_roll_and_the_largest_is_critical() -> None:
    means = {"pm25": 35.0, "pm10": 75.0, "o3": 150.0, "so2": 100.0, "no2": 665.0, "co": 5000.0, "hc": 72.5}
    city = RecordedCity("air", [station()])
    for hour in range(25):
        city.hear("A1", NOON + hour * HOUR_NS, **means)
    indices = {name: city.value(f"ispu_{name}", "kota") for name in means}
    assert indices == {"pm25": 74, "pm10": 63, "o3": 63, "so2": 69, "no2": 150, "co": 63, "hc": 75}
    assert [city.value(f"ispu{part}", "kota") for part in ("", "_critical", "_category")] == [150, 5, 3]


def test_a_parameter_may_have_another_averaging_time() -> None:
    hours = [4000.0] * 16 + [9000.0] * 8
    assert breathed(hours, "co").value("ispu_co", "kota") == round((4000 * 16 + 9000 * 8) / 24 / 80 + 0.001)
    assert breathed(hours, "co", ispu_hours={"co": 8}).value("ispu_co", "kota") == 114


def test_stations_with_a_full_day_make_the_figure_of_their_zone() -> None:
    city = RecordedCity("air", [station("A1"), station("A2")])
    for hour in range(25):
        readings = [("A1", NOON + hour * HOUR_NS, {"pm25": 35.0})]
        if hour > 20:
            readings.append(("A2", NOON + hour * HOUR_NS, {"pm25": 400.0}))
        city.hear_all(readings)
    assert city.last("ispu_pm25", "kota") == (74, pytest.approx((24 + 3) / 48), 1)
    assert city.value("ispu_provisional", "kota") == 0


def test_a_station_whose_day_is_below_zero_is_left_out_and_lowers_the_quality() -> None:
    city = RecordedCity("air", [station("A1"), station("A2")])
    for hour in range(25):
        city.hear_all([(name, NOON + hour * HOUR_NS, {"pm25": level}) for name, level in (("A1", 35.0), ("A2", -8.0))])
    assert city.last("ispu_pm25", "kota") == (74, 1, 0.5)


def test_silence_empties_the_figure_hour_by_hour() -> None:
    city = RecordedCity("air", [station()], time_base="received")
    for hour in range(24):
        city.hear("A1", NOON + hour * HOUR_NS, pm25=35.0)
    for hour in range(23, 50):
        city.tick(NOON + hour * HOUR_NS)
    coverage = [city.figures("ispu", "kota")[NOON + hour * HOUR_NS][1] for hour in (24, 30, 47)]
    assert coverage == pytest.approx([1, 18 / 24, 1 / 24])
    assert city.last("ispu", "kota") == pytest.approx((NAN, 0, 0), nan_ok=True)
    assert math.isnan(city.value("ispu_category", "kota"))


def test_gases_in_parts_are_indices_of_micrograms() -> None:
    city = RecordedCity("air", [station()], units={"no2": "ppb"})
    for hour in range(25):
        city.hear("A1", NOON + hour * HOUR_NS, no2=100.0)
    assert city.value("ispu_no2", "kota") == 95


def test_late_readings_change_the_hour_they_belong_to_and_the_figures_from_then_on() -> None:
    city = RecordedCity("air", [station(every=30 * MINUTE_NS)], time_base="received")
    for half in range(5):
        city.hear("A1", NOON + half * 30 * MINUTE_NS, pm25=35.0)
        city.tick(NOON + half * 30 * MINUTE_NS + 1)
    assert city.value("ispu_pm25", "kota") == 74
    city.hear_all([("A1", NOON + 80 * MINUTE_NS, {"pm25": 400.0})])
    city.tick(NOON + 135 * MINUTE_NS)
    assert city.value("ispu_pm25", "kota") > 74
    assert city.figures("ispu_pm25", "kota")[NOON + 105 * MINUTE_NS][0] == 74, "what was written then stands"


def test_a_run_that_is_interrupted_after_each_hour_gives_the_same_figures_byte_for_byte() -> None:
    hours = [float(20 + 7 * hour % 50) for hour in range(40)]
    assert breathed(hours, restart=True).everything() == breathed(hours).everything()


def test_the_size_of_the_steps_changes_nothing_of_a_full_hour() -> None:
    hours = [float(20 + 7 * hour % 50) for hour in range(26)]
    for size in ("5m", "20m", "1h"):
        other = breathed(hours, sizes=(size,))
        assert other.last("ispu_pm25", "kota") == breathed(hours).last("ispu_pm25", "kota")
        assert other.last("pm25_nowcast", "kota") == breathed(hours).last("pm25_nowcast", "kota")


def test_windows_that_make_no_hours_give_nothing_of_a_longer_time() -> None:
    assert not {name for name in breathed([35.0] * 5, sizes=("7m",)).names() if "nowcast" in name or name == "ispu"}


def test_nowcast_is_that_of_the_last_hours_and_has_its_index() -> None:
    newest_first = [34.9, 43, 50, 64.9, 69.2, 66.2, 53.7, 48.6, 49.2, 35]
    city = breathed(newest_first[::-1])
    assert city.last("pm25_nowcast", "kota") == (42.5, pytest.approx(10 / 12), 1)
    assert city.value("us_aqi_pm25_nowcast", "kota") == 118
    assert math.isnan(breathed([35.0]).value("pm25_nowcast", "kota"))


def test_ozone_is_weighted_over_eight_hours_under_its_own_name() -> None:
    city = breathed([0.078] * 8, "o3")
    assert city.last("o3_weighted_8h", "kota") == (pytest.approx(0.078, abs=1e-6), 1, 1)
    in_parts = RecordedCity("air", [station()], units={"o3": "ppm"})
    for hour in range(9):
        in_parts.hear("A1", NOON + hour * HOUR_NS, o3=0.078)
    assert in_parts.value("us_aqi_o3_weighted_8h", "kota") == 126
