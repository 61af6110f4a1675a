"""Large parts of a checkpoint, each in a file named after its content: what did not change is not written again."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from processors.checkpoints.arrays import Packed, pack_inline, unpack_inline

LARGE = 65_536
"""Bytes; what is smaller stands in the document itself."""
_UNFINISHED = ".new"


class CheckpointError(Exception):
    """A checkpoint, or a piece of one, is damaged or gone; the text says which."""


class PieceWriter:
    """The pieces of one checkpoint, not on disk for sure before `bring_to_disk`. Raises OSError throughout."""

    def __init__(self, directory: Path, known: Mapping[str, str] | None = None) -> None:
        """`known`: stamp -> name of pieces that are on disk and stay there."""
        self._directory = directory
        self._known = known or {}
        self.stamps: dict[str, str] = {}
        """Stamp -> name, of what this checkpoint holds; known to the next one."""
        self.names: set[str] = set()
        self.new: list[str] = []
        """Of these, the ones that were not there before."""
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

    def discard(self) -> None:
        """What was begun is taken away again."""
        for name in self.new:
            self._path(name + _UNFINISHED).unlink(missing_ok=True)

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
        self.new.append(name)
        with self._path(name + _UNFINISHED).open("wb", buffering=0) as file:
            for part in parts:
                write_all(file.fileno(), part)
        self.bytes_written += size

    def _path(self, name: str) -> Path:
        return self._directory / name


class PieceReader:
    """Reads what a `PieceWriter` wrote. Raises CheckpointError."""

    def __init__(self, directory: Path, *, removes_damaged: bool = True) -> None:
        """`removes_damaged`: only the process that writes there may."""
        self._directory = directory
        self._removes_damaged = removes_damaged

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
            if self._removes_damaged:
                # Whoever writes the same content next must not find it there and trust it.
                path.unlink(missing_ok=True)
            raise CheckpointError(f"{path} is damaged")
        return held


def bring_to_disk(directory: Path, new: Sequence[str]) -> None:
    """Pieces that a writer has made, perhaps in a process that is gone. Raises OSError."""
    for name in new:
        sync_file(directory / (name + _UNFINISHED))
    for name in new:
        (directory / (name + _UNFINISHED)).replace(directory / name)
    sync_file(directory)


def remove_pieces(directory: Path, needed: set[str]) -> None:
    """All but those, also what a writer that was killed left unfinished."""
    for path in directory.iterdir():
        if path.name not in needed:
            path.unlink(missing_ok=True)


def write_all(file: int, content: memoryview) -> None:
    while content.nbytes:
        content = content[os.write(file, content) :]


def sync_file(path: Path) -> None:
    """The content is on disk afterwards; of a directory: the names in it."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
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
