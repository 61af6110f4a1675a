"""`denyut status`: what a run has received and what became of it, in all and for each device."""

import io
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import click

from config.iso_times import iso_utc
from dashboard.device_report import ORDERS, DeviceReport
from denyut.aligned_columns import TextColumns, write_aligned
from denyut.data_dir import DEFAULT_SAID, default_data_dir
from denyut.device_report import read_device_report
from denyut.status import StatusError, read_status
from denyut.terminal_text import json_text, visible
from processors.checkpoints.pieces import CheckpointError

EXAMPLE = """\b
Examples:
  denyut status --data-dir denyut-data --json
  denyut status --devices --sort missing --limit 20
"""
CHECKPOINTS = "checkpoints"
_LIMIT = 50
_UNREADABLE = (OSError, ValueError, LookupError, TypeError, OverflowError, RecursionError, CheckpointError)
_BELOW_MS = re.compile(r"(?<=\.\d{3})\d+")
_NUMBERS = ("published", "received", "missing", "duplicate")
_ELASTIC = frozenset({"zone", "device", "rejected"})
_DISPENSABLE = ("city", "duplicate", "published", "late", "zone", "kind")


@click.command(epilog=EXAMPLE)
@click.option("--data-dir", type=click.Path(path_type=Path), help=f"The data directory of the run. {DEFAULT_SAID}")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--devices", is_flag=True, help="Each device, as it was at the newest checkpoint, some seconds ago.")
@click.option(
    "--sort", "order", type=click.Choice(list(ORDERS)), help="The most first, or the longest silent; default: by name."
)
@click.option(
    "--limit", type=click.IntRange(min=1), help=f"Only so many devices; default: {_LIMIT}, with --json all of them."
)
def command(data_dir: Path | None, as_json: bool, devices: bool, order: str | None, limit: int | None) -> None:
    """Say what the run on a data directory has received and what became of it; also after it has stopped."""
    if not devices and (order or limit):
        raise click.UsageError("--sort and --limit belong to --devices")
    directory = data_dir or default_data_dir()
    try:
        status = read_status(directory)
    except (StatusError, OSError) as error:
        _end(f"the status in {directory} cannot be read: {visible(str(error))}")
    if status is None:
        _end(f"there has been no run on {directory}; start one with: denyut run")
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that is not set to UTF-8 must not keep the other rows from being printed.
        sys.stdout.reconfigure(errors="backslashreplace")
    if devices:
        report = _device_report(directory)
        rows = report.rows(order, limit or (None if as_json else _LIMIT))
        (_print_devices_json if as_json else _print_devices)(report, rows)
    elif as_json:
        click.echo(json_text(status, sys.stdout))
    else:
        _print_status(status)


def _print_status(status: dict[str, Any]) -> None:
    width = max(map(len, status))
    room = shutil.get_terminal_size().columns - width - 2 if sys.stdout.isatty() else None
    for name, value in status.items():
        for number, line in enumerate(_lines(value, room)):
            click.echo(f"{'' if number else name:<{width}}  {line}")


def _lines(value: object, room: int | None) -> list[str]:
    """Each store, source or broker begins a line; a line wider than `room` is broken between two figures."""
    if not isinstance(value, dict) or not value:
        return [visible(_in_words(value))]
    each_has_figures = all(isinstance(each, dict) and each for each in value.values())
    of_each = [(f"{name} ", each) for name, each in value.items()] if each_has_figures else [("", value)]
    return [line for name, figures in of_each for line in _folded(visible(name), figures, room)]


def _folded(line: str, figures: dict[str, Any], room: int | None) -> Iterator[str]:
    words = [visible(f"{name} {_in_words(each)}") for name, each in figures.items()]
    line += words[0]
    for word in words[1:]:
        line += ","
        if room is not None and len(line) + 1 + len(word) >= room:
            yield line
            line = f"  {word}"
        else:
            line += f" {word}"
    yield line


def _in_words(value: object) -> str:
    if isinstance(value, dict) and value:
        return ", ".join(f"{name} {_in_words(each)}" for name, each in value.items())
    return "-" if value in (None, "", {}) else str(value)


def _device_report(directory: Path) -> DeviceReport:
    try:
        report = read_device_report(directory / CHECKPOINTS)
    except _UNREADABLE as error:
        _end(f"the devices' counts in {directory} cannot be read: {visible(str(error))}")
    if report is None:
        _end(f"{directory} holds no checkpoint yet, from which the devices' counts are read: try again in some seconds")
    return report


def _print_devices_json(report: DeviceReport, rows: list[int]) -> None:
    out = sys.stdout
    out.write(f'{{"as_of": "{iso_utc(report.as_of_ns)}", "devices": [')
    before = "\n"
    for device in report.describe(rows):
        out.write(before + json_text(device, out))
        before = ",\n"
    out.write("\n]}\n")


def _print_devices(report: DeviceReport, rows: list[int]) -> None:
    if not report.devices:
        click.echo("no device has been heard of", err=True)
        return
    header = ["city", "kind", "zone", "device", *_NUMBERS, "rejected", "late", "last_seen"]
    lines = [_line(device) for device in report.describe(rows)]
    right = [name in (*_NUMBERS, "late") for name in header]
    left_out = write_aligned(TextColumns(header, lines, right, _ELASTIC, _DISPENSABLE), sys.stdout)
    if left_out:
        click.echo(f"the terminal has no room for: {', '.join(left_out)}", err=True)
    more = len(report.devices) - len(rows)
    ending = f"; {more} more devices: --limit" if more else ""
    click.echo(f"as of {iso_utc(report.as_of_ns // 10**9 * 10**9)}{ending}", err=True)


def _line(device: dict[str, Any]) -> list[str]:
    reasons = ", ".join(f"{reason} {count}" for reason, count in device["rejected"].items())
    return [
        *(visible(device[name]) for name in ("city", "kind", "zone", "device")),
        *("-" if device[name] is None else str(device[name]) for name in _NUMBERS),
        *(
            reasons or "0",
            str(device["late"]),
            _BELOW_MS.sub("", device["last_seen"] or "-"),
        ),
    ]


def _end(message: str) -> NoReturn:
    click.echo(f"denyut: {message}", err=True)
    sys.exit(1)
