"""`denyut replay`: recorded files, or the journal of a run, through the same processing."""

import json
import logging
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from config.durations import SECOND_NS
from config.iso_times import iso_utc
from config.load import load_settings
from config.mistakes import ConfigurationError
from denyut.data_dir import DEFAULT_SAID, DataDirError, claimed, default_data_dir
from denyut.journal_replay import JournalReplay, journal_in, settings_for_journal
from denyut.message_replay import MessageReplay, tell_when_they_came
from denyut.pipeline import REPLAY
from denyut.replay_options import OptionError, in_options, mapping_of, nothing_taken, refuse_mixture, refuse_same
from denyut.replaying import Progress as Done
from denyut.replaying import Replay, in_city, settings_for
from denyut.speed_option import SpeedType
from denyut.time_option import TimeType
from ingest.devices import DeviceTable
from processors.indicators.catalogue import UNITS
from processors.processor import TimeBase
from simulators.recorded_files import RecordingError
from simulators.recordings import open_recording
from storage.store import StoreUnusable

_TELL_EVERY_S = 10.0
AnyReplay = Replay | MessageReplay | JournalReplay

EXAMPLE = """\b
Examples:
  denyut replay --mapping parking_aarhus aarhus_2014-06.csv
  denyut replay speeds.csv --kind traffic --device d1 --time-column at --timezone Asia/Jakarta --value v=speed
  denyut simulate --lasts 24h --output day.jsonl.zst; denyut replay day.jsonl.zst
  denyut replay --time received day.jsonl.zst
  denyut replay --journal denyut-data --from 2h --data-dir what-was
"""


class ValueType(click.ParamType[tuple[str, str]]):
    name = "column=quantity"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        column, equals, quantity = value.rpartition("=")
        if not (column and equals and quantity):
            self.fail(f"{value!r} is not COLUMN=QUANTITY", param, ctx)
        return column, quantity


@click.command(epilog=EXAMPLE)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--journal", metavar="DIR", type=click.Path(path_type=Path), help="Data directory of a run, not FILES.")
@click.option("--from", "from_ns", type=TimeType(), help="Of a journal: what came since then; ISO 8601, or 2h for ago.")
@click.option("--to", "to_ns", type=TimeType(), help="Of a journal: what came before then.")
@click.option("--into-store", is_flag=True, help="Of a journal: write to the configured store, not into --data-dir.")
@click.option("--mapping", "mapping_name", metavar="NAME|FILE", help="A shipped mapping, or a TOML file with one.")
@click.option("--kind", help="Kind of device of all rows.")
@click.option("--device", help="Name of the one device of all rows.")
@click.option("--device-column", metavar="COLUMN", help="Column with the device's name.")
@click.option("--zone-column", metavar="COLUMN", help="Column with the zone.")
@click.option("--time-column", metavar="COLUMN", help="Column with the event time.")
@click.option("--time-format", help='"iso", "epoch", or a pattern such as "%d.%m.%Y %H:%M".')
@click.option("--timezone", help="Of times that have no offset; UTC where absent.")
@click.option("--value", "values", type=ValueType(), multiple=True, help="A column that holds readings; repeatable.")
@click.option("--delimiter", help="Between columns; a comma where absent.")
@click.option("--decimal", type=click.Choice([".", ","]), help="In numbers; a point where absent.")
@click.option("--config", type=click.Path(path_type=Path), help="Configuration file for windows, kinds and store.")
@click.option("--data-dir", type=click.Path(path_type=Path), help=f"Where the embedded store lives. {DEFAULT_SAID}")
@click.option("--speed", type=SpeedType(), help="Times the recorded pace; absent: no wait.")
@click.option(
    "--time",
    "time_base",
    type=click.Choice(["event", "received"]),
    help="What closes windows: the event time, or the receive time as it was. Default: event; of a journal: received.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the final numbers as one JSON object.")
def command(
    files: tuple[Path, ...],
    journal: Path | None,
    from_ns: int | None,
    to_ns: int | None,
    into_store: bool,
    mapping_name: str | None,
    config: Path | None,
    data_dir: Path | None,
    speed: float | None,
    time_base: TimeBase | None,
    as_json: bool,
    **columns: Any,
) -> None:
    """Run recorded FILES (CSV, JSON lines), or a run's journal, through the same processing as live data."""
    logging.basicConfig(level="WARNING", format="%(levelname)s %(message)s", stream=sys.stderr)
    of_files = {"FILES": files, "--mapping": mapping_name, **columns}
    of_journal = {"--from": from_ns, "--to": to_ns, "--into-store": into_store}
    refuse_mixture(journal, of_files, of_journal, time_base)
    directory = data_dir or default_data_dir()
    _tell_of_a_part(directory)
    try:
        settings = load_settings(config, UNITS)
        if journal is not None:
            source = journal_in(journal)
            refuse_same(source, directory)
            with claimed(directory):
                chosen = settings_for_journal(settings, into_store)
                replay: AnyReplay = JournalReplay(chosen, source, directory, from_ns, to_ns)
                _watch(replay, speed)
        else:
            columns["values"] = dict(columns["values"])
            mapping = in_city(mapping_of(mapping_name, columns), settings)
            settings = settings_for(settings, mapping, configured=config is not None)
            # A file that does not fit must be found before anything is made in the data directory.
            open_recording(files, mapping, DeviceTable(), settings)
            as_it_came = time_base == "received" and mapping is None and tell_when_they_came(files)
            with claimed(directory):
                if as_it_came:
                    replay = MessageReplay(settings, files, directory)
                else:
                    replay = Replay(settings, files, mapping, directory, time_base or "event")
                _watch(replay, speed)
    except RecordingError as error:
        _end(in_options(error, mapping_name))
    except (ConfigurationError, OptionError, DataDirError, StoreUnusable, ValueError, OSError) as error:
        _end(str(error))
    _summarise(replay, as_json)


def _tell_of_a_part(directory: Path) -> None:
    """What a replay removes at its end stands there still."""
    if (directory / REPLAY).exists():
        click.echo(
            f"denyut: {directory} holds a part of a replay that was stopped before its end; "
            "name a fresh --data-dir for figures of this one alone",
            err=True,
        )


def _watch(replay: AnyReplay, speed: float | None) -> None:
    console = Console(stderr=True)
    if not console.is_terminal:
        _print_progress(replay, speed)
        return
    readings = TextColumn("{task.completed:,} readings{task.fields[until]}")
    shown = (readings, BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*shown, console=console, transient=True) as progress:
        task = progress.add_task("replay", total=None, until="")
        for done in replay.run(speed):
            total = done.readings / done.share if done.share else None
            progress.update(task, completed=done.readings, total=total, until=_until(done))


def _print_progress(replay: AnyReplay, speed: float | None) -> None:
    """One line at each tenth, and where a tenth takes long."""
    tenth, told = 0, time.monotonic()
    for done in replay.run(speed):
        reached = int(10 * done.share)
        if reached > tenth or time.monotonic() - told >= _TELL_EVERY_S:
            tenth, told = reached, time.monotonic()
            percent = round(100 * done.share)
            click.echo(f"{percent} % processed, {done.readings} readings{_until(done)}", err=True)


def _until(done: Done) -> str:
    return "" if done.reached_ns is None else f", until {iso_utc(done.reached_ns // SECOND_NS * SECOND_NS)}"


def _summarise(replay: AnyReplay, as_json: bool) -> None:
    status = replay.status
    for line in replay.complaints:
        click.echo(f"denyut: {line}", err=True)
    if as_json:
        click.echo(json.dumps({**status, **replay.summary}))
    else:
        refused = ", ".join(f"{name} {count}" for name, count in status["rejected"].items()) or "none"
        click.echo(
            f"{replay.headline}: "
            f"{status['accepted']} accepted, {status['duplicate']} duplicate, rejected: {refused}\n"
            f"{status['windows_closed']} windows closed, {status['points_written']} points written "
            f"in {status['uptime_s']} s"
        )
    if status["points_pending"] or status["points_refused"] or not replay.balanced:
        click.echo(f"denyut: not everything was stored: {status['store_error']}", err=True)
        sys.exit(1)
    refused_rows = Counter(replay.rejected) + Counter(status["rejected"])
    if refused_rows and not status["accepted"]:
        click.echo(f"denyut: {nothing_taken(refused_rows)}", err=True)
        sys.exit(1)
    if isinstance(replay, JournalReplay) and not replay.entries:
        sys.exit(1)


def _end(message: str) -> NoReturn:
    for line in message.splitlines():
        click.echo(f"denyut: {line}", err=True)
    sys.exit(2)
