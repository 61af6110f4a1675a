"""Hours, days and months of a city's own clock, from the configuration to the points that are stored."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config.default_kinds import effective_kinds
from config.load import load_settings
from config.periods import Period
from config.settings import Device, Kind, Settings
from ingest.devices import DeviceTable
from processors.indicators.indicator_batch import IndicatorBatch
from processors.processor import Processor
from tests.denyut.live_batches import message, messages, started, stopped, stored, take, tick
from tests.processors.batches import SECOND_NS, Row, at, batch, windows

CITY = """
[city]
timezone = "Asia/Makassar"

[windows]
civil = ["hour", "day"]

[retention]
window = "36500d"
"""
HOUR_NS = 3600 * SECOND_NS
BERLIN = ZoneInfo("Europe/Berlin")


def test_a_day_of_makassar_is_stored_at_its_own_midnight_also_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text(CITY, encoding="utf-8")
    pipeline = started(load_settings(file), tmp_path)
    for hour in range(16):
        clock = f"{hour:02}:30:00"
        sent = {"air/A1": {"pm25": 10.0 + hour}, "weather/C1": {"rain_mm": 2.0}}
        take(pipeline, messages([message(f"city/c/{at}", said, clock) for at, said in sent.items()], clock))
        tick(pipeline, f"{hour:02}:59:00")
        if hour in (3, 9):
            stopped(pipeline, tmp_path)
            pipeline = started(load_settings(file), tmp_path)
    tick(pipeline, "16:00:02")
    stopped(pipeline, tmp_path)
    (day,) = stored(tmp_path, "window", device="A1", size="1d")
    assert day.time_ns == at("16:00:00"), "midnight in Makassar"
    assert (day.fields["pm25_count"], day.fields["pm25_mean"], day.fields["pm25_last"]) == (16, 17.5, 25)
    hours = stored(tmp_path, "window", device="A1", size="1h")
    assert [row.time_ns for row in hours] == [at(f"{hour:02}:00:00") for hour in range(1, 17)]
    found = {
        row.tags["indicator"]: row.fields.get("value") for row in stored(tmp_path, "indicator", size="1d", zone="all")
    }
    assert (found["pm25"], found["ispu_pm25"], found["rain"], found["rain_class"]) == (17.5, 53, 32, 3)
    assert "ispu_pm25_indicative" not in found
    of_hour = stored(tmp_path, "indicator", size="1h", zone="all", indicator="ispu_pm25_indicative")
    assert len(of_hour) == 16


def of_berlin(begin: str, hours: int, *civil: Period) -> list[IndicatorBatch]:
    """Of a station in Berlin that reports half past each hour, from a time in UTC on."""
    begin_ns = round(datetime.fromisoformat(f"{begin}+00:00").timestamp()) * SECOND_NS
    table = DeviceTable([Device(id="A1", kind="air", zone="mitte")])
    number = table.row("c", "air", "A1")
    kinds = effective_kinds(Settings(kinds={"air": Kind(every=HOUR_NS)}))
    processor = Processor(windows("10s", "15m", civil=civil), kinds, table, "event", timezone=BERLIN)
    processor.expect("c", [Device(id="A1", kind="air", zone="mitte")])
    for hour in range(hours):
        time_ns = begin_ns + hour * HOUR_NS + HOUR_NS // 2
        processor.process(batch([Row(number, time_ns, {"pm25": 20.0})], time_ns, "air"))
    return processor.advance().indicators + processor.finish().indicators


def ended(figures: Sequence[IndicatorBatch], size: str, end: str, indicator: str) -> tuple[int, float, float]:
    """Length, value and coverage of the whole city, where the window ended at that time of Berlin."""
    end_ns = round(datetime.fromisoformat(end).replace(tzinfo=BERLIN).timestamp()) * SECOND_NS
    (found,) = [
        (each.size_ns, float(each.value[row]), float(each.coverage[row]))
        for each in figures
        if (each.size, each.end_ns) == (size, end_ns)
        for row, name in enumerate(zip(each.indicator, each.zone, strict=True))
        if name == (indicator, "all")
    ]
    return found


@pytest.mark.parametrize(
    ("begin", "hours", "end"),
    [
        ("2025-03-29T23:00", 23, "2025-03-31T00:00"),
        ("2025-10-25T22:00", 25, "2025-10-27T00:00"),
        ("2025-06-14T22:00", 24, "2025-06-16T00:00"),
    ],
)
def test_a_day_on_which_the_clock_is_changed_has_an_ispu_and_its_own_number_of_readings_due(
    begin: str, hours: int, end: str
) -> None:
    assert ended(of_berlin(begin, hours, "hour", "day"), "1d", end, "ispu_pm25") == (hours * HOUR_NS, 56, 1.0)


def test_of_a_month_without_a_reading_in_half_of_it_the_coverage_says_so() -> None:
    figures = of_berlin("2025-05-31T22:00", 15 * 24, "day", "month")
    assert ended(figures, "1mo", "2025-07-01T00:00", "pm25") == (30 * 24 * HOUR_NS, 20, 0.5)
