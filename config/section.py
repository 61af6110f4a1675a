"""What every table of the configuration is made of: how values are written, and that unknown keys are mistakes."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated, Any, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from config.durations import format_duration, parse_duration, parse_wait


def _beside_the_configuration(path: Path, info: ValidationInfo) -> Path:
    if not info.context:
        return path
    try:
        return Path(info.context["folder"]) / path.expanduser()
    except RuntimeError:
        raise ValueError(f"{str(path)!r}: there is no such user on this machine") from None


def _duration(value: Any, info: ValidationInfo) -> int:
    # Only a file brings a context: there a plain number is seconds, in Python it is nanoseconds.
    return value if isinstance(value, int) and not info.context else parse_duration(value)


def _wait(value: Any, info: ValidationInfo) -> int:
    return value if isinstance(value, int) and not info.context else parse_wait(value)


Duration = Annotated[int, BeforeValidator(_duration), Field(gt=0)]
"""Integer nanoseconds; in a file written as "10s", "15m", "24h"."""

Wait = Annotated[int, BeforeValidator(_wait), Field(ge=0)]
"""As `Duration`, and "0s" is allowed."""

File = Annotated[Path, AfterValidator(_beside_the_configuration)]
"""A path; one that is not absolute is relative to the file that names it."""


def between(least: int, most: int, step: int = 1) -> AfterValidator:
    """For a `Duration` or a `Wait`: both ends included, in multiples of `step`; nanoseconds."""

    def checked(duration: int) -> int:
        if duration < least:
            raise ValueError(f"must be at least {format_duration(least)}, not {format_duration(duration)}")
        if duration > most:
            raise ValueError(f"must be at most {format_duration(most)}, not {format_duration(duration)}")
        if duration % step:
            raise ValueError(f"must be a multiple of {format_duration(step)}, not {format_duration(duration)}")
        return duration

    return AfterValidator(checked)


Name = Annotated[str, Field(min_length=1, max_length=200)]


class Section(BaseModel):
    """A table of the configuration: unknown keys are mistakes, values never change after start."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_as_number(cls, value: Any, info: ValidationInfo) -> Any:
        """Python, and so the validator, takes true for 1."""
        kind = type(value)
        inner = value if kind is list else value.values() if kind is dict else (value,) if kind is bool else ()
        for each in inner:
            if type(each) is bool and _takes_numbers_only(cls, str(info.field_name)):
                raise ValueError(f"must be a number, not {str(each).lower()}")
        return value


@cache
def _takes_numbers_only(section: type[Section], name: str) -> bool:
    field = section.model_fields[name]
    leaves = [*_leaves(field.annotation), *field.metadata]
    # What reads the value itself has words of its own.
    if bool in leaves or any(isinstance(leaf, BeforeValidator) for leaf in leaves):
        return False
    return any(leaf in (int, float) or isinstance(leaf, int) for leaf in leaves)


def _leaves(annotation: Any) -> Iterator[Any]:
    """The types, numbers and rules that it is made of."""
    parts = get_args(annotation)
    if not parts:
        yield annotation
    for part in parts:
        yield from _leaves(part)
