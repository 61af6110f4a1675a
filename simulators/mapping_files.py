"""Mappings by name, or from a TOML file beside the data."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from config.locate import lines_of_keys, nearest_line, written
from config.mistakes import ConfigurationError, Mistake, did_you_mean
from config.text_file import read_text
from simulators.mapping import Mapping
from simulators.mapping_mistakes import mapping_failures

SHIPPED = Path(__file__).parent / "mappings"
_LARGEST_FILE = 1 << 20


def shipped_mappings() -> list[str]:
    """Names that `load_mapping` knows."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def load_mapping(name_or_path: str | Path) -> Mapping:
    """The shipped mapping of that name, or the one in that file.

    Raises ConfigurationError with every mistake, its line and the value found.
    """
    path = SHIPPED / f"{name_or_path}.toml"
    if str(name_or_path) not in shipped_mappings():
        path = Path(name_or_path)
        if not path.exists():
            known = ", ".join(shipped_mappings())
            hint = did_you_mean(str(name_or_path), shipped_mappings())
            raise ConfigurationError([Mistake(path, None, "", f"is no file and no shipped mapping ({known}){hint}")])
    text = read_text(path, _LARGEST_FILE)
    try:
        document = tomllib.loads(text)
    except ValueError as error:
        raise ConfigurationError([Mistake(path, None, "", f"this is no TOML: {error}")]) from None
    try:
        return Mapping.model_validate(document)
    except ValidationError as error:
        raise ConfigurationError(_mistakes(path, text, error)) from None


def _mistakes(path: Path, text: str, error: ValidationError) -> list[Mistake]:
    lines = lines_of_keys(text.replace("\r\n", "\n"))
    return [
        Mistake(path, nearest_line(lines, place), written(place), sentence)
        for place, sentence in mapping_failures(error)
    ]
