"""Whose numbers a part's series are: a session is a stretch of parts that share one `SeriesTable`.

The table of a process that has ended is put together again from the blocks it left.
"""

import json
import sqlite3
import threading
from dataclasses import dataclass
from weakref import WeakValueDictionary

import zstandard

from storage.points import Series, SeriesBlock, SeriesTable

_LEVEL = 1


@dataclass(frozen=True, slots=True)
class Session:
    """What the file holds of the session that is being written."""

    number: int
    table: SeriesTable
    series: int = 0
    families: int = 0

    def next_block(self) -> tuple["Session", bytes | None]:
        """The session once the file also holds the returned bytes; None where the table has not grown."""
        stop = len(self.table)
        if stop == self.series:
            return self, None
        block = self.table.block(self.series, stop, self.families)
        return Session(self.number, self.table, stop, self.families + len(block.families)), encode_block(block)


def encode_block(block: SeriesBlock) -> bytes:
    # The encoder of the standard library takes any text, also half a surrogate pair.
    families = [[family.measurement, family.tags] for family in block.families]
    content = json.dumps([families, block.runs, block.own]).encode()
    return zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).compress(content)


def decode_block(content: bytes) -> SeriesBlock:
    """Raises ValueError where the bytes are not what was written."""
    try:
        families, runs, own = json.loads(zstandard.ZstdDecompressor().decompress(content))
        return SeriesBlock(
            [Series(measurement, tuple((key, value) for key, value in tags)) for measurement, tags in families],
            [(family, length) for family, length in runs],
            own,
        )
    except (zstandard.ZstdError, TypeError) as error:
        raise ValueError(f"this is no block of series: {error}") from error


class Tables:
    """The table of each session, for all who read; kept only as long as someone reads from it or writes to it."""

    def __init__(self) -> None:
        self._tables: WeakValueDictionary[int, SeriesTable] = WeakValueDictionary()
        self._lock = threading.Lock()

    def add(self, session: Session) -> None:
        with self._lock:
            self._tables[session.number] = session.table

    def find(self, number: int, connection: sqlite3.Connection) -> SeriesTable:
        """Raises ValueError where the file does not hold it whole."""
        with self._lock:
            table = self._tables.get(number)
            if table is None:
                table = self._tables[number] = _read_table(number, connection)
            return table


def _read_table(number: int, connection: sqlite3.Connection) -> SeriesTable:
    table = SeriesTable()
    blocks = connection.execute("SELECT first, content FROM series WHERE session = ? ORDER BY first", (number,))
    for first, content in blocks:
        if first != len(table):
            raise ValueError(f"series {len(table)} to {first} of session {number} are not there")
        table.append_block(decode_block(content))
    return table
