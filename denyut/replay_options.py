"""What the options of `denyut replay` say about the columns, and what is wrong with them, in their own words."""

import pathlib
from collections.abc import Mapping as Names
from typing import Any

import click
from pydantic import ValidationError

from config.iso_times import iso_utc
from config.locate import Path, written
from config.mistakes import ConfigurationError
from processors.processor import TimeBase
from simulators.mapping import IncompleteMapping, Mapping
from simulators.mapping_files import load_mapping
from simulators.mapping_mistakes import mapping_failures
from simulators.recorded_files import RecordingError

_OF_TIME = (("time_column", "column"), ("time_format", "format"), ("timezone", "timezone"))
_OPTIONS: dict[Path, str] = {
    ("time",): "--time-column",
    ("time", "format"): "--time-format",
    ("time", "timezone"): "--timezone",
    ("device",): "--device",
    ("zone",): "--zone-column",
    ("kind",): "--kind",
    ("values",): "--value",
    ("delimiter",): "--delimiter",
    ("decimal",): "--decimal",
}
_MISSING = {
    "time": "no option names the time; add --time-column COLUMN",
    "values": "no option names a column with readings; add --value COLUMN=QUANTITY",
    "device": "no option names the device; add --device NAME or --device-column COLUMN",
}
_REMEDIES = {
    "time_missing": "see --time-column",
    "time_invalid": "see --time-format",
    "time_out_of_range": "see --time-format",
    "received_invalid": "see the mapping's received",
    "device_missing": "see --device-column",
    "not_a_number": "see --decimal and --value",
    "no_value": "see --value",
    "wrong_field_count": "see --delimiter",
    "invalid_json": "each line must hold one JSON object",
    "source_unknown": "name the configuration of that run with --config",
    "topic_unknown": "topics must be city/CITY/KIND/DEVICE, or fit the sources of --config",
}


class OptionError(Exception):
    """The options do not make a mapping; one line for each mistake."""


def mapping_of(name: str | None, columns: Names[str, Any]) -> Mapping | None:
    """From the shipped or named file, with what the options say over it; None where neither says anything.

    Raises OptionError.
    """
    given = {key: value for key, value in columns.items() if value}
    if name is None and not given:
        return None
    try:
        base = load_mapping(name).model_dump(exclude_unset=True) if name is not None else {}
    except ConfigurationError as error:
        raise OptionError(str(error)) from None
    try:
        return Mapping.model_validate({**base, **_changes(given, base.get("time") or {})})
    except ValidationError as error:
        raise OptionError("\n".join(f"{_option(at)}: {words}" for at, words in mapping_failures(error))) from None


def in_options(error: RecordingError, name: str | None) -> str:
    """The mistake; where there is no mapping but the options, what is missing is named as an option."""
    cause = error.__cause__
    return _MISSING[cause.missing] if name is None and isinstance(cause, IncompleteMapping) else str(error)


def refuse_mixture(
    journal: pathlib.Path | None, of_files: Names[str, Any], of_journal: Names[str, Any], time_base: TimeBase | None
) -> None:
    """Files are replayed, or a journal, and each has options of its own. Raises click.UsageError."""
    if journal is None:
        if named := _given(of_journal):
            raise click.UsageError(f"{named} belongs to --journal")
        if not of_files["FILES"]:
            raise click.UsageError("name FILES, or a run's data directory with --journal")
        return
    if named := _given(of_files):
        raise click.UsageError(f"{named} and --journal exclude each other")
    if time_base == "event":
        raise click.UsageError("--time event and --journal exclude each other: a journal holds the ticks of its clock")
    from_ns, to_ns = of_journal["--from"], of_journal["--to"]
    if from_ns is not None and to_ns is not None and from_ns >= to_ns:
        raise click.UsageError(f"--from {iso_utc(from_ns)} must be earlier than --to {iso_utc(to_ns)}")


def refuse_same(journal: pathlib.Path, directory: pathlib.Path) -> None:
    """What comes out of a part of a journal would stand in the place of what came out of the whole."""
    if directory.resolve() in (journal.resolve(), journal.parent.resolve()):
        raise OptionError(f"{directory} is the data directory of that run; name another one with --data-dir")


def _given(options: Names[str, Any]) -> str:
    """The first that was, as it is written on the command line."""
    names = [name for name, value in options.items() if value not in (None, False, (), "")]
    if not names:
        return ""
    name = "value" if names[0] == "values" else names[0]
    return name if name.startswith("--") or name.isupper() else f"--{name.replace('_', '-')}"


def nothing_taken(counts: Names[str, int]) -> str:
    """Why a recording with rows gave no reading: the commonest reason, and what may help."""
    reason, count = max(counts.items(), key=lambda item: item[1])
    remedy = f"; {_REMEDIES[reason]}" if reason in _REMEDIES else ""
    return f"no row could be taken in: {reason} {count}{remedy}"


def _changes(given: dict[str, Any], time: dict[str, Any]) -> dict[str, Any]:
    time = {**time, **{key: given.pop(option) for option, key in _OF_TIME if option in given}}
    for option in ("device_column", "zone_column"):
        if option in given:
            given[option.removesuffix("_column")] = {"column": given.pop(option)}
    return {**given, **({"time": time} if time else {})}


def _option(path: Path) -> str:
    """The option that sets what stands at the path, or the path where none does."""
    known = (_OPTIONS[path[:length]] for length in range(len(path), 0, -1) if path[:length] in _OPTIONS)
    return next(known, written(path))
