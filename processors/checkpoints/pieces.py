"""Large parts of a checkpoint, each in a file named after its content: what did not change is not written again."""

import os
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processors.checkpoints.arrays import Packed, pack_inline, unpack_inline

LARGE = 65_536
"""Bytes; what is smaller stands in the document itself."""
_TOGETHER = 64
"""Files brought to disk together: the first of them makes the file system write its own notes of all."""
_UNFINISHED = ".new"


class CheckpointError(Exception):
    """A checkpoint, or a piece of one, is damaged or gone; the text says which."""


class PieceWriter:
    """The pieces of one checkpoint; they are on disk after `finish`. Raises OSError throughout."""

    def __init__(self, directory: Path, known: Mapping[str, str] | None = None) -> None:
        """`known`: stamp -> name of pieces that are on disk and stay there."""
        self._directory = directory
        self._known = known or {}
        self._unfinished: list[tuple[int, str]] = []
        self.stamps: dict[str, str] = {}
        """Stamp -> name, of what this checkpoint holds; known to the next one."""
        self.names: set[str] = set()
        self.bytes_written = 0

    def pack(self, array: NDArray[Any], stamp: str | None = None) -> Packed:
        """For `Pack`: large arrays become pieces."""
        if array.nbytes < LARGE:
            return pack_inline(array)
        key = None if stamp is None else f"{stamp} {array.shape}"
        return [array.dtype.str, list(array.shape), self._named(key, lambda: _contiguous_parts(array))]

    def content(self, make: Callable[[], bytes], stamp: str) -> str:
        """The name of a piece; `make` is called where nobody knows what the stamp stands for."""
        return self._named(stamp, lambda: iter([memoryview(make())]))

    def finish(self) -> None:
        self._bring_to_disk()
        sync_directory(self._directory)

    def discard(self) -> None:
        """What was begun is taken away again."""
        for file, name in self._unfinished:
            os.close(file)
            self._path(name + _UNFINISHED).unlink(missing_ok=True)
        self._unfinished = []

    def _named(self, stamp: str | None, parts: Callable[[], Iterator[memoryview]]) -> str:
        name = None if stamp is None else self._known.get(stamp)
        if name is None or _size_of(self._path(name)) < 0:
            held = list(parts())
            name = _name_of(held)
            self._put(name, held)
        if stamp is not None:
            self.stamps[stamp] = name
        self.names.add(name)
        return name

    def _put(self, name: str, parts: list[memoryview]) -> None:
        size = sum(part.nbytes for part in parts)
        if name in self.names or _size_of(self._path(name)) == size:
            return
        file = os.open(self._path(name + _UNFINISHED), os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        self._unfinished.append((file, name))
        for part in parts:
            write_all(file, part)
        self.bytes_written += size
        if len(self._unfinished) >= _TOGETHER:
            self._bring_to_disk()

    def _bring_to_disk(self) -> None:
        for file, _ in self._unfinished:
            os.fsync(file)
        while self._unfinished:
            file, name = self._unfinished.pop()
            os.close(file)
            self._path(name + _UNFINISHED).replace(self._path(name))

    def _path(self, name: str) -> Path:
        return self._directory / name


class PieceReader:
    """Reads what a `PieceWriter` wrote. Raises CheckpointError."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def unpack(self, saved: Packed) -> NDArray[Any]:
        """For `Unpack`."""
        dtype, shape, content = saved
        if isinstance(content, bytes):
            return unpack_inline(saved)
        return self._read(content).view(np.dtype(dtype)).reshape(shape)

    def content(self, name: str) -> bytes:
        return self._read(name).tobytes()

    def _read(self, name: str) -> NDArray[np.uint8]:
        path = self._directory / name
        try:
            held = np.fromfile(path, np.uint8)
        except OSError as error:
            raise CheckpointError(f"{path} cannot be read: {error.strerror}") from error
        if _name_of([held.data]) != name:
            # Whoever writes the same content next must not find it there and trust it.
            path.unlink(missing_ok=True)
            raise CheckpointError(f"{path} is damaged")
        return held


def remove_pieces(directory: Path, needed: set[str]) -> None:
    """All but those, also what a writer that was killed left unfinished."""
    for path in directory.iterdir():
        if path.name not in needed:
            path.unlink(missing_ok=True)


def write_all(file: int, content: memoryview) -> None:
    while content.nbytes:
        content = content[os.write(file, content) :]


def sync_directory(directory: Path) -> None:
    """Names in it are on disk afterwards."""
    file = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def _name_of(parts: list[memoryview]) -> str:
    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _contiguous_parts(array: NDArray[Any]) -> Iterator[memoryview]:
    """The bytes in C order without a copy: a pane with room to grow is one piece of memory for each column only."""
    if array.flags.c_contiguous:
        yield array.reshape(-1).view(np.uint8).data
    else:
        for part in array:
            yield from _contiguous_parts(part)


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return -1
