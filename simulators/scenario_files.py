"""Scenarios by name, or from a TOML file."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from config.locate import lines_of_keys, nearest_line, written
from config.mistakes import ConfigurationError, Mistake, did_you_mean
from config.sentences import failures
from config.text_file import read_text
from simulators.scenario import Scenario

SHIPPED = Path(__file__).parent / "scenarios"
_LARGEST_FILE = 1 << 20


def shipped_scenarios() -> list[str]:
    """Names that `load_scenario` knows."""
    return sorted(path.stem for path in SHIPPED.glob("*.toml"))


def load_scenario(name_or_path: str | Path) -> Scenario:
    """The shipped scenario of that name, or the one in that file.

    Raises ConfigurationError with every mistake, its line and the value found.
    """
    path = SHIPPED / f"{name_or_path}.toml"
    if str(name_or_path) not in shipped_scenarios():
        path = Path(name_or_path)
        if not path.exists():
            known = ", ".join(shipped_scenarios())
            hint = did_you_mean(str(name_or_path), shipped_scenarios())
            raise ConfigurationError([Mistake(path, None, "", f"is no file and no shipped scenario ({known}){hint}")])
    text = read_text(path, _LARGEST_FILE)
    try:
        document = tomllib.loads(text)
    except ValueError as error:
        raise ConfigurationError([Mistake(path, None, "", f"this is no TOML: {error}")]) from None
    try:
        scenario = Scenario.model_validate(document, context={"folder": path.parent})
    except ValidationError as error:
        lines = lines_of_keys(text.replace("\r\n", "\n"))
        raise ConfigurationError(
            [
                Mistake(path, nearest_line(lines, place), written(place), sentence)
                for place, _, sentence in failures(error, Scenario)
            ]
        ) from None
    return scenario
