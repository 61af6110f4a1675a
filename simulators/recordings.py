"""Recorded files as batches of readings: what `denyut replay` sends through the pipeline.

files ── recorded_rows ──▶ text columns ── recorded_readings ──▶ RecordedColumns ── event_order ──▶ ReadingBatch
      └─ recorded_messages (topic and payload, decoded as from a broker) ──▲
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from config.settings import Settings
from ingest.devices import DeviceTable
from ingest.readings import ReadingBatch
from simulators.event_order import Span, in_event_order, in_file_order
from simulators.mapping import Mapping, Table, is_jsonl
from simulators.recorded_columns import RecordedColumns, by_kind
from simulators.recorded_files import RecordingError, inner_suffix, open_recorded
from simulators.recorded_messages import RecordedDecoder, first_message, message_columns
from simulators.recorded_readings import ReadingMaker
from simulators.recorded_rows import csv_chunks, json_chunks
from simulators.rejections import ROWS_NOT_TAKEN, RejectedRow, Rejections

_ARCHIVE = b"PK\x03\x04"
DEFAULT_BATCH = 20_000
_COUNTED_AT_ONCE = 1 << 20


class Recording:
    """Files with one mapping; `batches` reads them, and the counts grow as it goes."""

    def __init__(
        self, files: Sequence[Path], mapping: Mapping | None, devices: DeviceTable, settings: Settings
    ) -> None:
        """Made by `open_recording`, which has checked that the files are there and fit the mapping."""
        self.files = tuple(files)
        self.mapping = mapping
        self.readings = 0
        """Readings handed out so far."""
        self.total_readings: int | None = None
        """How many there will be; None as long as the recording has not been read to its end."""
        self.read_bytes = 0
        self.total_bytes = sum(path.stat().st_size for path in files)
        self._devices = devices
        self._rejections = Rejections()
        self._taken_rows = 0
        self._decoder = RecordedDecoder(settings, devices)

    @property
    def rows(self) -> int:
        """Rows in the files, without headers and blank lines at the end; counts line ends, so read it once."""
        lines = sum(_lines(path) for path in self.files)
        headers = sum(not is_jsonl(self.mapping, path) for path in self.files)
        return max(lines - headers, 0)

    @property
    def read_rows(self) -> int:
        """Rows looked at so far; where a row holds one reading, the sum of `readings` and `rejected` at the end."""
        return self._taken_rows + sum(self.rejected.get(reason, 0) for reason in ROWS_NOT_TAKEN)

    @property
    def rejected(self) -> dict[str, int]:
        """Reason -> readings that could not be made, so far."""
        return self._rejections.counts

    @property
    def first_rejected(self) -> list[RejectedRow]:
        """The first few, with file, line and value; `str` of each is a line to show."""
        return self._rejections.first

    def batches(self, size: int = DEFAULT_BATCH) -> Iterator[ReadingBatch]:
        """The batches of all spans, one after the other."""
        return chain.from_iterable(self.spans(size))

    def spans(self, size: int = DEFAULT_BATCH) -> Iterator[Span]:
        """Batches of at most `size` readings that belong together: take a whole span before the watermark moves on.

        In event-time order, unless the mapping says "file". All kinds of device are cut at the same times, so
        moving on after the first of them would make the others late. Event-time order holds the whole recording in
        memory, as columns; file order one chunk of it.
        """
        if self.mapping is not None and self.mapping.order == "file":
            cut, groups = in_file_order, self._parts()
        else:
            everything = [columns for parts in self._parts() for columns in parts]
            self.total_readings = sum(map(len, everything))
            cut, groups = in_event_order, iter([everything])
        for parts in filter(None, groups):
            for span in cut(by_kind(parts), size):
                self.readings += sum(map(len, span))
                yield span

    def _parts(self) -> Iterator[list[RecordedColumns]]:
        """The columns of each chunk of each file."""
        before = 0
        for path in self.files:
            for parts in self._file_parts(path, before):
                yield [columns for columns in parts if len(columns)]
            before += path.stat().st_size

    def _file_parts(self, path: Path, before: int) -> Iterator[list[RecordedColumns]]:
        def progress(position: int) -> None:
            self.read_bytes = before + position

        if _is_messages(path, self.mapping):
            first_row = self._taken_rows
            for count, parts in message_columns(path, self._decoder, self._rejections, progress):
                self._taken_rows += count
                yield [replace(part, row=first_row + part.row) for part in parts]
            return
        table = _table(self.mapping, path)
        maker = ReadingMaker(table, self._devices, self._rejections)
        chunks = json_chunks if is_jsonl(self.mapping, path) else csv_chunks
        for chunk in chunks(path, table, self._rejections, progress):
            self._taken_rows += len(chunk)
            yield maker.make(chunk, self._taken_rows - len(chunk))


def open_recording(
    paths: Iterable[Path], mapping: Mapping | None, devices: DeviceTable, settings: Settings | None = None
) -> Recording:
    """A recording of files, and of directories with all files in them that the mapping covers.

    Only recorded messages (topic and payload) need no mapping: the sources of the settings read them. Raises
    RecordingError, in one sentence with the file, where a file is absent or empty, or does not fit the mapping.
    """
    files = [file for path in paths for file in _found(path, mapping)]
    if not files:
        raise RecordingError("there are no files to replay")
    for file in files:
        _require_fitting(file, mapping, devices)
    return Recording(files, mapping, devices, settings or Settings())


def _found(path: Path, mapping: Mapping | None) -> list[Path]:
    if not path.is_dir():
        return [path]
    suffixes = {".csv", ".tsv", ".txt", ".jsonl", ".ndjson"}
    inside = sorted(file for file in path.rglob("*") if inner_suffix(file) in suffixes)
    found = [file for file in inside if mapping is None or mapping.covers(file)]
    if not found:
        raise RecordingError(f"{path}: no file in this directory fits the mapping")
    return found


def _require_fitting(path: Path, mapping: Mapping | None, devices: DeviceTable) -> None:
    """Reads the beginning of the file, so that a wrong mapping is found before anything is processed."""
    try:
        if path.stat().st_size == 0:
            raise RecordingError(f"{path}: the file is empty")
        if _begins(path) == _ARCHIVE:
            raise RecordingError(f"{path}: is a ZIP archive; unpack it first")
        if _is_messages(path, mapping):
            return
        table = _table(mapping, path)
        ReadingMaker(table, devices, Rejections())
        chunks = json_chunks if is_jsonl(mapping, path) else csv_chunks
        next(chunks(path, table, Rejections(), lambda _: None), None)
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from None
    except RecordingError:
        raise
    except ValueError as error:
        raise RecordingError(f"{path}: {error}") from error


def _begins(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(4)


def _is_messages(path: Path, mapping: Mapping | None) -> bool:
    return is_jsonl(mapping, path) and first_message(path) is not None


def _table(mapping: Mapping | None, path: Path) -> Table:
    if mapping is None:
        raise RecordingError(
            f"{path}: the columns need a mapping; "
            "give --mapping, or --time-column, --value and --device or --device-column"
        )
    return mapping.table_for(path)


def _lines(path: Path) -> int:
    last = b"\n"
    count = 0
    with open_recorded(path) as (stream, _):
        while block := stream.read(_COUNTED_AT_ONCE):
            count += block.count(b"\n")
            last = block[-1:]
    return count + (last != b"\n")
