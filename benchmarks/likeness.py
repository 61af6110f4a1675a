"""`python -m benchmarks.likeness`: the simulated city beside recordings of real ones, as a table and a picture."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.day_profiles import FloatArray, Hourly, Summary, as_share_of_busiest, hourly, profile, summarize
from benchmarks.kinds_of_day import kinds_of_day
from benchmarks.likeness_picture import Line, Panel, draw
from config.civil_time import utc_to_civil
from config.durations import SECOND_NS
from config.settings import Device, Settings
from ingest.devices import DeviceTable
from ingest.readings import ReadingBatch
from simulators.fleet import Fleet
from simulators.mapping_files import load_mapping
from simulators.recordings import open_recording
from simulators.start_time import parse_start

DATA = Path(__file__).parents[2] / "shared" / "data"
PICTURES = Path(__file__).parents[1] / "docs" / "pictures"
SIMULATED = "simulated"
_BEGIN, _WEEKS = "2026-08-31T00:00:00+07:00", 4
"""A Monday. Four weeks with neither a public holiday nor Ramadan nor a school break."""
_ZONE = ZoneInfo("Asia/Jakarta")
_STEP_NS = 86_400 * SECOND_NS


@dataclass(frozen=True, slots=True)
class Source:
    name: str
    mapping: str
    zone: str
    """Of the clock that people there live by."""


TRAFFIC = (
    Source("I-94, Minneapolis, 2013", "traffic_metro_i94", "America/Chicago"),
    Source("a road in Aarhus, August 2014", "traffic_aarhus", "Europe/Copenhagen"),
)
PARKING = (
    Source("Birmingham, autumn 2016", "parking_birmingham", "Europe/London"),
    Source("Aarhus, early summer 2014", "parking_aarhus", "Europe/Copenhagen"),
)


@click.command()
@click.option(
    "--data", type=click.Path(path_type=Path, file_okay=False), default=DATA, help="Where the recordings lie."
)
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), default=PICTURES, help="For the pictures.")
@click.option("--seed", type=int, default=1, show_default=True, help="Of the simulated city.")
def main(data: Path, output: Path, seed: int) -> None:
    """Draw the kinds of day of the simulated city, and four weeks of it beside recorded traffic and car parks."""
    _write(output / "kinds-of-day.svg", draw("Days of the simulated city", list(kinds_of_day())))
    if missing := [each.mapping for each in (*TRAFFIC, *PARKING) if not (data / each.mapping).is_dir()]:
        raise click.UsageError(f"{data} lacks the recordings {', '.join(missing)}")
    traffic = {SIMULATED: simulated("traffic", 40, seed)} | {each.name: recorded(each, data) for each in TRAFFIC}
    traffic = {name: as_share_of_busiest(hours) for name, hours in traffic.items()}
    parking = {SIMULATED: simulated("parking", 60, seed)} | {each.name: recorded(each, data) for each in PARKING}
    for title, found in (("Traffic", traffic), ("Car parks", parking)):
        _print(title, {name: summarize(hours) for name, hours in found.items()})
    about = "Mean days of the simulated city and of recordings"
    _write(output / "likeness.svg", draw(about, list(_panels(traffic, parking))))


def simulated(kind: str, count: int, seed: int) -> Hourly:
    """Hours of made devices of one kind, which report every five minutes."""
    devices = tuple(Device(id=f"{kind}-{number}", kind=kind, every="5m") for number in range(1, count + 1))
    fleet, begin_ns = Fleet(Settings(devices=devices), seed), parse_start(_BEGIN)
    times, numbers, values = [], [], []
    for day in range(7 * _WEEKS):
        (reports,) = fleet.reports(begin_ns + day * _STEP_NS, begin_ns + (day + 1) * _STEP_NS)
        times.append(utc_to_civil(reports.time_ns, _ZONE))
        numbers.append(reports.device)
        values.append(_value(reports.columns))
    return hourly(np.concatenate(times), np.concatenate(numbers), np.concatenate(values))


def recorded(source: Source, data: Path) -> Hourly:
    """Hours of a whole recording."""
    recording = open_recording([data / source.mapping], load_mapping(source.mapping), DeviceTable())
    batches = list(recording.batches())
    time_ns = np.concatenate([batch.time_ns for batch in batches])
    device = np.concatenate([batch.device for batch in batches]).astype(np.int64)
    values = np.concatenate([_value(_columns(batch)) for batch in batches])
    return hourly(utc_to_civil(time_ns, ZoneInfo(source.zone)), device, values)


def _columns(batch: ReadingBatch) -> dict[str, FloatArray]:
    return dict(zip(batch.quantities, batch.values, strict=True))


def _value(columns: dict[str, FloatArray]) -> FloatArray:
    """(n,) vehicles in the interval, or the share of the spaces that are taken; NaN where that means nothing."""
    if "vehicle_count" in columns:
        return columns["vehicle_count"]
    share = columns["occupied"] / columns["capacity"]
    return np.where((share >= 0.0) & (share <= 1.2), share, np.nan)


def _panels(traffic: dict[str, Hourly], parking: dict[str, Hourly]) -> Iterator[Panel]:
    for title, found in (
        ("Traffic, share of the busiest hour", traffic),
        ("Car parks, share of spaces taken", parking),
    ):
        for weekend in (False, True):
            days = "weekends" if weekend else "workdays"
            yield Panel(f"{title}: {days}", [_line(name, hours, weekend) for name, hours in found.items()])


def _line(name: str, hours: Hourly, weekend: bool) -> Line:
    found = profile(hours, weekend)
    if name == SIMULATED:
        return Line(f"{name}, and where eight tenths of the hours lie", found.mean, found)
    return Line(name, found.mean)


def _write(path: Path, picture: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(picture, encoding="utf-8")
    click.echo(f"{path} written", err=True)


def _print(title: str, found: dict[str, Summary]) -> None:
    table = Table("", "devices", "busiest hours", "weekend", "spread", "persistence", title=title)
    for name, each in found.items():
        hours = ", ".join(f"{hour:02}" for hour in each.busiest)
        figures = (f"{each.weekend_share:.2f}", f"{each.spread:.2f}", f"{each.persistence:.2f}")
        table.add_row(name, str(each.devices), hours, *figures)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
