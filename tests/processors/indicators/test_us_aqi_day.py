"""The US AQI of a civil day through a processor, each pollutant over its own hours."""

import json
import math
import re
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from config.indicator_rules import IndicatorRules
from config.settings import Device
from processors.indicators.us_aqi_day import running_means
from tests.processors.indicators.recorded_city import HOUR_NS, RecordedCity, at

DOCS = (Path(__file__).parents[3] / "docs" / "indicators.md").read_text(encoding="utf-8")
VECTORS = Path(__file__).parents[4] / "shared" / "data" / "aqi_vectors" / "aqi_vectors.json"
UNITS = {"o3": "ppm", "co": "ppm", "so2": "ppb", "no2": "ppb"}
MIDNIGHT = at("2025-11-22 00:00")
NAN = math.nan


def day_of(levels: Callable[[int], dict[str, float]], hours: int = 33, **said: object) -> RecordedCity:
    """From midnight on; hours count from 0, and what has no level is not sent."""
    city = RecordedCity("air", [Device(id="A1", kind="air", zone="kota", every=HOUR_NS)], units=UNITS,
                        rules=IndicatorRules(**said))  # fmt: skip
    for hour in range(hours):
        if sent := levels(hour):
            city.hear("A1", MIDNIGHT + hour * HOUR_NS + HOUR_NS // 2, **sent)
    return city


def index(city: RecordedCity, part: str = "") -> float:
    return city.value(f"us_aqi_day{part}", "kota")


DOCUMENTED: dict[str, Callable[[int], dict[str, float]]] = {
    "SO2 400 ppb in one hour, 50 ppb in 23": lambda hour: {"so2": 400.0 if hour == 9 else 50.0},
    "SO2 310 ppb in each hour": lambda _: {"so2": 310.0},
    "O3 0.078 ppm from 10:00 to 18:00, else 0.020": lambda hour: {"o3": 0.078 if 10 <= hour < 18 else 0.020},
    "O3 0.162 ppm in one hour, else 0.020": lambda hour: {"o3": 0.162 if hour == 12 else 0.020},
    "CO 8.4 ppm from 22:00 to 24:00 and in six hours before, else 1.0": lambda hour: {
        "co": 8.4 if 16 <= hour < 24 else 1.0
    },
}


def test_the_documented_days_are_what_comes_out() -> None:
    rows = re.findall(r"^\| ((?:SO2|O3|CO) .+) \| (\d+) \| (\d) \|$", DOCS, re.MULTILINE)
    assert [day for day, _, _ in rows] == list(DOCUMENTED)
    for day, expected, main in rows:
        city = day_of(DOCUMENTED[day])
        assert (index(city), index(city, "_critical")) == (float(expected), float(main)), day


def test_particles_are_the_mean_of_the_day_of_the_city_s_clock() -> None:
    city = day_of(lambda hour: {"pm25": 35.9 if hour < 24 else 200.0, "pm10": 30.0}, hours=26)
    assert city.last("us_aqi_day_pm25", "kota") == (102, 1, 1)
    assert (index(city, "_pm10"), index(city), index(city, "_critical")) == (28, 102, 1)


def test_gases_are_the_largest_of_their_hours() -> None:
    city = day_of(lambda hour: {"no2": 80.0 if hour == 3 else 10.0, "so2": 35.7 if hour == 4 else 1.0}, hours=26)
    assert (index(city, "_no2"), index(city, "_so2")) == (79, 50)


def test_a_night_s_ozone_belongs_to_the_day_in_which_its_eight_hours_began() -> None:
    city = day_of(lambda hour: {"o3": 0.078 if 23 <= hour < 31 else 0.020})
    assert index(city, "_o3") == 126


def test_the_figures_of_a_day_stand_from_seven_where_ozone_is_measured() -> None:
    with_ozone = day_of(lambda _: {"pm25": 35.9, "o3": 0.020})
    particles = with_ozone.figures("us_aqi_day_pm25", "kota")
    known = [end for end, (value, *_) in particles.items() if not math.isnan(value)]
    assert MIDNIGHT + 31 * HOUR_NS <= min(known) < MIDNIGHT + 32 * HOUR_NS
    without = day_of(lambda _: {"pm25": 35.9})
    assert MIDNIGHT + 24 * HOUR_NS <= min(without.figures("us_aqi_day", "kota")) < MIDNIGHT + 25 * HOUR_NS


def test_carbon_monoxide_of_the_evening_before_has_its_part_in_the_first_means_of_a_day() -> None:
    city = day_of(lambda hour: {"co": 8.4 if 18 <= hour < 26 else 1.0}, hours=50)
    assert index(city, "_co") == 90, "the eight hours end at 02:00 of the second day"


def test_a_day_with_few_hours_says_so_and_a_silent_one_is_no_data() -> None:
    half = day_of(lambda hour: {"pm25": 35.9} if hour % 2 or hour > 23 else {}, hours=26)
    assert half.last("us_aqi_day_pm25", "kota") == (102, 0.5, 1)
    silent = day_of(lambda hour: {"pm25": 35.9} if hour < 24 or hour >= 48 else {}, hours=50)
    assert silent.last("us_aqi_day", "kota") == pytest.approx((NAN, 0, 0), nan_ok=True)


def test_a_silence_over_midnight_loses_nothing_of_the_day_before() -> None:
    city = day_of(lambda hour: {"pm25": 35.9} if hour < 23 or hour >= 29 else {}, hours=31)
    assert city.last("us_aqi_day_pm25", "kota") == (102, pytest.approx(23 / 24), 1)


def test_an_eight_hour_mean_needs_six_of_its_hours() -> None:
    hours = np.array([[1.0, 1.0], [NAN, NAN], [3.0, NAN], [NAN, NAN], [5.0, 5.0], [6.0, 6.0], [7.0, 7.0], [8.0, 8.0]])
    assert running_means(hours, 0.75).tolist() == [[5.0, pytest.approx(NAN, nan_ok=True)]]
    rows = np.arange(24.0).reshape(24, 1)
    assert running_means(rows, 0.75)[:, 0].tolist() == [start + 3.5 for start in range(17)], "17 of a day"


def test_a_day_on_which_the_clocks_change_has_its_own_number_of_hours() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    for date, hours in (("2025-03-30", 23), ("2025-10-26", 25)):
        begin = at(f"{date} 00:00", berlin)
        city = RecordedCity("air", [Device(id="A1", kind="air", zone="kota", every=HOUR_NS)], zone=berlin)
        for hour in range(hours + 2):
            level = 35.9 if hour < hours else 300.0
            city.hear("A1", begin + hour * HOUR_NS + HOUR_NS // 2, pm25=level)
        assert city.last("us_aqi_day_pm25", "kota") == (102, 1, 1), date


def test_how_the_index_goes_on_above_300_is_configured() -> None:
    assert index(day_of(lambda _: {"pm25": 250.0}, hours=26)) == 350
    assert index(day_of(lambda _: {"pm25": 250.0}, hours=26, us_aqi_above_300="two")) == 325


def test_a_run_that_is_interrupted_after_each_hour_gives_the_same_days_byte_for_byte() -> None:
    def run(interrupted: bool) -> list[object]:
        city = RecordedCity("air", [Device(id="A1", kind="air", zone="kota", every=HOUR_NS)], units=UNITS)
        for hour in range(34):
            sent = {"o3": 0.02 + hour / 1000, "co": 1.0 + hour / 7, "so2": 3.0 * hour}
            city.hear("A1", MIDNIGHT + hour * HOUR_NS, **sent)
            if interrupted:
                city.restart()
        return city.everything()

    assert run(interrupted=True) == run(interrupted=False)


SINCE_2024 = {
    "9.3": 51, "15": 62, "35.9": 102, "49.5": 135, "235.4": 321, "8.4": 90, "0.162": 147,
    "0.077": 122, "0.087": 154, "0.08753333": 154, "0.141": 238,
}  # fmt: skip
"""Input of a published example -> its index by the table of 2024."""


@pytest.mark.skipif(not VECTORS.is_file(), reason="the recording of published examples is not here")
def test_a_day_of_each_published_example_has_the_index_it_has_since_2024() -> None:
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    assert len(vectors) == 12
    for vector in vectors:
        air = {name.partition("_")[0]: float(text) for name, text in vector["inputs"].items()}
        # A day of such ozone would be eight hours of it too, which is worse.
        hours = {12} if "o3_1h" in vector["inputs"] else set(range(33))
        city = day_of({hour: air if hour in hours else {"o3": 0.0} for hour in range(33)}.__getitem__)
        assert index(city) == max(SINCE_2024[text] for text in vector["inputs"].values()), vector
