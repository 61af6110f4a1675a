"""What every table of the configuration is made of: how values are written, and that unknown keys are mistakes."""

from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from config.durations import parse_duration, parse_wait


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

Name = Annotated[str, Field(min_length=1, max_length=200)]


class Section(BaseModel):
    """A table of the configuration: unknown keys are mistakes, values never change after start."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
