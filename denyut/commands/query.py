"""`denyut query`: stored points as a table, CSV or JSON."""

import io
import sys
from pathlib import Path
from typing import NoReturn, cast

import click

from config.iso_times import iso_utc
from config.load import load_settings
from config.mistakes import ConfigurationError, did_you_mean
from denyut.data_dir import DEFAULT_SAID, default_data_dir
from denyut.duration_option import DurationType
from denyut.point_tables import FORMATS, in_order, write_table
from denyut.time_option import TimeType
from processors.indicators.catalogue import UNITS
from storage.open_store import open_store
from storage.store import AGGREGATES, Aggregate, Query, Row, Store, StoreError, StoreUnusable

_NAMED = 10
ALERT, INDICATOR = "alert", "indicator"
"""Measurements."""
VALUE = "value"
"""Of an indicator; absent where there is no data."""
EXAMPLE = """\b
Examples:
  denyut query indicator --where zone=all --from 15m
  denyut query window --where kind=parking --where size=1m --limit 20
  denyut query window --field speed_mean --from 24h --every 1h --aggregate max --format csv
"""


class TextType(click.ParamType[str]):
    name = "name"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            value.encode()
        except UnicodeEncodeError:
            self.fail(f"{value!a} is no valid UTF-8", param, ctx)
        return value


TEXT = TextType()


class TagType(click.ParamType[tuple[str, str]]):
    name = "tag=value"

    def convert(
        self, value: str | tuple[str, str], param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        if isinstance(value, tuple):
            return value
        tag, equals, wanted = TEXT.convert(value, param, ctx).partition("=")
        if not (tag and equals and wanted):
            self.fail(f"{value!r} is not of the form TAG=VALUE, such as zone=kota", param, ctx)
        return tag, wanted


@click.command(epilog=EXAMPLE, short_help="Print stored points as a table, CSV or JSON.")
@click.argument("measurement", type=TEXT)
@click.option("--where", type=TagType(), multiple=True, help="Only this tag's value; the same tag again: either.")
@click.option("--field", "fields", type=TEXT, multiple=True, help="Only this field; repeatable. Default: all.")
@click.option("--from", "from_ns", type=TimeType(), help="Start, included: ISO 8601, or a duration back such as 15m.")
@click.option("--to", "to_ns", type=TimeType(), help="End, not included.")
@click.option("--limit", type=click.IntRange(min=1), help="Only so many of the newest rows.")
@click.option(
    "--every", "every_ns", type=DurationType(), help="One row for each series and stretch of time, such as 1h."
)
@click.option("--aggregate", type=click.Choice(AGGREGATES), help="What --every makes of the values; default: mean.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Configuration with the store to read.")
@click.option("--data-dir", type=click.Path(path_type=Path), help=f"The data directory of the run. {DEFAULT_SAID}")
@click.option(
    "--format",
    "form",
    type=click.Choice(list(FORMATS)),
    default="table",
    show_default=True,
    help="How the rows are printed.",
)
def command(
    measurement: str,
    where: tuple[tuple[str, str], ...],
    fields: tuple[str, ...],
    from_ns: int | None,
    to_ns: int | None,
    limit: int | None,
    every_ns: int | None,
    aggregate: str | None,
    config_file: Path | None,
    data_dir: Path | None,
    form: str,
) -> None:
    """Print the stored points of MEASUREMENT (window, indicator, ...), oldest first, times in UTC.

    Works while `denyut run` is running and after it has stopped.
    """
    if aggregate is not None and every_ns is None:
        raise click.UsageError(f"--aggregate {aggregate} needs --every, the stretch of time it is taken over")
    if from_ns is not None and to_ns is not None and from_ns >= to_ns:
        raise click.UsageError(f"--from {iso_utc(from_ns)} must be earlier than --to {iso_utc(to_ns)}")
    chosen = cast(Aggregate, aggregate or "mean")
    query = Query(measurement, where, fields, from_ns, to_ns, limit, every_ns, chosen)
    rows = _rows(query, config_file, data_dir or default_data_dir())
    if not rows and form == "table":
        click.echo("no alerts yet" if rows is None else "no points match", err=True)
        return
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that is not set to UTF-8 must not keep the other rows from being printed.
        sys.stdout.reconfigure(errors="backslashreplace")
    if form == "table" and measurement == INDICATOR and (not fields or VALUE in fields):
        write_table(rows or [], sys.stdout, expected=[VALUE])
    else:
        FORMATS[form](rows or [], sys.stdout)


def _rows(query: Query, config_file: Path | None, data_dir: Path) -> list[Row] | None:
    """None: a city that is well has had no alert yet."""
    try:
        settings = load_settings(config_file, UNITS)
        store = open_store(settings.store, data_dir, read_only=True)
    except ConfigurationError as error:
        _end(str(error), 2)
    except StoreUnusable as error:
        _end(f"denyut: {error}", 2)
    except StoreError as error:
        _end(f"denyut: {error}", 1)
    try:
        if query.measurement == ALERT and not store.fields(ALERT):
            return None
        _check_names(store, query)
        rows = store.query(query)
        if query.where and not rows:
            _check_tags(store, query)
        return rows
    except StoreError as error:
        _end(f"denyut: {error}", 1)
    finally:
        store.close()


def _check_names(store: Store, query: Query) -> None:
    """Ends with what there is where the query names something else."""
    known = store.fields(query.measurement)
    if not known:
        there = ", ".join(store.measurements())
        there = f"there are: {there}" if there else "nothing is stored yet"
        _end(f"denyut: no measurement {query.measurement!r}; {there}", 1)
    unknown = [name for name in query.fields if name not in known]
    if unknown:
        hint = f"; there are: {_some(in_order(known))}{did_you_mean(unknown[0], known)}"
        _end(f"denyut: {query.measurement} has no field {unknown[0]!r}{hint}", 1)


def _check_tags(store: Store, query: Query) -> None:
    """Ends where no series has a tag that the query names; asked only of an empty answer, for it reads every series."""
    known = sorted({tag for row in store.latest(query.measurement) for tag in row.tags})
    unknown = [tag for tag, _ in query.where if tag not in known]
    if known and unknown:
        hint = f"; there are: {_some(known)}{did_you_mean(unknown[0], known)}"
        _end(f"denyut: {query.measurement} has no tag {unknown[0]!r}{hint}", 2)


def _some(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _end(message: str, status: int) -> NoReturn:
    # A name that a device made up may hold a control sequence.
    click.echo("".join(char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in message), err=True)
    sys.exit(status)
