"""Sensors that are alive and how old their news is, from readings on."""

import math
import re
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.durations import parse_duration
from config.settings import Device
from ingest.devices import DeviceTable
from processors.indicators.indicator_batch import IndicatorBatch
from processors.processor import Processor
from processors.state import dump, load
from tests.processors.batches import Row, at, batch, windows
from tests.processors.indicators.conftest import figures

PAGE = (Path(__file__).parents[3] / "docs" / "city-scores.md").read_text(encoding="utf-8")
MINUTE_NS = 60_000_000_000


class Fleet:
    """Registered devices of kind `lamp`, which has no indicators of its own, and what is said of them."""

    def __init__(self, *devices: tuple[str, str, str | None], sizes: tuple[str, ...] = ("10s", "1m", "15m")) -> None:
        """(id, zone, interval) of each."""
        registered = [
            Device(id=name, kind="lamp", zone=zone, every=parse_duration(every) if every else None)
            for name, zone, every in devices
        ]
        self.windows = windows(*sizes)
        self.table = DeviceTable(registered)
        self.processor = Processor(self.windows, {}, self.table)
        self.processor.advance(at("10:00:00"))
        self.processor.expect("c", registered)
        self.batches: list[IndicatorBatch] = []

    def says(self, name: str, *clocks: str, received: str | None = None) -> None:
        for clock in clocks:
            row = Row(self.table.row("c", "lamp", name), at(clock), {"power": 1})
            self.processor.process(batch([row], at(received or clock), "lamp"))

    def at(self, clock: str) -> dict[tuple[str, str], tuple[float, float, float]]:
        """The figures of the window that ends there."""
        self.batches += [each for each in self.processor.advance(at(clock)).indicators if "known" in each.indicator[0]]
        for each in self.batches:
            if each.end_ns == at(clock):
                return {
                    (zone, name.removeprefix("lamp_")): figure
                    for (zone, name), figure in figures(each).items()
                    if name.startswith("lamp_")
                }
        return {}

    def restart(self) -> None:
        self.processor = Processor(
            self.windows, {}, self.table, state=load(dump(self.processor.state), self.windows, {})
        )


def test_the_documented_example_is_what_comes_out() -> None:
    chapter = PAGE[PAGE.index("<!-- example: alive -->") :]
    devices = re.findall(r"^\| (P\d) \| (\d+) \|", chapter, re.MULTILINE)
    expected = re.findall(r"^\| parking_(\w+) \| ([\d.]+) \|", chapter, re.MULTILINE)
    fleet = Fleet(*((name, "kota", "1m") for name, _ in devices))
    for name, age_s in sorted(devices, key=lambda each: -int(each[1])):
        left = 300 - int(age_s)
        fleet.says(name, f"10:{left // 60:02}:{left % 60:02}")
    found = fleet.at("10:05:00")
    assert {name: found["all", name][0] for name, _ in expected} == pytest.approx(
        {name: float(value) for name, value in expected}, abs=5e-5
    )
    assert found["kota", "sensors_alive_share"][1:] == (1, 1)


def test_three_intervals_are_still_alive_and_a_moment_more_is_not() -> None:
    fleet = Fleet(("L1", "a", "1m"), ("L2", "b", "1m"))
    fleet.says("L1", "10:01:59.9")
    fleet.says("L2", "10:02:00")
    found = fleet.at("10:05:00")
    assert found["a", "sensors_alive_share"][0] == 0
    assert found["b", "sensors_alive_share"][0] == 1
    assert found["all", "sensors_alive_share"][0] == 0.5
    assert found["all", "freshness_worst_s"][0] == pytest.approx(180.1)


def test_a_sensor_that_never_spoke_is_left_open_until_it_is_overdue() -> None:
    fleet = Fleet(("L1", "a", "1m"), ("L2", "a", "1m"))
    fleet.says("L1", "10:00:30", "10:01:30", "10:02:30", "10:03:30")
    assert fleet.at("10:03:00")["a", "sensors_alive_share"] == (1, 0.5, 1)
    found = fleet.at("10:04:00")
    assert found["a", "sensors_alive_share"] == (0.5, 1, 1)
    assert found["a", "freshness_worst_s"][0] == 240


def test_where_no_sensor_can_be_said_of_there_is_no_data() -> None:
    fleet = Fleet(("L1", "a", "1h"), ("L2", "b", "1m"))
    fleet.says("L2", "10:00:59")
    found = fleet.at("10:01:00")
    assert found["a", "sensors_known"] == (1, 1, 1)
    for name in ("sensors_alive_share", "freshness_s", "freshness_worst_s"):
        value, coverage, quality = found["a", name]
        assert math.isnan(value), name
        assert (coverage, quality) == (0, 0)


def test_an_interval_that_nobody_configured_is_learned() -> None:
    fleet = Fleet(("L1", "a", None))
    fleet.says("L1", "10:00:00", "10:00:10", "10:00:20", "10:00:30")
    assert fleet.at("10:01:00")["a", "sensors_alive_share"][0] == 1, "30 s ago is three intervals"
    assert fleet.at("10:02:00")["a", "sensors_alive_share"][0] == 0


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle() -> None:
    fleet = Fleet(*((f"L{number}", "a", "1m") for number in range(4)))
    for number, clock in enumerate(("10:00:10", "10:00:30", "10:00:40", "10:00:50")):
        fleet.says(f"L{number}", clock)
    found = fleet.at("10:01:00")
    assert (found["a", "freshness_s"][0], found["all", "freshness_worst_s"][0]) == (25, 50)


@pytest.mark.parametrize(
    ("sizes", "size"), [(("10s", "1m", "15m"), "1m"), (("15m", "1h"), "15m"), (("10s", "30s"), "30s")]
)
def test_one_size_of_window_says_it(sizes: tuple[str, ...], size: str) -> None:
    fleet = Fleet(("L1", "a", "1m"), sizes=sizes)
    fleet.says("L1", "10:30:30")
    fleet.at("12:00:00")
    assert {each.size_ns for each in fleet.batches} == {parse_duration(size)}


def test_what_comes_late_does_not_make_a_sensor_alive_that_was_silent() -> None:
    fleet = Fleet(("L1", "a", "1m"))
    fleet.says("L1", "10:00:10")
    assert fleet.at("10:05:00")["a", "sensors_alive_share"][0] == 0
    before = len(fleet.batches)
    fleet.says("L1", "10:04:30", received="10:05:10")
    assert fleet.at("10:05:20") == {}
    assert len(fleet.batches) == before, "no figure is revised"
    assert fleet.at("10:06:00")["a", "freshness_worst_s"][0] == 90, "but it is not forgotten that it spoke"


def test_a_restart_forgets_nobody() -> None:
    fleet = Fleet(("L1", "a", "1m"), ("L2", "a", "1m"))
    fleet.says("L1", "10:00:30", "10:01:30")
    fleet.at("10:02:00")
    fleet.restart()
    found = fleet.at("10:04:00")
    assert found["a", "sensors_known"][0] == 2
    assert found["a", "freshness_worst_s"][0] == 240
    assert found["a", "sensors_alive_share"] == (0.5, 1, 1)


SPOKEN = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(["10s", "1m", None]), st.lists(st.integers(0, 599), max_size=4)),
    min_size=1,
    max_size=8,
)


@given(SPOKEN, st.randoms(use_true_random=False))
def test_the_order_of_the_devices_changes_nothing(
    said: list[tuple[str, str | None, list[int]]], random: Random
) -> None:
    named = [(f"L{number}", *each) for number, each in enumerate(said)]
    found = []
    for order in (named, random.sample(named, len(named))):
        fleet = Fleet(*((name, zone, every) for name, zone, every, _ in order))
        for second, name in sorted((second, name) for name, _, _, seconds in named for second in seconds):
            fleet.says(name, f"10:{second // 60:02}:{second % 60:02}")
        found.append(fleet.at("10:10:00"))
    one, other = found
    assert sorted(one) == sorted(other)
    for key, figure in one.items():
        assert figure == pytest.approx(other[key], nan_ok=True), key
