"""`denyut notices`: who was told of which alert, by which way, when, and what kept others from being told."""

import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import click

from alerts.causes import Cause
from alerts.consequences import Notice
from alerts.record.reading import Chosen, Delivery, Page, RecordReader
from alerts.record.schema import FILE_NAME, RecordUnavailableError, RecordUnusableError
from alerts.texts.causes import cause_text
from config.iso_times import iso_utc
from config.language import open_language
from denyut.aligned_columns import TextColumns, write_aligned
from denyut.data_dir import DEFAULT_SAID, default_data_dir
from denyut.letter_forms import write_json
from denyut.terminal_text import visible
from denyut.time_option import TimeType

EXAMPLE = """\b
Examples:
  denyut notices --since 24h
  denyut notices --alert 7
  denyut notices --state failed --json
"""
_STATES = ("waiting", "sending", "sent", "failed")
_HEADER = ("decided", "told", "state", "reason", "severity", "to", "channel", "alerts", "attempts", "error", "command")
_NUMBERS = (False, False, False, False, False, False, False, True, True, False, False)
_SECOND_NS = 10**9
_ALERTS_SHOWN = 5


@click.command(epilog=EXAMPLE)
@click.option("--alert", type=click.IntRange(min=1), help="Only notices that tell of this alert.")
@click.option("--officer", help="Only notices to this officer.")
@click.option("--channel", help="Only notices by this channel.")
@click.option("--state", type=click.Choice(_STATES), help="Only notices that are so far.")
@click.option("--since", "since_ns", type=TimeType(), help="Recorded since: ISO 8601, or a duration back: 15m.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="So many of the newest.")
@click.option("--data-dir", type=click.Path(path_type=Path), help=f"The data directory of the run. {DEFAULT_SAID}")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
def command(
    alert: int | None, since_ns: int | None, limit: int, data_dir: Path | None, as_json: bool, **named: str | None
) -> None:
    """List who was told of which alert, by which channel and when, the newest last; times in UTC.

    Works while `denyut run` is running and after it has stopped.
    """
    reader = RecordReader((data_dir or default_data_dir()) / FILE_NAME)
    chosen = Chosen({name: value for name, value in named.items() if value is not None}, since_ns)
    try:
        deliveries = reader.deliveries(chosen, Page(None, limit), alert=alert)[::-1]
    except (RecordUnusableError, RecordUnavailableError) as error:
        _end(str(error))
    finally:
        reader.close()
    out = _output()
    if as_json:
        write_json(map(_described, deliveries), out)
    elif deliveries:
        if left_out := _write_table(deliveries, out):
            click.echo(f"the terminal has no room for: {', '.join(left_out)}", err=True)
    else:
        click.echo("no notices match", err=True)


def _described(delivery: Delivery) -> dict[str, Any]:
    notice = delivery.notice
    return {
        "key": delivery.key,
        "decided": iso_utc(notice.at_ns),
        "recorded": iso_utc(delivery.kept_ns),
        "told": None if delivery.told_ns is None else iso_utc(delivery.told_ns),
        "state": delivery.state,
        "reason": notice.reason.value,
        "severity": notice.severity,
        "officer": notice.officer,
        "office": notice.office,
        "channel": notice.channel,
        "language": notice.language,
        "ladder": notice.ladder,
        "step": notice.step,
        "alerts": list(notice.alerts),
        "commands": [{**cause.facts, "cause": cause.code} for cause in _failed_commands(notice)],
        "attempts": delivery.attempts,
        "error": delivery.error,
    }


def _write_table(deliveries: Sequence[Delivery], out: Any) -> list[str]:
    rows = [
        [
            _time(delivery.notice.at_ns),
            "-" if delivery.told_ns is None else _time(delivery.told_ns),
            delivery.state,
            delivery.notice.reason.value,
            delivery.notice.severity,
            visible(delivery.notice.officer) or "-",
            visible(delivery.notice.channel),
            _numbers(delivery.notice.alerts),
            str(delivery.attempts),
            visible(delivery.error),
            _words_of_commands(delivery.notice),
        ]
        for delivery in deliveries
    ]
    # Most cities command nothing.
    shown = len(_HEADER) if any(row[-1] for row in rows) else -1
    dispensable = ("attempts", "severity", "decided")
    elastic = frozenset({"error", "alerts", "command"})
    columns = TextColumns(_HEADER[:shown], [row[:shown] for row in rows], _NUMBERS[:shown], elastic, dispensable)
    return write_aligned(columns, out)


def _failed_commands(notice: Notice) -> list[Cause]:
    return [card.cause for card in notice.cards if card.cause is not None and "command" in card.cause.facts]


def _words_of_commands(notice: Notice) -> str:
    """Which, to which actuator, and why nothing came of it."""
    return visible("; ".join(cause_text(cause, open_language("en"), str) for cause in _failed_commands(notice)))


def _time(at_ns: int) -> str:
    return iso_utc(at_ns // _SECOND_NS * _SECOND_NS)


def _numbers(alerts: Sequence[int]) -> str:
    more = len(alerts) - _ALERTS_SHOWN
    return ",".join(map(str, alerts[:_ALERTS_SHOWN])) + (f" +{more}" if more > 0 else "")


def _output() -> Any:
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that is not set to UTF-8 must not keep the other rows from being printed.
        sys.stdout.reconfigure(errors="backslashreplace")
    return sys.stdout


def _end(sentence: str) -> NoReturn:
    click.echo(f"denyut: {sentence}", err=True)
    sys.exit(1)
