"""Polls: from a file through the same processing as live readings, and from kiosks that report as they go."""

import math
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from config.default_kinds import effective_kinds
from config.indicator_rules import IndicatorRules
from config.iso_times import iso_utc
from config.settings import Device, Kind, Quantity, Settings
from denyut.commands.replay import command
from ingest.devices import DeviceTable
from processors.processor import Processor
from storage.sqlite_store import SqliteStore
from storage.store import Query
from tests.processors.batches import at, batch, row, windows
from tests.processors.indicators.conftest import figures

PAGE = (Path(__file__).parents[2] / "docs" / "recordings.md").read_text(encoding="utf-8")
CHAPTER = PAGE[PAGE.index("## A poll") :]
KIOSK = Device(id="K1", kind="satisfaction", zone="kota")


def block(language: str) -> str:
    (found,) = re.findall(rf"```{language}\n(.*?)```", CHAPTER, re.DOTALL)
    return str(found)


def table() -> list[tuple[str, str, str, str]]:
    lines = [line for line in CHAPTER.splitlines() if line.startswith("| 2026")]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]  # type: ignore[misc]


def test_the_documented_poll_gives_the_documented_figures(tmp_path: Path) -> None:
    (tmp_path / "poll.csv").write_text(block("csv"))
    (tmp_path / "poll.toml").write_text(block("toml"))
    arguments = [
        "--mapping",
        str(tmp_path / "poll.toml"),
        str(tmp_path / "poll.csv"),
        "--data-dir",
        str(tmp_path / "d"),
    ]
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    store = SqliteStore(tmp_path / "d")
    rows = store.query(Query("indicator", (("indicator", "satisfaction_index"),), ("value", "coverage")))
    store.close()
    found = {(iso_utc(each.time_ns), each.tags["zone"]): each.fields for each in rows}
    for time, zone, value, coverage in table():
        fields = found.pop((time, zone))
        assert fields["coverage"] == pytest.approx(float(coverage), abs=5e-5)
        assert fields.get("value", math.nan) == pytest.approx(
            math.nan if value == "no data" else float(value), abs=5e-5, nan_ok=True
        )
    assert found == {}


def last(kind: Kind, *readings: tuple[str, dict[str, float]]) -> dict[tuple[str, str], tuple[float, float, float]]:
    """Figures of the last window of a minute of one kiosk."""
    devices = DeviceTable([KIOSK])
    number = devices.row("c", "satisfaction", KIOSK.id)
    kinds = effective_kinds(Settings(kinds={"satisfaction": kind}))
    processor = Processor(windows("1m"), kinds, devices, "event")
    for clock, values in readings:
        processor.process(batch([row(number, clock, **values)], at("23:00:00"), "satisfaction"))
    made = [each for each in processor.finish().indicators if "satisfaction_index" in each.indicator]
    return figures(made[-1])


def test_a_kiosk_with_running_totals_is_counted_by_their_increase() -> None:
    quantities = {name: Quantity(kind="counter") for name in ("very_satisfied", "not_satisfied")}
    totals: list[tuple[str, dict[str, float]]] = [("10:00:50", {"very_satisfied": 100, "not_satisfied": 40})]
    totals += [("10:01:10", {"very_satisfied": 103, "not_satisfied": 40})]
    totals += [("10:01:50", {"very_satisfied": 103, "not_satisfied": 41})]
    found = last(Kind(quantities=quantities), *totals)
    assert found["kota", "satisfaction_answers"][0] == 4
    assert found["kota", "satisfaction_very_satisfied"][0] == 0.75
    assert found["kota", "satisfaction_index"][0] == 75


def test_a_city_may_give_the_answers_other_points() -> None:
    rules = IndicatorRules(satisfaction_points=(100, 75, 50, 25))
    found = last(Kind(indicators=rules), ("10:00:10", {"fair": 1, "not_satisfied": 1}))
    assert found["all", "satisfaction_index"][0] == 37.5


def test_points_that_rise_are_refused() -> None:
    with pytest.raises(ValueError, match="must fall, from at most 100 to at least 0"):
        IndicatorRules(satisfaction_points=(100, 50, 75, 0))
