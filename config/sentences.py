"""The validator's errors as sentences that name the setting, the value found and what would be right."""

from collections.abc import Iterable
from typing import Any, get_args, get_origin

from pydantic import ValidationError

from config.locate import Path
from config.mistakes import did_you_mean, shorten
from config.section import Section
from config.settings import Settings

SECRETS = frozenset({"password", "token", "secret"})
"""Settings whose value never stands in a message."""

_WANTED = {
    "string_type": "must be text in quotes",
    "tuple_type": "must be a list",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "path_type": "must be a path in quotes",
    "string_too_short": "must not be empty",
}


def failures(error: ValidationError, root: type[Section] = Settings) -> list[tuple[Path, str, str]]:
    """Of each failure of `root` its path, its type ("missing", "extra_forbidden", ...) and its sentence."""
    details = error.errors(include_url=False)
    # A list whose entries were all wrong is too short for the validator only.
    inner = {detail["loc"][:-1] for detail in details}
    return [
        (detail["loc"], detail["type"], _sentence(detail["loc"], dict(detail), root))
        for detail in details
        if detail["type"] != "too_short" or detail["loc"] not in inner
    ]


def _sentence(path: Path, detail: dict[str, Any], root: type[Section]) -> str:
    key = str(path[-1])
    if detail["type"] == "extra_forbidden":
        return unknown_key(key, section_at(path[:-1], root).model_fields)
    if detail["type"] == "missing":
        return f"{key!r} is missing"
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    if detail["type"] == "too_short":
        return "must not be empty"
    wanted = _WANTED.get(detail["type"]) or detail["msg"].replace("Input should", "must", 1)
    return f"{wanted}, not {_shown(path, detail['input'])}{_nearest_choice(detail)}"


def unknown_key(key: str, known: Iterable[str]) -> str:
    """Names the nearest known key, or all of them where none is near."""
    known = list(known)
    return f"unknown key {shorten(key)}" + (did_you_mean(key, known) or f"; known here: {', '.join(known)}")


def _shown(path: Path, value: object) -> str:
    if SECRETS.intersection(path):
        return "this (not shown)"
    # Tables and lists may hold a password further down.
    return "a table" if isinstance(value, dict) else "a list" if isinstance(value, list) else shorten(value)


def _nearest_choice(detail: dict[str, Any]) -> str:
    if detail["type"] != "literal_error" or not isinstance(detail["input"], str):
        return ""
    return did_you_mean(detail["input"], detail["ctx"]["expected"].replace(" or ", ", ").replace("'", "").split(", "))


def section_at(path: Path, root: type[Section] = Settings) -> type[Section]:
    """The section that stands at a path of the configuration; the path must lead to one."""
    section = root
    names_follow = False
    for part in path:
        # The validator puts the name of a section that is one of several choices into the path.
        if isinstance(part, int) or part == section.__name__:
            continue
        if names_follow:
            names_follow = False
            continue
        annotation = section.model_fields[part].annotation
        names_follow = get_origin(annotation) is dict
        section = _section_in(annotation) or section
    return section


def _section_in(annotation: object) -> type[Section] | None:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next((found for part in get_args(annotation) if (found := _section_in(part))), None)
