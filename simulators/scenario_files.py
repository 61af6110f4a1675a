"""Scenarios by name, or from a TOML file."""

from pathlib import Path

from pydantic import ValidationError

from config.locate import Path as KeyPath
from config.sentences import failures
from simulators.scenario import Scenario
from simulators.shipped_files import load_named, names_in

SHIPPED = Path(__file__).parent / "scenarios"


def shipped_scenarios() -> list[str]:
    """Names that `load_scenario` knows."""
    return names_in(SHIPPED)


def load_scenario(name_or_path: str | Path) -> Scenario:
    """The shipped scenario of that name, or the one in that file.

    Raises ConfigurationError with every mistake, its line and the value found.
    """
    return load_named(name_or_path, SHIPPED, Scenario, "scenario", _failures)


def _failures(error: ValidationError) -> list[tuple[KeyPath, str]]:
    return [(place, sentence) for place, _, sentence in failures(error, Scenario)]
