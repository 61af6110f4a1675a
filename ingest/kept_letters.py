"""The dead letters as somebody beside the run looks at them, or asks for them to be taken in again."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ingest.dead_letter_file import DeadLetter, DeadLettersError, letter_of, open_for_reading, open_for_writing
from ingest.reasons import Reason

_ALL = 2**62
_IDS = """
SELECT id FROM letters WHERE (:reason IS NULL OR reason = :reason) AND (:source IS NULL OR source = :source)
    AND (:since_ns IS NULL OR received_ns >= :since_ns) ORDER BY id DESC LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which letters; None: any. With a limit: only so many of the newest."""

    reason: Reason | None = None
    source: str | None = None
    since_ns: int | None = None
    limit: int | None = None

    def ids(self, connection: sqlite3.Connection) -> list[int]:
        """Oldest first."""
        values = {
            "reason": self.reason and self.reason.value,
            "source": self.source,
            "since_ns": self.since_ns,
            "limit": self.limit or _ALL,
        }
        return [letter for (letter,) in connection.execute(_IDS, values)][::-1]


@dataclass(frozen=True, slots=True)
class Requeued:
    reasons: Counter[Reason]
    """Of the letters marked."""
    unknown: list[int]
    """Numbers that no letter has."""
    lines: list[int]
    """Letters that are no messages but lines that the store refused: they have no topic to come in by."""


def read_letters(directory: Path, selection: Selection) -> Iterator[DeadLetter]:
    """Oldest first; one whose time runs out meanwhile is left out. Raises DeadLettersError."""
    with _errors_named(directory), closing(open_for_reading(directory)) as connection:
        for letter in selection.ids(connection):
            row = _row(connection, letter)
            if row is not None:
                yield row


def read_letter(directory: Path, letter: int) -> DeadLetter | None:
    """Raises DeadLettersError."""
    with _errors_named(directory), closing(open_for_reading(directory)) as connection:
        return _row(connection, letter)


def requeue(directory: Path, chosen: Sequence[int] | Selection, now_ns: int) -> Requeued:
    """Mark letters to be taken in again, by the run that uses the directory or by the next. Raises DeadLettersError."""
    # Only to learn that there is a file at all: writing would make one.
    open_for_reading(directory).close()
    with _errors_named(directory), closing(open_for_writing(directory)) as connection, connection:
        connection.execute("BEGIN IMMEDIATE")
        ids = chosen.ids(connection) if isinstance(chosen, Selection) else list(dict.fromkeys(chosen))
        query = "SELECT reason FROM letter WHERE id = ?"
        held = [(letter, connection.execute(query, (letter,)).fetchone()) for letter in ids]
        reasons = {letter: Reason(row[0]) for letter, row in held if row is not None}
        lines = {letter for letter, reason in reasons.items() if reason is Reason.REFUSED_BY_STORE}
        marked = [letter for letter in reasons if letter not in lines]
        update = "UPDATE letter SET requeued_ns = ? WHERE id = ?"
        connection.executemany(update, [(now_ns, letter) for letter in marked])
        unknown = [letter for letter in ids if letter not in reasons]
        return Requeued(Counter(reasons[letter] for letter in marked), unknown, sorted(lines))


def _row(connection: sqlite3.Connection, letter: int) -> DeadLetter | None:
    row = connection.execute("SELECT * FROM letters WHERE id = ?", (letter,)).fetchone()
    return None if row is None else letter_of(row)


@contextmanager
def _errors_named(directory: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, ValueError) as error:
        # A later version may have rejected for a reason that this one does not know.
        raise DeadLettersError(f"the dead letters in {directory} cannot be read or marked: {error}") from error
