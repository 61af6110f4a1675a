"""What comes from upstream, through a processor, and how long it took in the recording of the Ciliwung."""

import math
import re
from pathlib import Path

import numpy as np
import pytest

from config.indicator_rules import IndicatorRules
from tests.processors.indicators.recorded_city import HOUR_NS, RecordedCity, at
from tests.processors.indicators.test_river import gauge, levels

DOCS = (Path(__file__).parents[3] / "docs" / "indicators.md").read_text(encoding="utf-8")
WAVE = {16: 90.0, 17: 90.0, 18: 160.0, 19: 160.0}


def wave(restart: bool = False) -> RecordedCity:
    """Katulampa's windows by their end, on the 22nd and the 23rd: the hours of the documented example."""
    upstream = gauge("katulampa", "bogor", HOUR_NS, downstream="manggarai", travel_time=9 * HOUR_NS)
    downstream = gauge("manggarai", "jakarta", HOUR_NS, siaga_3=750.0, siaga_2=850.0, siaga_1=950.0)
    rules = IndicatorRules(siaga_up_readings=1, siaga_down_time=0)
    city = RecordedCity("water", [upstream, downstream], ("1h",), rules=rules)
    for hour in range(15, 31):
        when = at("2025-11-22 00:00") + hour * HOUR_NS - HOUR_NS // 2
        readings = [("katulampa", when, {"level_cm": WAVE.get(hour, 60.0)}), ("manggarai", when, {"level_cm": 600.0})]
        city.hear_all(readings)
        if restart:
            city.restart()
    city.finish()
    return city


def test_the_documented_wave_arrives_when_it_should() -> None:
    table = DOCS.split("### Upstream")[1].split("**The Ciliwung, recorded.**")[0]
    rows = re.findall(r"^\| (\d\d:\d\d) \| ([1-4]) \| (\d+|no data) \|$", table, re.MULTILINE)
    city = wave()
    stage, minutes = city.figures("water_upstream_siaga", "jakarta"), city.figures("water_arrival", "jakarta")
    assert len(rows) == 6
    for clock, upstream, arrival in rows:
        end_ns = at(f"2025-11-{22 if clock > '12:00' else 23} {clock}")
        assert stage[end_ns][0] == float(upstream), clock
        expected = math.nan if arrival == "no data" else float(arrival)
        assert minutes[end_ns][0] == pytest.approx(expected, nan_ok=True), clock
    assert stage[at("2025-11-22 15:00")] == (4, 1, 1)


def test_a_zone_without_anything_upstream_has_no_such_figure() -> None:
    assert wave().last("water_upstream_siaga", "bogor") == pytest.approx((math.nan, 0, 0), nan_ok=True)
    assert wave().value("water_upstream_siaga", "all") == 4


@pytest.mark.parametrize(("last", "found"), [(60.0, (math.nan, 0, 0)), (90.0, (3, 0, 0))])
def test_of_a_gauge_upstream_that_fell_silent_a_wave_is_known_and_nothing_else(last, found) -> None:
    upstream = gauge("katulampa", "bogor", HOUR_NS, downstream="manggarai", travel_time=9 * HOUR_NS)
    downstream = gauge("manggarai", "jakarta", HOUR_NS, siaga_3=750.0, siaga_2=850.0, siaga_1=950.0)
    city = RecordedCity("water", [upstream, downstream], ("1h",))
    begin_ns = at("2025-11-22 00:30")
    city.hear("katulampa", begin_ns, level_cm=last)
    for hour in range(6):
        city.hear("manggarai", begin_ns + hour * HOUR_NS, level_cm=600.0)
    city.finish()
    assert city.last("water_upstream_siaga", "jakarta") == pytest.approx(found, nan_ok=True)


def test_an_interrupted_run_gives_the_same_alarms_byte_for_byte() -> None:
    assert wave().everything() == wave(restart=True).everything()


@pytest.mark.parametrize(
    ("above", "below", "siaga_3", "crests", "median", "half"),
    [("Katulampa", "Depok", 80, 38, 4, (3, 4)), ("Katulampa", "Manggarai", 80, 39, 12, (12, 13)),
     ("Depok", "Manggarai", 200, 31, 9, (9, 10))],
)  # fmt: skip
def test_the_documented_travel_times_are_those_of_the_recorded_crests(
    above: str, below: str, siaga_3: float, crests: int, median: float, half: tuple[float, float]
) -> None:
    hours, _ = levels()
    upper, lower = (np.array([float(hour[f"{gate} (air)"]) for hour in hours]) for gate in (above, below))
    begins: list[int] = []
    for hour in np.flatnonzero(upper >= siaga_3).tolist():
        is_crest = upper[hour] == upper[max(0, hour - 12) : hour + 13].max()
        if is_crest and (not begins or hour - begins[-1] > 24):
            begins.append(hour)
    day = [lower[hour : hour + 25] for hour in begins]
    lags = [int(np.argmax(levels)) for levels in day if levels.max() - levels[0] >= 30]
    assert len(lags) == crests
    assert (np.median(lags), *np.percentile(lags, [25, 75])) == (median, *half)
