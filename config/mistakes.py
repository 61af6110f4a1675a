"""What is wrong with a configuration: every mistake with its file, line and both values."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mistake:
    file: Path
    line: int | None
    """Counted from 1; None where the file as a whole is meant."""
    place: str
    """The setting ("windows.sizes[0].hop"), or the column of a CSV file; empty where the file as a whole is meant."""
    message: str

    def __str__(self) -> str:
        where = str(self.file) if self.line is None else f"{self.file}:{self.line}"
        return ": ".join(part for part in (where, self.place, self.message) if part)


class ConfigurationError(Exception):
    """The configuration cannot be used; `str` gives one line for each mistake, and one for rows that have the same."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(mistakes)
        self.mistakes = tuple(mistakes)

    def __str__(self) -> str:
        alike = Counter(map(_without_line, self.mistakes))
        lines = []
        for mistake in self.mistakes:
            more = alike.pop(_without_line(mistake), 0) - 1
            if more >= 0:
                lines.append(f"{mistake}, and {more} more {'row' if more == 1 else 'rows'}" if more else str(mistake))
        return "\n".join(lines)


def _without_line(mistake: Mistake) -> tuple[Path, str, str]:
    return mistake.file, mistake.place, mistake.message


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a sentence with the nearest of `known` ("; did you mean 'size'?"), or nothing where none is near."""
    folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), folded, n=2, cutoff=0.6)
    return f"; did you mean {' or '.join(repr(folded[name]) for name in near)}?" if near else ""


def shorten(value: object, limit: int = 80) -> str:
    """The value as it is shown in a message: one line, not too long."""
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
