"""Entries out of the files of a journal, whatever has become of some of them; also while another process writes."""

from collections.abc import Callable, Generator, Iterator
from pathlib import Path

from ingest.journal import writer_lock
from ingest.journal.damage import Damage, JournalDamaged, log_damage
from ingest.journal.encoding import decode
from ingest.journal.entries import Entry
from ingest.journal.salvage import salvage
from ingest.journal.segment import FAILURES, Row, has_log, listed, rows, rows_backwards

_NOT_IN_ORDER = "its entries are not in order or not what was written"
_MISSING = "they are missing"
_OnDamage = Callable[[Damage], None]


def read_entries(
    directory: Path, from_offset: int = 0, on_damage: _OnDamage = log_damage
) -> Iterator[tuple[int, Entry]]:
    """(offset, entry) in order; what is damaged is reported once and passed over. Raises OSError for the directory."""
    for row, path in read_rows(directory, from_offset, on_damage):
        try:
            entry = decode(row.content)
        except JournalDamaged as error:
            on_damage(Damage(path, str(error), row.offset, row.offset))
        else:
            yield row.offset, entry


def read_backwards(directory: Path, before: int) -> Iterator[tuple[int, Entry]]:
    """The newest first. What is damaged is passed over and not told: who reads forwards does. Raises OSError."""
    for first, path in reversed(listed(directory)):
        for row in _rows_backwards(path, first, before):
            try:
                entry = decode(row.content)
            except JournalDamaged:
                continue
            yield row.offset, entry
        before = min(before, first)


def read_rows(directory: Path, from_offset: int = 0, on_damage: _OnDamage = log_damage) -> Iterator[tuple[Row, Path]]:
    """The same, not yet decoded, with the file each comes from."""
    position = from_offset
    previous: tuple[Path, int | None] | None = None
    while (found := _segment_at(directory, position)) is not None:
        first, path, end = found
        if (path, end) == previous:
            return
        if first > position:
            # Entries before the first file of all have gone with their time, unless they were asked for.
            if position > 0:
                on_damage(Damage(previous[0] if previous else path, _MISSING, position, first - 1))
            position = first
        position = yield from _segment_rows(path, position, end, on_damage)
        previous = path, end


def _segment_at(directory: Path, position: int) -> tuple[int, Path, int | None] | None:
    """The file that holds the position or else the next one: (its first offset, path, end where that is known)."""
    segments = listed(directory)
    if not segments:
        return None
    before = [index for index, (first, _) in enumerate(segments) if first <= position]
    index = before[-1] if before else 0
    end = segments[index + 1][0] if index + 1 < len(segments) else None
    return *segments[index], end


def _segment_rows(
    path: Path, position: int, end: int | None, on_damage: _OnDamage
) -> Generator[tuple[Row, Path], None, int]:
    """Rows of one file from the position on; gives back the position after them."""
    trouble = ""
    try:
        for row in rows(path, position):
            if end is not None and row.offset >= end:
                break
            if row.offset != position or not row.is_intact:
                trouble = _NOT_IN_ORDER
                break
            yield row, path
            position += 1
    except FAILURES as error:
        trouble = str(error) or "out of memory"
    if end is None and writer_lock.is_held(path.parent):
        # The writer's file must not be opened without SQLite: closing it would end the writer's locks (POSIX).
        if trouble:
            on_damage(Damage(path, trouble, position))
        return position
    if (end is None and not trouble and not has_log(path)) or position == end or not path.exists():
        return position if end is None else end
    return (yield from _salvaged_rows(path, position, end, trouble, on_damage))


def _rows_backwards(path: Path, first: int, before: int) -> Iterator[Row]:
    try:
        for row in rows_backwards(path, before):
            if row.offset >= before or not row.is_intact:
                break
            yield row
            before = row.offset
    except FAILURES:
        pass
    # A file with a log may be the writer's, which must not be opened without SQLite.
    if before > first and not has_log(path):
        yield from reversed(list(salvage(path, first, before)))


def _salvaged_rows(
    path: Path, position: int, end: int | None, trouble: str, on_damage: _OnDamage
) -> Generator[tuple[Row, Path], None, int]:
    is_whole = True
    began = position
    for row in salvage(path, position, end):
        if row.offset > position:
            on_damage(Damage(path, trouble or _MISSING, position, row.offset - 1))
            is_whole = False
        yield row, path
        position = row.offset + 1
    if end is not None and position < end:
        on_damage(Damage(path, trouble or _MISSING, position, end - 1))
        return end
    if is_whole and (trouble or position > began):
        on_damage(Damage(path, trouble or "its log is damaged"))
    return position
