"""`denyut score`: how a run stands to the ground truth of a simulation."""

import json
import logging
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import click

from config.cities import shipped_city
from config.durations import format_duration
from config.iso_times import iso_utc, parse_time
from config.load import load_settings
from config.mistakes import ConfigurationError
from config.settings import Settings
from denyut.data_dir import DEFAULT_SAID, default_data_dir
from denyut.duration_option import DurationType
from denyut.journal_replay import NoJournalError, journal_in
from denyut.scoring.score import (
    Score,
    add_that_the_journal_is_gone,
    add_true_city,
    add_what_was_written,
    score,
)
from denyut.scoring.truth import Truth, TruthError, read_truth
from denyut.scoring.windows import WRONG_CLOCKS
from denyut.scoring.words import write_words
from denyut.status import StatusError, read_status
from processors.indicators.catalogue import UNITS
from storage.open_store import open_store
from storage.store import Query, Store, StoreError

EXAMPLE = """\b
Examples:
  denyut simulate --city bojonegoro --scenario ordinary-day --for 5m --truth truth
  denyut score --truth truth --city bojonegoro
  denyut score --truth truth --city bojonegoro --away 10s --json
"""


_OF_A_KIND = 10
"""Devices that are looked at."""


class WrongUseError(ValueError):
    """The truth is not that of the run, or there is none; one sentence."""


@click.command(epilog=EXAMPLE, short_help="Compare a run with the ground truth of a simulation.")
@click.option("--truth", required=True, type=click.Path(path_type=Path), help="Folder that denyut simulate wrote.")
@click.option("--data-dir", type=click.Path(path_type=Path), help=f"The data directory of the run. {DEFAULT_SAID}")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Configuration of the run.")
@click.option("--city", help="A shipped city, such as bojonegoro.")
@click.option("--away", type=DurationType(), default=0, help="How long the run was away at a time, as after a kill.")
@click.option("--quick", is_flag=True, help="Messages, windows and coverage only: nothing is processed again.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    truth: Path,
    data_dir: Path | None,
    config_file: Path | None,
    city: str | None,
    away: int,
    quick: bool,
    as_json: bool,
) -> None:
    """Say what a run lost, counted twice or got wrong of a simulation. Exit status 1 where anything is.

    Also how far the simulation's faults have moved the figures and alerts, which is no mistake of the run.
    """
    logging.basicConfig(level="WARNING", format="%(levelname)s %(message)s", stream=sys.stderr)
    if config_file is not None and city is not None:
        raise click.UsageError(f"--config {config_file} and --city {city} exclude each other")
    directory = data_dir or default_data_dir()
    try:
        settings = load_settings(shipped_city(city) if city is not None else config_file, UNITS)
        known = read_truth(truth)
        status = _status(directory, known, settings)
        until_ns = parse_time(status["watermark"], 0)
        store = open_store(settings.store, directory, read_only=True)
        try:
            _require_same_time(known, store, until_ns)
            found = score(known, status, store, settings, until_ns, away)
            _require_nothing_else(found, known, store, settings)
            found.quick = quick
            if not quick:
                _process_again(found, known, store, settings, until_ns, directory, "journal" in status)
        finally:
            store.close()
    except (ConfigurationError, TruthError, StatusError, StoreError, WrongUseError, ValueError, OSError) as error:
        _end(str(error))
    if as_json:
        judged = {
            "clocks_contained": found.clocks_contained,
            "coverage_honest": found.coverage.holds if found.coverage.figures else None,
        }
        click.echo(json.dumps({**asdict(found), **judged, "holds": found.holds}))
    else:
        write_words(found, sys.stdout)
    sys.exit(0 if found.holds else 1)


def _status(directory: Path, truth: Truth, settings: Settings) -> Mapping[str, Any]:
    """Of the run. Raises WrongUseError where it cannot be that of the truth."""
    status = read_status(directory)
    if status is None:
        raise WrongUseError(f"there has been no run on {directory}")
    city = str(truth.about["city"])
    if city != settings.city.id:
        raise WrongUseError(f"the truth is that of city {city!r}, the configuration that of {settings.city.id!r}")
    if status["watermark"] is None:
        raise WrongUseError(f"the run on {directory} has received nothing")
    if parse_time(status["watermark"], 0) < truth.start_ns:
        start = iso_utc(truth.start_ns)
        raise WrongUseError(f"the run on {directory} came to {status['watermark']}; the simulation began at {start}")
    if unsent := int(truth.about.get("unsent", 0)):
        raise WrongUseError(f"{unsent:,} messages of the simulation were never sent for want of a connection")
    return status


def _require_same_time(truth: Truth, store: Store, until_ns: int) -> None:
    where = (("city", str(truth.about["city"])),)
    if store.query(Query("window", where, from_ns=truth.start_ns, to_ns=until_ns + 1, limit=1)):
        return
    if others := store.query(Query("window", where, limit=1)):
        start, last = iso_utc(truth.start_ns), iso_utc(others[0].time_ns)
        raise WrongUseError(f"the run has no window from {start} on, when the simulation began; its last is of {last}")


def _require_nothing_else(found: Score, truth: Truth, store: Store, settings: Settings) -> None:
    """A run that was away may have taken messages in twice, which is to be judged: there other times decide."""
    others = found.messages.others
    if others and (not found.was_away or _tells_of_other_times(truth, store, settings)):
        raise WrongUseError(
            f"the run has received {found.messages.again:,} messages more than the simulation sent: "
            "score wants a data directory that has seen nothing else"
        )


def _tells_of_other_times(truth: Truth, store: Store, settings: Settings) -> bool:
    """Whether there are windows before the simulation or after it, of devices whose clocks are right."""
    devices = [
        ("device", name)
        for readings in truth.kinds
        for name in sorted({*readings.device.names} - readings.devices_with(*WRONG_CLOCKS))[:_OF_A_KIND]
    ]
    for window in settings.windows.sizes if devices else ():
        where = (("city", str(truth.about["city"])), ("size", format_duration(window.size)), *devices)
        before = Query("window", where, to_ns=truth.start_ns + 1, limit=1)
        if store.query(before) or store.query(Query("window", where, from_ns=truth.end_ns + window.size + 1, limit=1)):
            return True
    return False


def _process_again(
    found: Score, truth: Truth, store: Store, settings: Settings, until_ns: int, directory: Path, kept: bool
) -> None:
    """`kept`: whether the run has kept a journal; a replay of files does not."""
    try:
        add_what_was_written(found, truth, store, settings, until_ns, journal_in(directory))
    except NoJournalError as error:
        if kept:
            add_that_the_journal_is_gone(found)
        else:
            click.echo(f"denyut: what was written is not judged: {error}", err=True)
    add_true_city(found, truth, store, settings, until_ns)


def _end(message: str) -> NoReturn:
    for line in message.splitlines():
        click.echo(f"denyut: {line}", err=True)
    sys.exit(2)
