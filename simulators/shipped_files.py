"""TOML files that come with Denyut, by their names, or others beside the data."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from config.locate import Path as KeyPath
from config.locate import lines_of_keys, nearest_line, written
from config.mistakes import ConfigurationError, Mistake, did_you_mean
from config.section import Section
from config.text_file import read_text

_LARGEST_FILE = 1 << 20
Read = TypeVar("Read", bound=Section)
Failures = Callable[[ValidationError], list[tuple[KeyPath, str]]]
"""Of each failure its path in the document, and a sentence."""


def names_in(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.toml"))


def path_of(name_or_path: str | Path, folder: Path) -> Path:
    """The shipped file of that name, else that path itself, whether it is there or not."""
    return folder / f"{name_or_path}.toml" if str(name_or_path) in names_in(folder) else Path(name_or_path)


def load_named(name_or_path: str | Path, folder: Path, section: type[Read], what: str, failures: Failures) -> Read:
    """The file of that name in `folder`, or the one at that path; `what` they are called.

    Raises ConfigurationError with every mistake, its line and the value found.
    """
    path = path_of(name_or_path, folder)
    if not path.exists():
        shipped = names_in(folder)
        hint = did_you_mean(str(name_or_path), shipped)
        sentence = f"is no file and no shipped {what} ({', '.join(shipped)}){hint}"
        raise ConfigurationError([Mistake(path, None, "", sentence)])
    text = read_text(path, _LARGEST_FILE)
    try:
        document = tomllib.loads(text)
    except ValueError as error:
        raise ConfigurationError([Mistake(path, None, "", f"this is no TOML: {error}")]) from None
    try:
        return section.model_validate(document, context={"folder": path.parent})
    except ValidationError as error:
        lines = lines_of_keys(text.replace("\r\n", "\n"))
        raise ConfigurationError(
            [Mistake(path, nearest_line(lines, place), written(place), sentence) for place, sentence in failures(error)]
        ) from None
