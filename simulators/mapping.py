"""What the columns of a recorded file mean."""

from fnmatch import fnmatch
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from config.section import Name, Section
from config.settings import Kind, Windows
from config.timezones import checked_timezone
from simulators.recorded_files import inner_suffix


class Column(Section):
    """A value that stands in a column of the file, instead of being the same for all rows."""

    column: str


Text = str | Column
"""The same word for every row, or { column = "..." }."""


class Value(Section):
    """One column that holds readings; the value is column x scale + offset."""

    quantity: Name
    scale: float = 1.0
    offset: float = 0.0
    unit: str = ""
    """Of the value after scale and offset; for the reader."""
    device: str | None = None
    """For wide files, where each column is a device of its own."""
    kind: str | None = None
    zone: str | None = None


def _short_value(value: object) -> object:
    return {"quantity": value} if isinstance(value, str) else value


def _checked_time_format(text: str) -> str:
    if text not in ("iso", "epoch") and "%" not in text:
        raise ValueError(f'{text!r} is no time format; write "iso", "epoch" or a pattern such as "%d.%m.%Y %H:%M"')
    return text


def _checked_delimiter(text: str) -> str:
    if len(text) != 1 or text in '"\r\n':
        raise ValueError(f"{text!r} is no delimiter; it must be one character, such as a comma or a tab")
    return text


def _one_or_more(value: object) -> object:
    return (value,) if isinstance(value, str) else value


class Time(Section):
    """When a reading was taken: one column (or several, joined by a space), or a column for each part of the date."""

    column: Annotated[tuple[str, ...], BeforeValidator(_one_or_more)] = ()
    format: Annotated[str, AfterValidator(_checked_time_format)] = "iso"
    """ "iso", "epoch" (Unix s, ms, µs or ns by magnitude), or a pattern as in strptime."""
    timezone: Annotated[str, AfterValidator(checked_timezone)] = "UTC"
    """Of the clock that wrote times without an offset."""
    year: str | None = None
    month: str | None = None
    day: str | None = None
    hour: str | None = None
    minute: str | None = None

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.column and self.parts:
            raise ValueError(
                f"time has a column ({', '.join(self.column)}) and parts ({', '.join(self.parts)}); keep one"
            )
        if not self.column and not (self.year and self.month and self.day):
            raise ValueError("time needs a column, or at least year, month and day")
        return self

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns of year, month, day, hour and minute, as far as there are any."""
        return tuple(part for part in (self.year, self.month, self.day, self.hour, self.minute) if part)


Values = dict[str, Annotated[Value, BeforeValidator(_short_value)]]


class IncompleteMapping(ValueError):  # noqa: N818 - says what is the case
    """The mapping lacks what no reading can do without."""

    def __init__(self, missing: Literal["time", "values", "device"], message: str) -> None:
        super().__init__(message)
        self.missing = missing


class Table(Section):
    """How to read the files whose name fits `files`."""

    files: str = "*"
    """Pattern of file names, such as "speed_*.csv"."""
    delimiter: Annotated[str, AfterValidator(_checked_delimiter)] = ","
    decimal: Literal[".", ","] = "."
    """Between the whole part of a number and its fraction."""
    kind: Text = "device"
    city: Text = "city"
    zone: Text = ""
    device: Text = ""
    time: Time | None = None
    received: str | None = None
    """The column with the time at which each row was received; absent: it counts as received at its event time."""
    values: Values = Field(default={})
    """Column -> quantity, or -> { quantity, scale, offset, unit, device, kind, zone }."""
    missing: tuple[str, ...] = ("", "NA", "N/A", "null", "---")
    """What stands for no value; a number stands for every way to write it (-200 for -200.0)."""

    @property
    def columns(self) -> dict[str, str]:
        """Every column that is needed -> what for."""
        needed = {column: "received"} if (column := self.received) else {}
        if self.time:
            needed |= dict.fromkeys((*self.time.column, *self.time.parts), "time")
        for use in ("kind", "city", "zone", "device"):
            text = getattr(self, use)
            if isinstance(text, Column):
                needed[text.column] = use
        return needed | {column: f"values.{value.quantity}" for column, value in self.values.items()}

    def require_complete(self) -> None:
        """Raises IncompleteMapping where time, device or values are missing."""
        if self.time is None:
            raise IncompleteMapping("time", "the mapping names no time column; add [time] column = ...")
        if not self.values:
            raise IncompleteMapping("values", "the mapping names no values; add [values] COLUMN = QUANTITY")
        if not self.device and not all(value.device for value in self.values.values()):
            raise IncompleteMapping("device", "the mapping names no device; add device = ... or { column = ... }")


class Mapping(Table):
    """How to read a recording, and what the processing should know of it."""

    description: str = ""
    format: Literal["csv", "jsonl", "auto"] = "auto"
    """ "auto": JSON lines where the file name ends in .jsonl, .ndjson or .json, else CSV."""
    order: Literal["time", "file"] = "time"
    tables: tuple[dict[str, Any], ...] = ()
    """For recordings of files that differ: settings for the files that fit, over those given above."""
    kinds: dict[str, Kind] = Field(default={})
    """As in the configuration: interval, units and ranges of the kinds of device in this recording."""
    windows: Windows | None = None
    """Windows that suit the recording's interval."""

    @model_validator(mode="after")
    def _check_tables(self) -> Self:
        for index, table in enumerate(self.tables):
            try:
                self._merged(table)
            except ValidationError as error:
                raise _moved(error, ("tables", index)) from None
        return self

    def table_for(self, path: Path) -> Table:
        """The settings for one file. Raises ValueError where no table fits its name."""
        if not self.tables:
            return self
        for table in map(self._merged, self.tables):
            if fnmatch(path.name, table.files):
                return table
        patterns = ", ".join(str(table.get("files", "*")) for table in self.tables)
        raise ValueError(f"{path}: the name fits none of the mapping's tables ({patterns})")

    def covers(self, path: Path) -> bool:
        """Whether a file found in a directory belongs to the recording."""
        patterns = [str(table.get("files", "*")) for table in self.tables] or [self.files]
        return any(fnmatch(path.name, pattern) for pattern in patterns)

    def _merged(self, table: dict[str, Any]) -> Table:
        own = {name: getattr(self, name) for name in Table.model_fields if name in self.model_fields_set}
        return Table.model_validate({**own, **table})


def _moved(error: ValidationError, place: tuple[str | int, ...]) -> ValidationError:
    """The same failures, under the place of what was validated."""
    details = [
        InitErrorDetails(
            type=detail["type"], loc=(*place, *detail["loc"]), input=detail["input"], ctx=detail.get("ctx", {})
        )
        for detail in error.errors(include_url=False)
    ]
    return ValidationError.from_exception_data(error.title, details)


def is_jsonl(mapping: Mapping | None, path: Path) -> bool:
    if mapping is not None and mapping.format != "auto":
        return mapping.format == "jsonl"
    return inner_suffix(path) in (".jsonl", ".ndjson", ".json")
