"""`denyut dead-letters`: what could not be taken in, looked at, taken in again, or carried elsewhere."""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

from denyut.data_dir import DEFAULT_SAID, default_data_dir
from denyut.letter_forms import (
    summary,
    whole,
    write_json,
    write_json_lines,
    write_lines,
    write_paragraph,
    write_table,
)
from denyut.status import StatusError, read_status
from denyut.terminal_text import json_text
from denyut.time_option import TimeType, now_ns
from ingest.dead_letter_file import DeadLettersError
from ingest.kept_letters import Requeued, Selection, read_letter, read_letters, requeue
from ingest.reasons import Reason

EXAMPLE = """\b
Examples:
  denyut dead-letters list --reason invalid_json --since 1h
  denyut dead-letters show 17
  denyut dead-letters requeue --reason out_of_range
  denyut dead-letters export --reason refused_by_store --format lines > points.lp
"""
_AGAIN = {
    Reason.TOO_LATE: "what is too late will be too late again, unless windows.lateness was raised",
    Reason.TIME_AHEAD: "what was ahead of its time is so again, unless that time has come or windows.ahead was raised",
}
Decorator = Callable[[Callable[..., None]], Callable[..., None]]


def _data_dir() -> Decorator:
    return click.option(
        "--data-dir", type=click.Path(path_type=Path), help=f"The data directory of the run. {DEFAULT_SAID}"
    )


def _choosing(function: Callable[..., None]) -> Callable[..., None]:
    reasons = click.Choice([reason.value for reason in Reason])
    options = (
        click.option("--reason", type=reasons, metavar="REASON", help="Only letters rejected for this reason."),
        click.option("--source", help="Only letters of this source."),
        click.option("--since", "since_ns", type=TimeType(), help="Received since: ISO 8601, or a duration back: 15m."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def _selection(reason: str | None, source: str | None, since_ns: int | None, limit: int | None = None) -> Selection:
    return Selection(Reason(reason) if reason else None, source, since_ns, limit)


def _format(*forms: str) -> Decorator:
    choice = click.Choice(forms)
    return click.option(
        "--format", "form", type=choice, default=forms[0], show_default=True, help="How the letters are printed."
    )


@click.group(epilog=EXAMPLE, short_help="Look at what could not be taken in; take it in again.")
def command() -> None:
    """Messages that were rejected, and lines that a store refused, with the reason.

    Works while `denyut run` is running and after it has stopped.
    """


@command.command("list", epilog="Example: denyut dead-letters list --since 1h")
@_choosing
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="So many of the newest.")
@_data_dir()
@_format("table", "json", "jsonl")
def list_letters(limit: int, data_dir: Path | None, form: str, **chosen: Any) -> None:
    """List the letters, the newest last."""
    out = _output()
    try:
        letters = list(read_letters(data_dir or default_data_dir(), _selection(**chosen, limit=limit)))
    except DeadLettersError as error:
        _end(str(error))
    if form != "table":
        (write_json if form == "json" else write_json_lines)(map(summary, letters), out)
    elif letters:
        if left_out := write_table(letters, out):
            click.echo(f"the terminal has no room for: {', '.join(left_out)}", err=True)
    else:
        click.echo("no letters match", err=True)


@command.command(short_help="Show one letter with its payload.", epilog="Example: denyut dead-letters show 17")
@click.argument("letter_id", metavar="ID", type=int)
@_data_dir()
@_format("table", "json")
def show(letter_id: int, data_dir: Path | None, form: str) -> None:
    """Show one letter with its payload: as text, or in hexadecimal where it is none."""
    directory = data_dir or default_data_dir()
    out = _output()
    try:
        letter = read_letter(directory, letter_id)
    except DeadLettersError as error:
        _end(str(error))
    if letter is None:
        _end(f"there is no letter {letter_id} in {directory}")
    if form == "json":
        out.write(json_text(whole(letter), out, indent=2) + "\n")
    else:
        write_paragraph(letter, out)


@command.command(
    short_help="Print letters with their payloads.",
    epilog="Example: denyut dead-letters export --reason invalid_json > letters.jsonl",
)
@_choosing
@click.option("--limit", type=click.IntRange(min=1), help="Only so many of the newest.")
@_data_dir()
@_format("jsonl", "json", "lines")
def export(limit: int | None, data_dir: Path | None, form: str, **chosen: Any) -> None:
    """Print letters with their payloads, the newest last; `lines`: the payloads alone, as they came."""
    letters = read_letters(data_dir or default_data_dir(), _selection(**chosen, limit=limit))
    out = _output()
    try:
        if form == "lines":
            write_lines(letters, sys.stdout.buffer, to_terminal=sys.stdout.isatty())
        else:
            (write_json if form == "json" else write_json_lines)(map(whole, letters), out)
    except DeadLettersError as error:
        _end(str(error))


@command.command("requeue", epilog="Example: denyut dead-letters requeue --reason out_of_range --since 24h")
@click.argument("ids", metavar="[ID]...", nargs=-1, type=int)
@_choosing
@click.option("--all", "every", is_flag=True, help="All letters there are.")
@_data_dir()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def requeue_letters(ids: tuple[int, ...], every: bool, data_dir: Path | None, as_json: bool, **chosen: Any) -> None:
    """Have letters taken in again, once what kept them out was mended.

    The run that uses the directory takes them within a second, as received when they first came, and lets go of the
    letters; where none is running, the next start does. One that is rejected again is a new letter.
    """
    ways = bool(ids) + every + any(value is not None for value in chosen.values())
    if ways != 1:
        raise click.UsageError("name letters by ID, or choose them by --reason, --source and --since, or all by --all")
    directory = data_dir or default_data_dir()
    try:
        marked = requeue(directory, ids or _selection(**chosen), now_ns())
    except DeadLettersError as error:
        _end(str(error))
    if as_json:
        reasons = {reason.value: count for reason, count in marked.reasons.items()}
        click.echo(json_text({"requeued": reasons, "unknown": marked.unknown, "refused": marked.lines}, sys.stdout))
    else:
        _tell(marked, directory)
    if marked.unknown or (ids and marked.lines):
        sys.exit(1)


def _tell(marked: Requeued, directory: Path) -> None:
    reasons = ", ".join(f"{reason} {count}" for reason, count in marked.reasons.most_common())
    if reasons:
        when = "now, by the run" if _is_running(directory) else f"by the next: denyut run --data-dir {directory}"
        count = marked.reasons.total()
        click.echo(f"{count} {'letter is' if count == 1 else 'letters are'} taken in again {when} ({reasons})")
    elif not marked.unknown and not marked.lines:
        click.echo("no letters match", err=True)
    for reason, warning in _AGAIN.items():
        if reason in marked.reasons:
            click.echo(f"note: {warning}", err=True)
    if marked.lines:
        named = f"letter {marked.lines[0]}" if len(marked.lines) == 1 else f"{len(marked.lines)} letters"
        hint = "denyut dead-letters export --reason refused_by_store --format lines"
        click.echo(f"denyut: {named} cannot come in by MQTT: a store refused the line; get it with: {hint}", err=True)
    if marked.unknown:
        click.echo(f"denyut: there is no letter {', '.join(map(str, marked.unknown[:10]))}", err=True)


def _is_running(directory: Path) -> bool:
    try:
        status = read_status(directory)
    except (OSError, StatusError):
        return False
    return status is not None and status["state"] == "running"


def _output() -> Any:
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that is not set to UTF-8 must not keep the other rows from being printed.
        sys.stdout.reconfigure(errors="backslashreplace")
    return sys.stdout


def _end(message: str) -> NoReturn:
    click.echo(f"denyut: {message}", err=True)
    sys.exit(1)
