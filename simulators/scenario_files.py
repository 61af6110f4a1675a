"""Scenarios by name, or from a TOML file."""

from collections.abc import Iterable
from pathlib import Path

from pydantic import ValidationError

from config.load import parsed
from config.locate import Path as KeyPath
from config.locate import lines_of_keys, nearest_line, written
from config.mistakes import ConfigurationError, Mistake
from config.salvage import salvage_as
from config.sentences import failures
from simulators.events.names import UnknownNamesError
from simulators.fleet import Fleet
from simulators.scenario import SHIPPED, Scenario
from simulators.scenario_mistakes import refused
from simulators.shipped_files import load_named, names_in, path_of


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
    return _by_line([Mistake(error.file, nearest_line(lines, at), written(at), said) for at, said in error.misnamed])


def with_misnamed(
    error: ConfigurationError, name_or_path: str | Path, fleet: Fleet, zones: Iterable[str]
) -> ConfigurationError:
    """What is wrong with the scenario itself, and what of its rest does not go with the city of that fleet."""
    path = path_of(name_or_path, SHIPPED)
    try:
        document, lines = parsed(path)
    except ConfigurationError:
        return error
    found = salvage_as(Scenario, document, {"folder": path.parent})
    mistakes = list(error.mistakes)
    for place, sentence in refused(found.settings.read_from(path), fleet.groups, zones):
        stands = found.original(place)
        # Without what it says of its length, nothing can be too late.
        if not found.touched(stands) and not (place[-1] == "begin" and found.touched(("lasts",))):
            mistakes.append(Mistake(path, nearest_line(lines, stands), written(stands), sentence))
    return _by_line(mistakes)


def _by_line(mistakes: Iterable[Mistake]) -> ConfigurationError:
    return ConfigurationError(sorted(mistakes, key=lambda mistake: mistake.line or 0))


def _failures(error: ValidationError) -> list[tuple[KeyPath, str]]:
    return [(place, sentence) for place, _, sentence in failures(error, Scenario)]
