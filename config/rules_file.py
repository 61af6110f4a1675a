"""Rules that stand in a file of their own, to be tried in the place of those of a configuration."""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import Any

from config.load import load_settings, parsed, settings_of
from config.locate import Path as KeyPath
from config.mistakes import ConfigurationError, Mistake, did_you_mean
from config.settings import Settings

RULES = "rules"


def load_with_rules(path: Path, file: Path, indicators: Collection[str] = ()) -> tuple[Settings, tuple[str, ...]]:
    """The settings of `path` with the [[rules]] of `file` in the place of those with the same id; the ids of these.

    Raises ConfigurationError with every mistake, each where it stands.
    """
    load_settings(path, indicators)
    document, lines = parsed(path)
    other, other_lines = parsed(file)
    if unknown := [key for key in other if key != RULES]:
        hint = did_you_mean(unknown[0], [RULES])
        message = f"a file of rules holds [[rules]] and nothing else, not {unknown[0]!r}{hint}"
        raise ConfigurationError([Mistake(file, other_lines.get((unknown[0],)), unknown[0], message)])
    if not isinstance(own := other.get(RULES), list) or not own:
        raise ConfigurationError([Mistake(file, None, "", "there are no [[rules]] in it")])
    names = {rule.get("id") for rule in own if isinstance(rule, dict)}
    kept = [index for index, rule in enumerate(document.get(RULES, ())) if rule["id"] not in names]
    merged = {**document, RULES: [*own, *(document[RULES][index] for index in kept)]}
    places = {place: line for place, line in lines.items() if place[0] != RULES}
    places |= other_lines | _moved(lines, {index: len(own) + at for at, index in enumerate(kept)})
    try:
        settings = settings_of(path, merged, places, indicators)
    except ConfigurationError as error:
        raise ConfigurationError([_where_it_stands(mistake, file, len(own)) for mistake in error.mistakes]) from None
    return settings, tuple(rule["id"] for rule in own)


def _moved(lines: dict[KeyPath, int], to: dict[Any, int]) -> dict[KeyPath, int]:
    """The lines of the rules that are kept, by their new places."""
    return {
        (RULES, to[place[1]], *place[2:]): line
        for place, line in lines.items()
        if place[0] == RULES and len(place) > 1 and place[1] in to
    }


def _where_it_stands(mistake: Mistake, file: Path, own: int) -> Mistake:
    index = mistake.place.removeprefix(f"{RULES}[").partition("]")[0]
    is_own = mistake.place.startswith(RULES) and (not index.isdigit() or int(index) < own)
    return replace(mistake, file=file) if is_own else mistake
