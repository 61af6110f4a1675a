"""Messages that could not be taken in, with the reason, kept in a file until age, space or count runs out."""

import logging
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from config.durability import DeadLetterKeeping
from ingest.dead_letter_file import FILE_NAME, DeadLetter, letter_of, open_for_writing, unusable
from ingest.opened_file import OpenedFile

LOG = logging.getLogger("denyut.dead_letters")

_KEPT = 0.9
_BUSY_MS = 250
"""Whoever tries again need not wait long at once, least of all at the end."""
_EXPIRED_EVERY_NS = 600 * 1_000_000_000
_SETTLED_KNOWN = 100_000
_AT_ONCE = 500
_NEVER = -(2**62)
_INSERT = """
INSERT OR IGNORE INTO letter (received_ns, source, topic, payload, reason, offset, message, detail)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_DEFAULT = DeadLetterKeeping()


class LetterStore:
    """Oldest letters go first when there are too many.

    For one thread at a time. Each call may raise sqlite3.Error or OSError, and has then changed nothing.
    """

    def __init__(
        self,
        directory: Path,
        max_letters: int = _DEFAULT.max_letters,
        max_bytes: int = _DEFAULT.max_size << 20,
        keep_ns: int = _DEFAULT.keep,
    ) -> None:
        """`max_bytes` bounds topics, payloads and details together. Raises DeadLettersError."""
        self._directory = directory
        self._max_letters = max_letters
        self._max_bytes = max_bytes
        self._keep_ns = keep_ns
        self._taken: set[int] = set()
        """Letters handed out to be taken in again, and not settled yet."""
        self._expired_ns = _NEVER
        self._looked_at = -1
        """The version of the file in which no further letter was found to be taken in again."""
        try:
            self._open()
        except sqlite3.Error as error:
            raise unusable(directory / FILE_NAME, error) from error

    def add(self, letters: Sequence[DeadLetter]) -> int:
        """One that is held already, by (offset, message, reason), is not added again: what is replayed doubles nothing.

        Returns for how many there is no room at all.
        """
        self._stay_in_place()
        new = self._new(letters) if letters else []
        kept, size = self._newest(new)
        self._write(kept, size)
        return len(new) - len(kept)

    def expire(self, now_ns: int) -> None:
        """Let go of letters that are older than is to be kept; looks every ten minutes at most."""
        if abs(now_ns - self._expired_ns) < _EXPIRED_EVERY_NS:
            return
        self._stay_in_place()
        with self._connection:
            self._connection.execute("DELETE FROM letter WHERE received_ns < ?", (now_ns - self._keep_ns,))
        self._letters, self._bytes = self._sums()
        self._expired_ns = now_ns

    def take_requeued(
        self, limit: int, sources: Collection[str] | None = None, max_arrivals: int | None = None
    ) -> list[DeadLetter]:
        """Letters that somebody asked to be taken in again, oldest first, each once; of these sources alone.

        `max_arrivals`: of no more than so many batches, for those that came together cost little to take in together.
        They stay in the file until `settled`: one that was handed out before a crash is handed out again. May raise
        ValueError, where a later version rejected for a reason that this one does not know.
        """
        # It changes when another process has written, as whoever marks a letter has.
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version == self._looked_at:
            return []
        marked = "SELECT id, source, received_ns FROM letter WHERE requeued_ns IS NOT NULL ORDER BY id"
        wanted: list[int] = []
        arrivals: set[tuple[str, int]] = set()
        for letter, source, received_ns in self._connection.execute(marked):
            if letter in self._taken or (sources is not None and source not in sources):
                continue
            arrivals.add((source, received_ns))
            if len(wanted) == limit or (max_arrivals is not None and len(arrivals) > max_arrivals):
                break
            wanted.append(letter)
        else:
            self._looked_at = version
        query = "SELECT * FROM letters WHERE id = ?"
        taken = [letter_of(self._connection.execute(query, (each,)).fetchone()) for each in wanted]
        self._taken.update(wanted)
        return taken

    def settle(self, ids: Collection[int]) -> None:
        """These were taken in again, durably: they go, and do not come back when their first arrival is replayed."""
        chosen = [(letter,) for letter in ids]
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            size = "SELECT size FROM letters WHERE id = ?"
            held = [row for each in chosen for row in self._connection.execute(size, each)]
            self._connection.executemany(
                "INSERT INTO settled (offset, message, reason)"
                " SELECT offset, message, reason FROM letter WHERE id = ? AND offset >= 0",
                chosen,
            )
            self._connection.executemany("DELETE FROM letter WHERE id = ?", chosen)
            known = "DELETE FROM settled WHERE id <= (SELECT max(id) FROM settled) - ?"
            self._connection.execute(known, (_SETTLED_KNOWN,))
        self._letters -= len(held)
        self._bytes -= sum(size for (size,) in held)
        self._taken.difference_update(ids)

    @property
    def last_id(self) -> int:
        """The number given last, 0 before any. It never goes back, whichever letters go."""
        return self._last_id

    @property
    def highest_offset(self) -> int:
        """Of the journal's entries that letters came from. A journal that begins anew must begin beyond it."""
        return self._highest_offset

    def __iter__(self) -> Iterator[DeadLetter]:
        """Oldest first."""
        last = _NEVER
        query = "SELECT * FROM letters WHERE id > ? ORDER BY id LIMIT ?"
        while True:
            letters = [letter_of(row) for row in self._connection.execute(query, (last, _AT_ONCE))]
            if not letters:
                return
            yield from letters
            last = letters[-1].id

    def __len__(self) -> int:
        return int(self._letters)

    def close(self) -> None:
        self._connection.close()

    def _open(self) -> None:
        self._connection = open_for_writing(self._directory)
        self._connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")
        self._letters, self._bytes = self._sums()
        (highest,) = self._connection.execute("SELECT coalesce(max(offset), -1) FROM origin").fetchone()
        self._highest_offset = int(highest)
        self._last_id = self._given_last()
        self._looked_at = -1
        self._file = OpenedFile(self._directory / FILE_NAME)

    def _stay_in_place(self) -> None:
        if self._file.is_in_place:
            return
        LOG.warning(
            "%s was removed or replaced while it was used; letters go on into the file that is there now",
            self._file.path,
        )
        self._connection.close()
        self._open()

    def _sums(self) -> tuple[int, int]:
        letters, size = self._connection.execute("SELECT count(*), coalesce(sum(size), 0) FROM letters").fetchone()
        return int(letters), int(size)

    def _given_last(self) -> int:
        row = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'letter'").fetchone()
        return 0 if row is None else int(row[0])

    def _new(self, letters: Sequence[DeadLetter]) -> list[DeadLetter]:
        if min(letter.offset for letter in letters) > self._highest_offset:
            return list(letters)
        known: dict[int, set[tuple[int, str]]] = {}
        new: list[DeadLetter] = []
        for letter in letters:
            if letter.offset >= 0:
                held = known.get(letter.offset)
                if held is None:
                    held = known[letter.offset] = self._known(letter.offset)
                if (letter.message, letter.reason.value) in held:
                    continue
                held.add((letter.message, letter.reason.value))
            new.append(letter)
        return new

    def _known(self, offset: int) -> set[tuple[int, str]]:
        if offset > self._highest_offset:
            return set()
        query = "SELECT message, reason FROM origin WHERE offset >= 0 AND offset = ?"
        return set(self._connection.execute(query, (offset,)))

    def _newest(self, letters: Sequence[DeadLetter]) -> tuple[Sequence[DeadLetter], int]:
        """Of a flood, only what would be kept anyway; never a letter that has no room even alone. And their size."""
        sizes = [letter.size for letter in letters]
        whole = sum(sizes)
        if whole <= _KEPT * self._max_bytes and len(letters) <= self._max_letters:
            return letters, whole
        kept: list[DeadLetter] = []
        room = self._max_bytes
        for letter, size in zip(reversed(letters), reversed(sizes), strict=True):
            if size > _KEPT * self._max_bytes:
                continue
            if room < size or len(kept) == self._max_letters:
                break
            room -= size
            kept.append(letter)
        return kept[::-1], self._max_bytes - room

    def _write(self, letters: Sequence[DeadLetter], size: int) -> None:
        if not letters:
            return
        with self._connection:
            self._connection.execute("BEGIN IMMEDIATE")
            written = self._connection.executemany(_INSERT, [letter.values for letter in letters])
            held = self._trimmed(self._letters + written.rowcount, self._bytes + size)
            last_id = self._given_last()
        (self._letters, self._bytes), self._last_id = held, last_id
        self._highest_offset = max(self._highest_offset, max(letter.offset for letter in letters))

    def _trimmed(self, letters: int, size: int) -> tuple[int, int]:
        """What is left of so many: where they are too many, nine tenths, so that it is not done for every letter."""
        if letters <= self._max_letters and size <= self._max_bytes:
            return letters, size
        last = -1
        for letter, length in self._connection.execute("SELECT id, size FROM letters ORDER BY id"):
            if letters <= _KEPT * self._max_letters and size <= _KEPT * self._max_bytes:
                break
            letters, size, last = letters - 1, size - length, letter
        self._connection.execute("DELETE FROM letter WHERE id <= ?", (last,))
        return letters, size
