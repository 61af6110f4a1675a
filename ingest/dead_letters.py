"""Messages that could not be taken in, with the reason, kept in a file until age, space or count runs out."""

import logging
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from threading import Lock

from config.durability import DeadLetterKeeping
from ingest.dead_letter_file import DeadLetter, letter_of, open_for_writing

LOG = logging.getLogger("denyut.dead_letters")

_KEPT = 0.9
_EXPIRED_EVERY_NS = 600 * 1_000_000_000
_SETTLED_KNOWN = 100_000
_AT_ONCE = 500
_NEVER = -(2**62)
_INSERT = """
INSERT OR IGNORE INTO letter (received_ns, source, topic, payload, reason, offset, message, detail)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
"""
_DEFAULT = DeadLetterKeeping()


class DeadLetters:
    """Oldest letters go first when there are too many. Any thread may call."""

    def __init__(
        self,
        directory: Path,
        max_letters: int = _DEFAULT.max_letters,
        max_bytes: int = _DEFAULT.max_size << 20,
        keep_ns: int = _DEFAULT.keep,
    ) -> None:
        """`max_bytes` bounds topics, payloads and details together. Raises DeadLettersError."""
        self._max_letters = max_letters
        self._max_bytes = max_bytes
        self._keep_ns = keep_ns
        self._lock = Lock()
        self._connection = open_for_writing(directory)
        self._letters, self._bytes = self._sums()
        (highest,) = self._connection.execute("SELECT coalesce(max(offset), -1) FROM origin").fetchone()
        self._highest_offset = int(highest)
        self._expired_ns = _NEVER
        self._taken: set[int] = set()
        """Letters handed out to be taken in again, and not settled yet."""
        self._looked_at = -1
        """The version of the file in which no further letter was found to be taken in again."""
        self.unkept = 0
        """Letters that could not be written, or for which there is no room at all."""

    def add(self, letters: Iterable[DeadLetter]) -> None:
        """One that is held already, by (offset, message, reason), is not added again: what is replayed doubles nothing.

        A letter that cannot be written, as on a full disk, must not stop the readings: it is counted as `unkept`.
        """
        offered = list(letters)
        if not offered:
            return
        try:
            with self._lock:
                new = self._new(offered)
                kept, size = self._newest(new)
                self._write(kept, size)
        except sqlite3.Error as error:
            LOG.warning("%d dead letters could not be kept: %s", len(offered), error)
            self.unkept += len(offered)
        else:
            self.unkept += len(new) - len(kept)

    def expire(self, now_ns: int) -> None:
        """Let go of letters that are older than is to be kept; looks every ten minutes at most."""
        if abs(now_ns - self._expired_ns) < _EXPIRED_EVERY_NS:
            return
        self._expired_ns = now_ns
        try:
            with self._lock, self._connection:
                self._connection.execute("DELETE FROM letter WHERE received_ns < ?", (now_ns - self._keep_ns,))
                self._letters, self._bytes = self._sums()
        except sqlite3.Error as error:
            LOG.warning("dead letters could not be removed: %s", error)

    def take_requeued(
        self, limit: int, sources: Collection[str] | None = None, max_arrivals: int | None = None
    ) -> list[DeadLetter]:
        """Letters that somebody asked to be taken in again, oldest first, each once; of these sources alone.

        `max_arrivals`: of no more than so many batches, for those that came together cost little to take in together.
        They stay in the file until `settled`: one that was handed out before a crash is handed out again.
        """
        marked = "SELECT id, source, received_ns FROM letter WHERE requeued_ns IS NOT NULL ORDER BY id"
        wanted: list[int] = []
        arrivals: set[tuple[str, int]] = set()
        try:
            with self._lock:
                # It changes when another process has written, as whoever marks a letter has.
                (version,) = self._connection.execute("PRAGMA data_version").fetchone()
                if version == self._looked_at:
                    return []
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
        except (sqlite3.Error, ValueError) as error:
            LOG.warning("dead letters to be taken in again cannot be read: %s", error)
            return []
        self._taken.update(wanted)
        return taken

    def settled(self, ids: Collection[int]) -> None:
        """These were taken in again, durably: they go, and do not come back when their first arrival is replayed."""
        chosen = [(letter,) for letter in ids]
        try:
            with self._lock, self._connection:
                self._connection.execute("BEGIN")
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
        except sqlite3.Error as error:
            LOG.warning("%d dead letters that were taken in again could not be removed: %s", len(chosen), error)
        else:
            self._taken.difference_update(ids)

    @property
    def highest_offset(self) -> int:
        """Of the journal's entries that letters came from. A journal that begins anew must begin beyond it."""
        return self._highest_offset

    def __iter__(self) -> Iterator[DeadLetter]:
        """Oldest first."""
        last = _NEVER
        query = "SELECT * FROM letters WHERE id > ? ORDER BY id LIMIT ?"
        while True:
            with self._lock:
                letters = [letter_of(row) for row in self._connection.execute(query, (last, _AT_ONCE))]
            if not letters:
                return
            yield from letters
            last = letters[-1].id

    def __len__(self) -> int:
        return int(self._letters)

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _sums(self) -> tuple[int, int]:
        letters, size = self._connection.execute("SELECT count(*), coalesce(sum(size), 0) FROM letters").fetchone()
        return int(letters), int(size)

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
            self._connection.execute("BEGIN")
            written = self._connection.executemany(_INSERT, [letter.values for letter in letters])
        self._letters += written.rowcount
        self._bytes += size
        self._highest_offset = max(self._highest_offset, max(letter.offset for letter in letters))
        if self._letters > self._max_letters or self._bytes > self._max_bytes:
            self._trim()

    def _trim(self) -> None:
        """Down to nine tenths, so that it is not done for every letter."""
        letters, size, last = self._letters, self._bytes, -1
        for letter, length in self._connection.execute("SELECT id, size FROM letters ORDER BY id"):
            if letters <= _KEPT * self._max_letters and size <= _KEPT * self._max_bytes:
                break
            letters, size, last = letters - 1, size - length, letter
        self._connection.execute("DELETE FROM letter WHERE id <= ?", (last,))
        self._letters, self._bytes = letters, size
