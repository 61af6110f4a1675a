"""The example city through simulator, payloads, decoder and processor in this process: which figures come out."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from config.cities import shipped_city
from config.default_kinds import effective_kinds
from config.indicator_sizes import sizes_with
from config.load import load_settings
from config.settings import Settings, Window
from ingest.decoding import SourceDecoder
from ingest.devices import DeviceTable
from ingest.messages import MessageBatch
from processors.indicators.catalogue import UNITS
from processors.indicators.indicator_batch import IndicatorBatch
from processors.processor import Processor
from simulators.fleet import Fleet
from simulators.payloads import Encoder

SECOND_NS = 1_000_000_000
HOUR_NS = 3600 * SECOND_NS
# Monday 6 April 2026, 00:00 in Jakarta; it will rain.
MONDAY_NS = 1_775_408_400 * SECOND_NS
CITY = load_settings(shipped_city("bojonegoro"))
PAGE = Path(__file__).parents[2] / "docs" / "indicators.md"
DAILY = (
    "noise_l",
    "o3_weighted_8h",
    "pm10_nowcast",
    "pm25_nowcast",
    "traffic_buffer_index",
    "traffic_lottr",
    "traffic_planning_time_index",
    "traffic_route_time_index_day",
    "us_aqi",
    "water_arrival",
)
"""Beginnings of the names of what takes more than an hour, or a flood wave."""


@dataclass
class Lived:
    """A span of the city's life."""

    settings: Settings
    rejected: int = 0
    readings: int = 0
    valued: set[str] = field(default_factory=set)
    """Indicators that had a value in some zone."""
    made: dict[str, set[str]] = field(default_factory=dict)
    """Indicator -> sizes of the windows in which it was made, with a value or without."""

    def note(self, batches: list[IndicatorBatch]) -> None:
        for batch in batches:
            known = np.isfinite(batch.value)
            for name in set(batch.indicator):
                self.made.setdefault(name, set()).add(batch.size)
            self.valued |= {name for name, has in zip(batch.indicator, known.tolist(), strict=True) if has}


def in_windows(settings: Settings, *sizes: str) -> Settings:
    """Without its shortest windows, which take most of the time."""
    windows = settings.windows.model_copy(update={"sizes": tuple(Window(size=size) for size in sizes)})
    return settings.model_copy(update={"windows": windows})


def live(settings: Settings, start_ns: int, hours: float, step_s: int) -> Lived:
    kinds = effective_kinds(settings)
    table = DeviceTable(settings.devices)
    timezone = ZoneInfo(settings.city.timezone)
    processor = Processor(settings.windows, kinds, table, timezone=timezone, scores=settings.scores)
    processor.expect(settings.city.id, settings.devices)
    decoder = SourceDecoder(settings.sources[0], settings.city.id, table, kinds)
    lived = Lived(settings)
    for batch in _received(settings, start_ns, hours, step_s):
        decoded = decoder.decode(batch)
        lived.rejected += len(decoded.rejections)
        for readings in decoded.readings:
            outcomes = processor.process(readings)
            lived.rejected += int((outcomes != 0).sum())
            lived.readings += len(readings)
        lived.note(processor.advance(batch.received_ns).indicators)
    lived.note(processor.finish().indicators)
    return lived


def _received(settings: Settings, start_ns: int, hours: float, step_s: int) -> Iterator[MessageBatch]:
    encoder = Encoder(Fleet(settings))
    step_ns = step_s * SECOND_NS
    for begins_ns in range(start_ns, start_ns + round(hours * HOUR_NS), step_ns):
        messages = encoder.messages(begins_ns, begins_ns + step_ns)
        topics = [topic.encode() for topic in messages.topics]
        yield MessageBatch(topics, messages.payloads, np.zeros(len(topics), np.bool_), begins_ns + step_ns)


@pytest.fixture(scope="module")
def hour() -> Lived:
    """From 06:45 on, at the pace of the devices, in windows from 1 min on."""
    return live(in_windows(CITY, "1m", "15m"), MONDAY_NS + round(6.75 * HOUR_NS), 1.25, 60)


@pytest.fixture(scope="module")
def days() -> Lived:
    """From Monday noon to Wednesday morning, every device every five minutes, in windows from 15 min on."""
    slow = tuple(device.model_copy(update={"every": 300 * SECOND_NS}) for device in CITY.devices)
    settings = in_windows(CITY, "15m").model_copy(update={"devices": slow})
    return live(settings, MONDAY_NS + 12 * HOUR_NS, 44, 900)


def test_everything_that_the_city_sends_is_taken_in(hour: Lived, days: Lived) -> None:
    assert (hour.rejected, days.rejected) == (0, 0)
    assert hour.readings > 90_000


def test_every_documented_indicator_comes_out_but_those_that_the_documentation_names(hour: Lived, days: Lived) -> None:
    assert set(UNITS) - hour.valued - days.valued == lacking()


def test_an_hour_is_enough_for_all_but_the_figures_of_days(hour: Lived) -> None:
    needs_more = set(UNITS) - hour.valued - lacking()
    assert {name for name in needs_more if not name.startswith(DAILY)} == set()


def test_the_configuration_knows_in_windows_of_which_sizes_each_indicator_is_made(hour: Lived, days: Lived) -> None:
    for lived in (hour, days):
        closed = set().union(*lived.made.values())
        told = {name: closed.intersection(sizes_with(name, lived.settings)) for name in lived.made}
        assert told == lived.made


def lacking() -> set[str]:
    """What docs/indicators.md says that the example city has not."""
    section = PAGE.read_text(encoding="utf-8").partition("## What the example city lacks\n")[2].partition("\n## ")[0]
    heads = re.findall(r"^- (`[^:]+`):", section, re.MULTILINE)
    return {name for head in heads for name in re.findall(r"`(\w+)`", head)}
