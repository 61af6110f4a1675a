"""`denyut backtest`: what the rules of a configuration would have done on recorded data, or on a run's journal."""

import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import click

from alerts.episodes import Label
from config.alert_rules import Rule
from config.durations import SECOND_NS, format_duration
from config.load import load_settings
from config.mistakes import ConfigurationError, did_you_mean
from config.rules_file import load_with_rules
from config.settings import Settings, StoreSettings
from denyut.alert_labels import read_labels
from denyut.aligned_columns import TextColumns, write_aligned
from denyut.backtest_picture import draw
from denyut.backtesting import describe, step_of, with_those_named
from denyut.duration_option import DurationType
from denyut.journal_replay import JournalReplay, journal_in, settings_for_journal
from denyut.rehearsal import Rehearsal
from denyut.replay_options import OptionError, in_options, mapping_of
from denyut.replaying import Replay, in_city, settings_for
from denyut.terminal_text import visible
from processors.indicators.catalogue import UNITS
from simulators.recorded_files import RecordingError
from storage.store import StoreUnusable

EXAMPLE = """\b
Examples:
  denyut backtest --config siaga.toml --mapping jakarta_water_level levels.csv
  denyut backtest --config city.toml --journal denyut-data
  denyut backtest --config rules.toml --mapping nab speed.csv --labels known.csv
  denyut backtest --config city.toml --rules new.toml --ack-after 10m --picture week.svg week.jsonl
"""
_SHOWN = 100


@click.command(epilog=EXAMPLE)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--config", required=True, type=click.Path(path_type=Path), help="Configuration with [[rules]].")
@click.option(
    "--rules",
    "rules_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Judge the [[rules]] of FILE, not those of the configuration.",
)
@click.option("--rule", "chosen", multiple=True, help="Only this rule; repeatable.")
@click.option("--mapping", "mapping_name", metavar="NAME|FILE", help="How FILES are read: as in denyut replay.")
@click.option("--journal", metavar="DIR", type=click.Path(path_type=Path), help="Data directory of a run, not FILES.")
@click.option(
    "--labels", type=click.Path(path_type=Path), help="CSV (start,end[,zone,device,rule]): when it should fire."
)
@click.option(
    "--ack-after", type=DurationType(), metavar="TIME", help="Each alert is acknowledged so long after it was told."
)
@click.option(
    "--picture",
    metavar="FILE.svg",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also draw when each alert was firing.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    files: tuple[Path, ...],
    config: Path,
    rules_file: Path | None,
    chosen: tuple[str, ...],
    mapping_name: str | None,
    journal: Path | None,
    labels: Path | None,
    ack_after: int | None,
    picture: Path | None,
    as_json: bool,
) -> None:
    """Say when the rules of a configuration would have fired on recorded FILES, or on a run's journal.

    And who would have been told when; nobody is. Without --ack-after nobody acknowledges, and alerts climb to the top.
    """
    logging.basicConfig(level="WARNING", format="%(levelname)s %(message)s", stream=sys.stderr)
    if bool(files) == (journal is not None):
        raise click.UsageError("name FILES, or a run's data directory with --journal")
    if journal is not None and mapping_name is not None:
        raise click.UsageError("--mapping belongs to FILES")
    try:
        settings, rules = _with_rules(config, rules_file, chosen)
        known = None if labels is None else read_labels(labels)
        rehearsal = Rehearsal(settings, ack_after)
        _rehearse(rehearsal, settings, files, mapping_name, journal)
        if picture is not None:
            drawn = draw(rehearsal.episodes, rehearsal.pages.told, rules, known or (), rehearsal.span_ns, settings)
            picture.write_text(drawn, encoding="utf-8")
    except RecordingError as error:
        _end(in_options(error, mapping_name))
    except (ConfigurationError, OptionError, StoreUnusable, ValueError, OSError) as error:
        _end(str(error))
    _print(rehearsal, rules, known, as_json, ack_after)


def _with_rules(config: Path, rules_file: Path | None, chosen: tuple[str, ...]) -> tuple[Settings, tuple[Rule, ...]]:
    """The settings with no more rules than are needed, and those that are asked for."""
    if rules_file is None:
        settings = load_settings(config, UNITS)
        names = tuple(rule.id for rule in settings.rules)
    else:
        settings, names = load_with_rules(config, rules_file, UNITS)
    if unknown := [name for name in chosen if name not in names]:
        hint = did_you_mean(unknown[0], names)
        raise OptionError(f"{rules_file or config} has no rule {unknown[0]!r}{hint}")
    asked = chosen or names
    if not asked:
        raise OptionError(f"{config} has no [[rules]]")
    needed = with_those_named(settings.rules, asked)
    settings = settings.model_copy(update={"rules": needed, "store": StoreSettings(), "mirrors": ()})
    return settings, tuple(rule for rule in needed if rule.id in asked)


def _rehearse(
    rehearsal: Rehearsal, settings: Settings, files: tuple[Path, ...], mapping_name: str | None, journal: Path | None
) -> None:
    with TemporaryDirectory(prefix="denyut-backtest-") as directory:
        if journal is not None:
            replay: Replay | JournalReplay = JournalReplay(
                settings_for_journal(settings, into_store=False), journal_in(journal), Path(directory)
            )
        else:
            mapping = in_city(mapping_of(mapping_name, {}), settings)
            # The windows that the rules speak of are those of the configuration.
            replay = Replay(settings_for(settings, mapping, configured=True), files, mapping, Path(directory))
            replay.step_ns = step_of(settings)
        replay.rehearsal = rehearsal
        for _ in replay.run():
            pass
    for line in replay.complaints:
        click.echo(f"denyut: {line}", err=True)


def _print(
    rehearsal: Rehearsal,
    rules: Sequence[Rule],
    labels: Sequence[tuple[str, Label]] | None,
    as_json: bool,
    ack_after: int | None,
) -> None:
    found = describe(rehearsal.episodes, rehearsal.pages, rules, labels, rehearsal.span_ns[1])
    if as_json:
        click.echo(json.dumps(found))
        return
    _print_alerts(found)
    if found["pages"]:
        answered = "nobody acknowledges" if ack_after is None else f"acknowledged after {format_duration(ack_after)}"
        click.echo(f"\nWho would have been told, {answered}:")
        for name in ("recipients", "shifts", "steps"):
            if found[name]:
                click.echo("")
                _print_loads(found[name])


def _print_loads(loads: Sequence[dict[str, Any]]) -> None:
    names = list(loads[0])
    rows = [[visible(str(load[name])) or "-" for name in names] for load in loads]
    write_aligned(TextColumns(names, rows, [at > 1 for at in range(len(names))], frozenset(names[:2])), sys.stdout)


def _print_alerts(found: dict[str, Any]) -> None:
    names = list(found["rules"][0])
    rows = [[_in_words(name, row[name]) for name in names] for row in found["rules"]]
    right = [name not in ("rule", "severity") for name in names]
    write_aligned(TextColumns(names, rows, right, elastic=frozenset({"rule"})), sys.stdout)
    for rule in found["rules"]:
        if not rule["judged"]:
            missing = "all of it was without data" if rule["no_data"] else "no window of what it watches closed"
            click.echo(f"denyut: rule {visible(rule['rule'])!r} judged nothing: {missing}", err=True)
    if found["alerts"]:
        header = ["rule", "asset", "fired", "ended", "value"]
        click.echo("")
        lines = [_line(alert) for alert in found["alerts"][:_SHOWN]]
        elastic = frozenset({"rule", "asset"})
        write_aligned(TextColumns(header, lines, [False] * 4 + [True], elastic), sys.stdout)
    if (more := len(found["alerts"]) - _SHOWN) > 0:
        click.echo(f"{more} more alerts: --json", err=True)


def _line(alert: dict[str, Any]) -> list[str]:
    asset = f"{alert['kind']}/{alert['device']}" if "device" in alert else alert["zone"]
    ended = "withdrawn" if alert["withdrawn"] else alert["ended"] or "still firing"
    return [visible(alert["rule"]), visible(asset), alert["fired"], ended, f"{alert['value']:g}"]


def _in_words(name: str, value: object) -> str:
    if value is None:
        return "-"
    if name in ("firing_s", "delay_s") and isinstance(value, float):
        sign = "-" if value < 0 else ""
        return sign + format_duration(round(abs(value)) * SECOND_NS)
    return f"{value:.3f}" if isinstance(value, float) else visible(str(value))


def _end(message: str) -> NoReturn:
    for line in message.splitlines():
        click.echo(f"denyut: {line}", err=True)
    sys.exit(2)
