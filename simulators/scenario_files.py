"""Scenarios by name, or from a TOML file."""

from pathlib import Path

from pydantic import ValidationError

from config.locate import Path as KeyPath
from config.locate import lines_of_keys, nearest_line, written
from config.mistakes import ConfigurationError, Mistake
from config.sentences import failures
from simulators.events.names import UnknownNamesError
from simulators.scenario import Scenario
from simulators.shipped_files import load_named, names_in, path_of

SHIPPED = Path(__file__).parent / "scenarios"


def shipped_scenarios() -> list[str]:
    """Names that `load_scenario` knows."""
    return names_in(SHIPPED)


def load_scenario(name_or_path: str | Path) -> Scenario:
    """The shipped scenario of that name, or the one in that file.

    Raises ConfigurationError with every mistake, its line and the value found.
    """
    scenario = load_named(name_or_path, SHIPPED, Scenario, "scenario", _failures)
    return scenario.read_from(path_of(name_or_path, SHIPPED))


def located(error: UnknownNamesError) -> ConfigurationError:
    """The same mistakes with their lines, where the scenario stands in a file."""
    if error.file is None:
        return ConfigurationError([Mistake(Path("scenario"), None, written(at), said) for at, said in error.misnamed])
    lines = lines_of_keys(error.file.read_text(encoding="utf-8").replace("\r\n", "\n"))
    return ConfigurationError(
        [Mistake(error.file, nearest_line(lines, at), written(at), said) for at, said in error.misnamed]
    )


def _failures(error: ValidationError) -> list[tuple[KeyPath, str]]:
    return [(place, sentence) for place, _, sentence in failures(error, Scenario)]
