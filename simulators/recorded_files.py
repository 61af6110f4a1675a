"""Files of recordings, plain or compressed: gzip and Zstandard, told by how they begin."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from io import BufferedReader, RawIOBase
from pathlib import Path, PurePath
from typing import IO, TYPE_CHECKING

import zstandard

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

GZIP, ZSTANDARD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
SUFFIXES = (".gz", ".zst")
_DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError)
_READ_AT_ONCE = 1 << 18


class RecordingError(ValueError):
    """The file cannot be read with this mapping; one sentence with the file and what was found."""


@contextmanager
def open_recorded(path: Path) -> Iterator[tuple[IO[bytes], Callable[[], int]]]:
    """What the file holds, and how many bytes of the file itself have been read.

    Raises OSError, and in its block RecordingError where a compressed file breaks off or is damaged.
    """
    with ExitStack() as stack:
        raw = stack.enter_context(path.open("rb"))
        begins = raw.peek(4)[:4]
        stream: IO[bytes] = raw
        if begins.startswith(GZIP):
            stream = stack.enter_context(BufferedReader(gzip.GzipFile(fileobj=raw), _READ_AT_ONCE))
        elif begins == ZSTANDARD:
            stream = stack.enter_context(BufferedReader(_Unpacked(raw), _READ_AT_ONCE))
        try:
            yield stream, raw.tell
        except _DAMAGED as error:
            raise RecordingError(f"{path}: the compressed file is damaged or incomplete: {error}") from None


def inner_suffix(path: PurePath) -> str:
    """Of what the file holds: ".jsonl" of day.jsonl.zst."""
    return (path.with_suffix("") if path.suffix.lower() in SUFFIXES else path).suffix.lower()


class _Unpacked(RawIOBase):
    """What Zstandard frames hold. The library's own reader takes a file that breaks off for one that has ended."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Raises EOFError where the last frame breaks off."""
        while not self._ready:
            packed = self._frame.unused_data or self._raw.read(_READ_AT_ONCE)
            if not packed:
                if not self._frame.eof:
                    raise EOFError("it breaks off")
                return 0
            if self._frame.eof:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            self._ready = memoryview(self._frame.decompress(packed))
        target = memoryview(buffer).cast("B")
        size = min(len(target), len(self._ready))
        target[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size
