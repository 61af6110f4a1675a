"""`denyut backtest`: what the rules of a configuration would have done on recorded data, or on a run's journal."""

import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NoReturn

import click

from alerts.episodes import Episodes, Label
from config.durations import SECOND_NS, format_duration
from config.load import load_settings
from config.mistakes import ConfigurationError
from config.settings import Settings, StoreSettings
from denyut.alert_labels import read_labels
from denyut.aligned_columns import TextColumns, write_aligned
from denyut.backtesting import describe
from denyut.journal_replay import JournalReplay, journal_in, settings_for_journal
from denyut.replay_options import OptionError, in_options, mapping_of
from denyut.replaying import Replay, in_city, settings_for
from denyut.terminal_text import visible
from processors.indicators.catalogue import UNITS
from simulators.recorded_rows import RecordingError
from storage.store import StoreUnusable

EXAMPLE = """\b
Examples:
  denyut backtest --config siaga.toml --mapping jakarta_water_level levels.csv
  denyut backtest --config city.toml --journal denyut-data
  denyut backtest --config rules.toml --mapping nab speed.csv --labels known.csv
"""
_SHOWN = 100


@click.command(epilog=EXAMPLE)
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--config", required=True, type=click.Path(path_type=Path), help="Configuration with [[rules]].")
@click.option("--rule", "chosen", multiple=True, help="Only this rule; repeatable.")
@click.option("--mapping", "mapping_name", metavar="NAME|FILE", help="How FILES are read: as in denyut replay.")
@click.option("--journal", metavar="DIR", type=click.Path(path_type=Path), help="Data directory of a run, not FILES.")
@click.option(
    "--labels", type=click.Path(path_type=Path), help="CSV (start,end[,zone,device,rule]): when it should fire."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def command(
    files: tuple[Path, ...],
    config: Path,
    chosen: tuple[str, ...],
    mapping_name: str | None,
    journal: Path | None,
    labels: Path | None,
    as_json: bool,
) -> None:
    """Say when the rules of a configuration would have fired on recorded FILES, or on a run's journal."""
    logging.basicConfig(level="WARNING", format="%(levelname)s %(message)s", stream=sys.stderr)
    if bool(files) == (journal is not None):
        raise click.UsageError("name FILES, or a run's data directory with --journal")
    if journal is not None and mapping_name is not None:
        raise click.UsageError("--mapping belongs to FILES")
    try:
        settings = _with_rules(load_settings(config, UNITS), chosen, config)
        known = None if labels is None else read_labels(labels)
        episodes = _episodes(settings, files, mapping_name, journal)
    except RecordingError as error:
        _end(in_options(error, mapping_name))
    except (ConfigurationError, OptionError, StoreUnusable, ValueError, OSError) as error:
        _end(str(error))
    _print(settings, episodes, known, as_json)


def _with_rules(settings: Settings, chosen: tuple[str, ...], config: Path) -> Settings:
    unknown = [name for name in chosen if name not in {rule.id for rule in settings.rules}]
    if unknown:
        raise OptionError(f"{config} has no rule {unknown[0]!r}")
    rules = tuple(rule for rule in settings.rules if not chosen or rule.id in chosen)
    if not rules:
        raise OptionError(f"{config} has no [[rules]]")
    return settings.model_copy(update={"rules": rules, "store": StoreSettings(), "mirrors": ()})


def _episodes(settings: Settings, files: tuple[Path, ...], mapping_name: str | None, journal: Path | None) -> Episodes:
    episodes = Episodes()
    with TemporaryDirectory(prefix="denyut-backtest-") as directory:
        if journal is not None:
            replay: Replay | JournalReplay = JournalReplay(
                settings_for_journal(settings, into_store=False), journal_in(journal), Path(directory)
            )
        else:
            mapping = in_city(mapping_of(mapping_name, {}), settings)
            # The windows that the rules speak of are those of the configuration.
            replay = Replay(settings_for(settings, mapping, configured=True), files, mapping, Path(directory))
        replay.told, replay.judged = episodes.take, episodes.judged
        for _ in replay.run():
            pass
    for line in replay.complaints:
        click.echo(f"denyut: {line}", err=True)
    return episodes


def _print(settings: Settings, episodes: Episodes, labels: Sequence[tuple[str, Label]] | None, as_json: bool) -> None:
    found = describe(episodes, settings.rules, labels)
    if as_json:
        click.echo(json.dumps(found))
        return
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
