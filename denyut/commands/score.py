"""`denyut score`: how a run stands to the ground truth of a simulation."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

import click

from config.cities import shipped_city
from config.iso_times import parse_time
from config.load import load_settings
from config.mistakes import ConfigurationError
from denyut.data_dir import DEFAULT_SAID, default_data_dir
from denyut.scoring.score import Score, score
from denyut.scoring.truth import TruthError, read_truth
from denyut.status import StatusError, read_status
from processors.indicators.catalogue import UNITS
from storage.open_store import open_store
from storage.store import StoreError

EXAMPLE = """\b
Examples:
  denyut simulate --city bojonegoro --scenario ordinary-day --for 5m --truth truth
  denyut score --truth truth --city bojonegoro
"""


@click.command(epilog=EXAMPLE, short_help="Compare a run with the ground truth of a simulation.")
@click.option("--truth", required=True, type=click.Path(path_type=Path), help="Folder that denyut simulate wrote.")
@click.option("--data-dir", type=click.Path(path_type=Path), help=f"The data directory of the run. {DEFAULT_SAID}")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Configuration of the run.")
@click.option("--city", help="A shipped city, such as bojonegoro.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(truth: Path, data_dir: Path | None, config_file: Path | None, city: str | None, as_json: bool) -> None:
    """Say what a run lost, counted twice or got wrong of a simulation. Exit status 1 where anything is."""
    directory = data_dir or default_data_dir()
    try:
        settings = load_settings(shipped_city(city) if city is not None else config_file, UNITS)
        known = read_truth(truth)
        status = read_status(directory)
        if status is None:
            _end(f"there has been no run on {directory}")
        store = open_store(settings.store, directory, read_only=True)
    except (ConfigurationError, TruthError, StatusError, StoreError, ValueError, OSError) as error:
        _end(str(error))
    try:
        found = score(known, status, store, settings, parse_time(status["watermark"], 0))
    finally:
        store.close()
    click.echo(json.dumps({**asdict(found), "holds": found.holds}) if as_json else _in_words(found))
    sys.exit(0 if found.holds else 1)


def _in_words(found: Score) -> str:
    messages = asdict(found.messages)
    outcomes: dict[str, tuple[int, int, int]] = messages.pop("outcomes")
    lines = [f"messages: {', '.join(f'{name} {count:,}' for name, count in messages.items())}"]
    lines += [f"  {name}: {count:,}, of truth {_between(*bounds)}" for name, (count, *bounds) in outcomes.items()]
    lines.append(f"readings with faults: {', '.join(f'{name} {count:,}' for name, count in found.readings.items())}")
    for size, windows in found.windows.items():
        counts = asdict(windows)
        worst, examples = counts.pop("worst"), counts.pop("examples")
        said = ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items())
        lines.append(f"windows of {size}: {said}; largest error of a mean {worst:.1e}")
        lines += [f"  {example}" for example in examples]
    lines.append("the run holds" if found.holds else "the run does not hold")
    return "\n".join(lines)


def _between(least: int, most: int) -> str:
    return f"{least:,}" if least == most else f"{least:,} to {most:,}"


def _end(message: str) -> NoReturn:
    for line in message.splitlines():
        click.echo(f"denyut: {line}", err=True)
    sys.exit(2)
