"""Validation that goes on: what is wrong is set aside, so that the rest can be checked in the same run."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from config.locate import Path
from config.section import Section
from config.sentences import failures
from config.settings import Settings

_GONE = object()
Kept = TypeVar("Kept", bound=Section)


@dataclass
class Salvage(Generic[Kept]):
    """The settings without what is wrong, and where everything stood before."""

    settings: Kept
    wrong: list[tuple[Path, str]] = field(default_factory=list)
    """Paths in the document, and a sentence for each."""
    removed: set[Path] = field(default_factory=set)
    _indices: dict[Path, list[int]] = field(default_factory=dict)
    """Of each shortened list the document's indices of what is left."""

    def original(self, path: Path) -> Path:
        """The path in the document of a path in `settings`."""
        found: Path = ()
        for part in path:
            left = self._indices.get(found)
            found = (*found, left[part] if left is not None and isinstance(part, int) and part < len(left) else part)
        return found

    def touched(self, path: Path) -> bool:
        """Whether the document's value at `path`, or a table around it, was set aside."""
        return any(path[:length] in self.removed for length in range(1, len(path) + 1))

    def lists_all(self, section: str) -> bool:
        """Whether every id of a list of tables (zones, offices) is still there."""
        return not any(path[0] == section and (len(path) < 3 or path[2] == "id") for path in self.removed)

    def is_whole(self, path: Path) -> bool:
        """False: it names a list of tables some of whose ids are not there any more."""
        return (
            len(path) > 1 or not isinstance(getattr(self.settings, str(path[0])), tuple) or self.lists_all(str(path[0]))
        )


def salvage(document: Mapping[str, Any], context: Mapping[str, Any]) -> Salvage[Settings]:
    """Validates all of `document`. `context` is what the validators of `config.settings` need."""
    return salvage_as(Settings, document, context)


def salvage_as(section: type[Kept], document: Mapping[str, Any], context: Mapping[str, Any]) -> Salvage[Kept]:
    """As `salvage`, of another kind of document; `section` can be made of an empty one."""
    left = copy.deepcopy(dict(document))
    result = Salvage(section())
    while True:
        try:
            result.settings = section.model_validate(left, context=dict(context))
        except ValidationError as error:
            found = failures(error, section)
            if not result.wrong:
                result.wrong = [(path, sentence) for path, _, sentence in found]
            for path, kind, _ in found:
                _set_aside(left, path[:-1] if kind == "missing" else path, result)
            _close_gaps(left, (), result)
        else:
            return result


def _set_aside(document: dict[str, Any], path: Path, result: Salvage[Kept]) -> None:
    """Marks the value at `path` as gone: an entry of a list only where it is a table, else the whole list."""
    holder: Any = document
    target: tuple[Any, str | int] = (document, path[0])
    for part in path:
        if not isinstance(holder, dict | list) or (isinstance(holder, dict) and part not in holder):
            break
        inner = holder[part]  # type: ignore[index]  # a str for a dict, an int for a list
        if inner is _GONE:
            return
        if isinstance(holder, dict) or isinstance(inner, dict):
            target = (holder, part)
        holder = inner
    target[0][target[1]] = _GONE
    result.removed.add(result.original(path))


def _close_gaps(value: Any, path: Path, result: Salvage[Kept]) -> None:
    if isinstance(value, dict):
        for key in [key for key, inner in value.items() if inner is _GONE]:
            del value[key]
        for key, inner in value.items():
            _close_gaps(inner, (*path, key), result)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            if inner is not _GONE:
                _close_gaps(inner, (*path, index), result)
        if any(inner is _GONE for inner in value):
            before = result._indices.get(path, list(range(len(value))))
            result._indices[path] = [index for index, inner in zip(before, value, strict=True) if inner is not _GONE]
            value[:] = [inner for inner in value if inner is not _GONE]
