"""What is wrong with a mapping, in the words of its file."""

from pydantic import ValidationError

from config.locate import Path
from config.sentences import failures
from simulators.mapping import Mapping

_TEXT_OR_COLUMN = frozenset({"kind", "city", "zone", "device"})


def mapping_failures(error: ValidationError) -> list[tuple[Path, str]]:
    """Of each failure its path in the mapping and its sentence.

    Of what may be a text or a column, the validator gives a failure for either choice; only one of them was meant.
    """
    found = failures(error, Mapping)
    meant_columns = {path[: _choice(path)] for path, kind, _ in found if _is_column(path) and kind != "model_type"}
    told = []
    for path, kind, sentence in found:
        at = _choice(path)
        if not at:
            told.append((path, sentence))
        elif _is_column(path) and kind != "model_type":
            told.append((path[:at] + path[at + 1 :], sentence))
        elif not _is_column(path) and path[:at] not in meant_columns:
            wanted = 'must be text in quotes or { column = "..." }'
            told.append((path[:at], sentence.replace("must be text in quotes", wanted, 1)))
    return told


def _choice(path: Path) -> int:
    """Where in the path the validator named the choice it tried ("str", "Column"); 0 where there is none."""
    at = 3 if path[:1] == ("tables",) else 1
    return at if len(path) > at and path[at - 1] in _TEXT_OR_COLUMN else 0


def _is_column(path: Path) -> bool:
    at = _choice(path)
    return bool(at) and path[at] == "Column"
