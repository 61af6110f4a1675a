"""Rivers through a processor: what holds, what is unknown, how fast water rises, and what comes from upstream."""

import csv
import math
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from config.indicator_rules import IndicatorRules
from config.settings import Device
from tests.processors.batches import SECOND_NS
from tests.processors.indicators.recorded_city import HOUR_NS, JAKARTA, MINUTE_NS, RecordedCity, at

DOCS = (Path(__file__).parents[3] / "docs" / "indicators.md").read_text(encoding="utf-8")
RECORDED = Path(__file__).parents[4] / "shared" / "data" / "jakarta_water_level"
NOON = at("2025-11-22 12:00")


def gauge(name: str = "katulampa", zone: str = "", every: int = 5 * MINUTE_NS, **said: object) -> Device:
    limits = {"siaga_3": 80.0, "siaga_2": 150.0, "siaga_1": 200.0} | said
    return Device(id=name, kind="water", zone=zone or name, every=every, **limits)


def live(*devices: Device, rules: IndicatorRules | None = None) -> RecordedCity:
    return RecordedCity("water", devices, ("1m",), rules=rules or IndicatorRules(), time_base="received")


def flow(city: RecordedCity, levels: list[float], every: int = 5 * MINUTE_NS, device: str = "katulampa") -> int:
    """A reading each interval, NaN none, and a tick after each; the time of the last tick."""
    now_ns = NOON
    for number, level in enumerate(levels):
        now_ns = NOON + number * every
        if not math.isnan(level):
            city.hear(device, now_ns, level_cm=level)
        city.tick(now_ns + MINUTE_NS)
    return now_ns + MINUTE_NS


def test_the_stage_that_holds_differs_from_the_plain_one_of_a_window() -> None:
    city = live(gauge())
    flow(city, [70.0, 82.0, 84.0, 69.0])
    held, plain = city.figures("water_siaga_held", "katulampa"), city.figures("water_siaga", "katulampa")
    ends = [NOON + (number * 5 + 1) * MINUTE_NS for number in range(4)]
    assert [plain[end][0] for end in ends] == [4, 3, 3, 4]
    assert [held[end][0] for end in ends] == [4, 4, 3, 3]


def fast(sizes: tuple[str, ...] = ("10s", "1m"), time_base: str = "received") -> RecordedCity:
    said = gauge("manggarai", every=10 * SECOND_NS, siaga_3=700.0, siaga_2=800.0, siaga_1=900.0)
    return RecordedCity("water", [said], sizes, time_base=time_base)  # type: ignore[arg-type]


RISING = [[720.0] * 6, [740.0, 760.0, 790.0, 800.0, 820.0, 840.0], [860.0, 880.0, 855.0, 830.0, 805.0, 790.0]]
LONG = [[720.0] * 6, [740.0, 750.0, 760.0, 770.0, 790.0, 805.0], [860.0, 880.0, 855.0, 830.0, 805.0, 790.0]]
FILE = [[720.0] * 6, [760.0, 860.0, 905.0, 910.0, 905.0, 790.0], [760.0] * 6]


@pytest.mark.parametrize(
    ("minutes", "held"),
    [
        (RISING, [(3, 1, 1), (2, 1, 0.5), (2, 1, 1)]),
        (LONG, [(3, 1, 1), (2, 1, 0.5), (2, 1, 1)]),
        (FILE, [(3, 1, 1), (1, 1, 1), (1, 1, 1)]),
    ],
)
@pytest.mark.parametrize("live", [True, False])
def test_a_crest_of_a_gauge_that_reports_each_10_s_is_reported_live_and_from_a_file(
    minutes: list[list[float]], held: list[tuple[float, float, float]], live: bool
) -> None:
    city = fast(time_base="received" if live else "event")
    for number, level in enumerate(level for minute in minutes for level in minute):
        now_ns = NOON + number * 10 * SECOND_NS
        city.hear("manggarai", now_ns, level_cm=level)
        if live:
            city.tick(now_ns + 10 * SECOND_NS)
    city.finish()
    figures = city.figures("water_siaga_held", "manggarai")
    assert [figures[NOON + number * MINUTE_NS] for number in (1, 2, 3)] == held
    assert set(figures) == {NOON + number * MINUTE_NS for number in (1, 2, 3)}, "only windows of a minute hold stages"


def test_the_stage_of_a_gauge_that_reports_each_10_s_ends_after_15_minutes_below() -> None:
    city = fast(time_base="event")
    for number, level in enumerate([720.0] * 6 + [910.0] * 6 + [640.0] * 6 * 17):
        city.hear("manggarai", NOON + number * 10 * SECOND_NS, level_cm=level)
    city.finish()
    held = city.figures("water_siaga_held", "manggarai")
    assert [held[NOON + minute * MINUTE_NS][0] for minute in range(1, 20)] == [3] + [1] * 16 + [4] * 2


def test_a_crest_of_which_the_window_does_not_tell_how_many_readings_it_had_is_reported_with_half_the_quality() -> None:
    city = fast()
    for minute, levels in enumerate([[760.0] * 6, [760.0, 790.0, 820.0, 830.0, 790.0, 780.0], [810.0] * 6]):
        for number, level in enumerate(levels):
            city.hear("manggarai", NOON + (6 * minute + number) * 10 * SECOND_NS, level_cm=level)
        city.tick(NOON + (minute + 1) * MINUTE_NS)
        if minute == 1:
            city.restart()
    figures = city.figures("water_siaga_held", "manggarai")
    assert [figures[NOON + number * MINUTE_NS] for number in (1, 2, 3)] == [(3, 1, 1), (2, 1, 0.5), (2, 1, 1)]


def test_a_silent_gauge_keeps_its_stage_without_coverage_and_is_unknown() -> None:
    city = live(gauge("katulampa", "hulu"), gauge("depok", "hulu"))
    city.hear("depok", NOON, level_cm=20.0)
    flow(city, [90.0, 90.0])
    assert city.last("water_siaga_held", "hulu") == (3, 1, 1)
    assert city.last("water_siaga_unknown", "hulu") == (0, 1, 1)
    city.tick(NOON + 17 * MINUTE_NS)
    assert city.last("water_siaga_held", "hulu") == (3, 0.5, 1)
    assert city.last("water_siaga_unknown", "hulu") == (0.5, 1, 1)
    city.tick(NOON + 24 * HOUR_NS)
    assert city.last("water_siaga_held", "hulu") == (3, 0, 0), "the last stage, and nobody knows"
    assert city.last("water_siaga_unknown", "hulu") == (1, 1, 1)
    assert city.last("water_siaga", "hulu") == pytest.approx((math.nan, 0, 0), nan_ok=True)


def test_a_gauge_that_fell_silent_at_normal_is_no_data_and_not_normal() -> None:
    city = live(gauge("katulampa", "hulu"), gauge("depok", "hulu"))
    city.hear("depok", NOON, level_cm=20.0)
    flow(city, [30.0, 30.0, 30.0, 30.0])
    city.tick(NOON + 17 * MINUTE_NS)
    assert city.last("water_siaga_held", "hulu") == (4, 0.5, 1), "by the one that speaks"
    city.tick(NOON + 2 * HOUR_NS)
    assert city.last("water_siaga_held", "hulu") == pytest.approx((math.nan, 0, 0), nan_ok=True)
    assert city.last("water_siaga_unknown", "hulu") == (1, 1, 1)
    city.hear("depok", NOON + 2 * HOUR_NS + MINUTE_NS, level_cm=20.0)
    city.tick(NOON + 2 * HOUR_NS + 3 * MINUTE_NS)
    assert city.last("water_siaga_held", "hulu") == (4, 0.5, 1)


def test_how_long_a_gauge_may_be_silent_is_configured() -> None:
    city = live(gauge(), rules=IndicatorRules(siaga_stale=12))
    flow(city, [90.0])
    city.tick(NOON + 59 * MINUTE_NS)
    assert city.value("water_siaga_unknown") == 0
    city.tick(NOON + 62 * MINUTE_NS)
    assert city.value("water_siaga_unknown") == 1


def test_water_that_rises_20_cm_in_10_minutes_is_an_alarm() -> None:
    city = live(gauge())
    flow(city, [100.0, 109.0, 119.9])
    assert city.value("water_rise_rate") == pytest.approx(19.9)
    assert city.value("water_rise_alarm") == 0
    flow_on = NOON + 15 * MINUTE_NS
    city.hear("katulampa", flow_on, level_cm=129.0)
    city.tick(flow_on + MINUTE_NS)
    assert city.last("water_rise_rate") == pytest.approx((20, 1, 1))
    assert city.last("water_rise_alarm") == (1, 1, 1)


def test_a_ripple_of_a_minute_is_no_rise_and_a_gauge_that_reports_each_hour_has_one() -> None:
    ripples = live(gauge(every=MINUTE_NS))
    flow(ripples, [100.0, 103.0, 100.0, 104.0], every=MINUTE_NS)
    assert math.isnan(ripples.value("water_rise_rate"))
    hourly = live(gauge(every=HOUR_NS))
    flow(hourly, [100.0, 220.0], every=HOUR_NS)
    assert hourly.value("water_rise_rate") == pytest.approx(20)


def test_what_a_gauge_said_before_a_long_silence_is_no_beginning_of_a_rise() -> None:
    city = live(gauge())
    flow(city, [100.0, *[math.nan] * 12, 300.0])
    assert math.isnan(city.value("water_rise_rate"))


def test_the_fastest_gauge_stands_for_its_zone() -> None:
    city = live(gauge("katulampa", "hulu"), gauge("depok", "hulu"))
    for number in range(3):
        now_ns = NOON + number * 5 * MINUTE_NS
        city.hear_all(
            [
                ("katulampa", now_ns, {"level_cm": 100.0 + 4 * number}),
                ("depok", now_ns, {"level_cm": 300.0 - 9 * number}),
            ]
        )
        city.tick(now_ns + MINUTE_NS)
    assert city.value("water_rise_rate", "hulu") == pytest.approx(8)


def test_late_readings_move_nothing_that_holds() -> None:
    city = live(gauge())
    flow(city, [70.0, 70.0, 70.0])
    city.hear("katulampa", NOON + 5 * MINUTE_NS + 1, level_cm=250.0)
    city.tick(NOON + 12 * MINUTE_NS)
    assert city.figures("water_siaga")[NOON + 6 * MINUTE_NS][0] == 2, "the mean of 70 and 250 cm"
    held = city.figures("water_siaga_held")
    assert {held[end][0] for end in held} == {4}


def levels() -> tuple[list[dict[str, str]], dict[str, dict[str, float]]]:
    if not RECORDED.is_dir():
        pytest.skip("the recording of Jakarta's rivers is not here")
    with (RECORDED / "thresholds.csv").open(newline="", encoding="utf-8") as file:
        limits = {row["Lokasi"]: {f"siaga_{n}": float(row[f"Siaga {n}"]) for n in (3, 2, 1)}
                  for row in csv.DictReader(file)}  # fmt: skip
    with (RECORDED / "levels_2021-10_2023-06.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file)), limits


def test_a_processor_counts_the_stages_of_jakarta_s_three_gates_as_they_were_counted_in_the_recording() -> None:
    hours, limits = levels()
    readings = [
        [(gate, {"level_cm": float(hour[f"{gate} (air)"])}) for gate in limits]
        for hour in hours
    ]  # fmt: skip
    high = [any(values["level_cm"] >= limits[gate]["siaga_3"] for gate, values in hour) for hour in readings]
    # What lies six hours and more from any stage is left out: it counts for nothing, and takes minutes.
    near = np.convolve(high, np.ones(13), "same") > 0
    gates = [gauge(gate, gate, HOUR_NS, **said) for gate, said in limits.items()]
    city = RecordedCity("water", gates, ("1h",))
    for number in np.flatnonzero(near).tolist():
        moment = datetime.fromisoformat(hours[number]["Tanggal"]).replace(tzinfo=JAKARTA)
        when = round(moment.timestamp()) * 1_000_000_000
        city.hear_all([(gate, when, values) for gate, values in readings[number]])
    city.finish()
    counted = {}
    for gate in limits:
        plain = [value for value, _, _ in city.figures("water_siaga", gate).values()]
        counted[gate] = tuple(sum(stage <= least for stage in plain) for least in (3, 2, 1))
    assert counted == {"Katulampa": (93, 5, 1), "Depok": (89, 10, 1), "Manggarai": (281, 0, 0)}
    assert not any(high[number] for number in range(len(high)) if not near[number])
