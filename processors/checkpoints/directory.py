"""Checkpoints on disk: `<next offset>.ckpt`, and their large parts in `pieces/`.

A file is its magic, version, checksum (BLAKE2b, 16 bytes, salted with the version) and one msgpack document. It becomes
valid by a rename, when all it names is on disk. The newest two stay, so that one may be damaged.
"""

import errno
import logging
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from processors.checkpoints.pieces import (
    CheckpointError,
    PieceReader,
    PieceWriter,
    bring_to_disk,
    remove_pieces,
    sync_file,
    write_all,
)
from processors.state import StateError

VERSION = 1
KEPT = 2
_MAGIC = b"DENYUTCP"
_HEAD = struct.Struct("<8sI16s")
_SUFFIX = ".ckpt"
_UNFINISHED = ".new"
_LOG = logging.getLogger("denyut")

Content = TypeVar("Content")


@dataclass(frozen=True, slots=True)
class Written:
    """A checkpoint that is whole, but not on disk for sure and not valid yet."""

    next_offset: int
    names: frozenset[str]
    """Of its pieces."""
    new: list[str]
    """Of these, the ones that no checkpoint had before."""
    stamps: dict[str, str] = field(default_factory=dict)
    bytes_written: int = 0


class CheckpointDirectory:
    """Used by one process; `write` may be called in a fork of it."""

    def __init__(self, directory: Path) -> None:
        """Raises OSError."""
        self._directory = directory
        self._pieces = directory / "pieces"
        self._make()
        self._valid: dict[int, frozenset[str] | None] = dict.fromkeys(sorted(self._offsets())[-KEPT:])
        """Next offset -> names of its pieces, None where they are not known."""
        self._stamps: dict[str, str] = {}

    @property
    def newest_offset(self) -> int:
        """The next offset of the newest one; 0 where there is none."""
        return max(self._valid, default=0)

    @property
    def needed_from(self) -> int:
        """The journal must go back to here, so that also the older checkpoint can be gone on from."""
        return min(self._valid, default=0)

    @property
    def is_in_place(self) -> bool:
        """Whether what was written last is still there."""
        return not self._valid or (self._pieces.is_dir() and self._path(self.newest_offset).exists())

    def make_again(self) -> None:
        """Where somebody has removed it while it was used. Raises OSError."""
        if not self._pieces.is_dir():
            self._make()
            _LOG.warning("%s was removed while it was used and is made again", self._directory)

    def newest(
        self,
        read: Callable[[int, dict[str, Any], PieceReader], Content],
        on_damage: Callable[[str], None] | None = None,
    ) -> Content | None:
        """What `read` makes of (next offset, document, pieces) of the newest one that is whole; None: there is none.

        A damaged one is set aside and reported. Raises StateError where all of them are damaged.
        """
        damages: list[str] = []
        for offset in sorted(self._valid, reverse=True):
            try:
                document = read_document(self._path(offset))
                content = read(offset, document, PieceReader(self._pieces))
            except CheckpointError as damage:
                (on_damage or _warn)(f"checkpoint set aside: {damage}")
                damages.append(str(damage))
                self._set_aside(offset)
            else:
                self._learn_pieces(offset, document)
                return content
        if damages:
            raise StateError(
                f"no checkpoint can be read ({'; '.join(damages)}); move {self._directory} away to start without it"
            )
        return None

    def write(self, next_offset: int, describe: Callable[[PieceWriter], dict[str, Any]]) -> Written:
        """Everything but the wait for the disk and the final names. Raises OSError."""
        self._remove_old()
        pieces = PieceWriter(self._pieces, self._stamps)
        try:
            parts = describe(pieces)
            document = msgspec.msgpack.encode({"pieces": sorted(pieces.names), **parts})
            head = _HEAD.pack(_MAGIC, VERSION, _checksum(VERSION, document))
            with self._unfinished(next_offset).open("wb", buffering=0) as file:
                for part in (head, document):
                    write_all(file.fileno(), memoryview(part))
        except BaseException:
            pieces.discard()
            raise
        written = pieces.bytes_written + len(head) + len(document)
        return Written(next_offset, frozenset(pieces.names), pieces.new, pieces.stamps, written)

    def publish(self, written: Written) -> None:
        """From here on it is the newest; waits for the disk. Raises OSError."""
        bring_to_disk(self._pieces, written.new)
        sync_file(self._unfinished(written.next_offset))
        self._unfinished(written.next_offset).replace(self._path(written.next_offset))
        sync_file(self._directory)
        self._stamps = dict(written.stamps)
        valid = {**self._valid, written.next_offset: written.names}
        self._valid = {offset: valid[offset] for offset in sorted(valid)[-KEPT:]}
        for offset in valid.keys() - self._valid.keys():
            # The journal may forget what it would need.
            self._path(offset).unlink(missing_ok=True)

    def _make(self) -> None:
        for each in (self._directory, self._pieces):
            try:
                each.mkdir(parents=True, exist_ok=True)
            except FileExistsError as error:
                raise NotADirectoryError(errno.ENOTDIR, "it is a file; a directory is to be there", each) from error

    def _remove_old(self) -> None:
        """Part of writing, so that whoever publishes does not wait for it."""
        for path in self._directory.iterdir():
            offset = offset_of(path)
            if path.suffix == _UNFINISHED or (offset is not None and offset not in self._valid):
                path.unlink(missing_ok=True)
        named = [names for names in self._valid.values() if names is not None]
        if len(named) == len(self._valid):
            remove_pieces(self._pieces, set().union(*named))

    def _learn_pieces(self, newest: int, document: Mapping[str, Any]) -> None:
        self._valid[newest] = frozenset(document["pieces"])
        for offset in [offset for offset in self._valid if offset != newest]:
            try:
                self._valid[offset] = frozenset(read_document(self._path(offset))["pieces"])
            except (CheckpointError, StateError):
                continue

    def _set_aside(self, offset: int) -> None:
        del self._valid[offset]
        with suppress(FileNotFoundError):
            self._path(offset).replace(self._path(offset).with_suffix(".damaged"))

    def _offsets(self) -> list[int]:
        found = (offset_of(path) for path in self._directory.iterdir())
        return [offset for offset in found if offset is not None]

    def _path(self, offset: int) -> Path:
        return self._directory / f"{offset:020}{_SUFFIX}"

    def _unfinished(self, offset: int) -> Path:
        return self._directory / f"{offset:020}{_SUFFIX}{_UNFINISHED}"


def read_document(path: Path) -> dict[str, Any]:
    """Raises CheckpointError where it is damaged or gone, StateError where it is of another version."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) < _HEAD.size:
        raise CheckpointError(f"{path} is cut short")
    magic, version, checksum = _HEAD.unpack_from(content)
    if magic != _MAGIC:
        raise CheckpointError(f"{path} is no checkpoint")
    document = content[_HEAD.size :]
    if _checksum(version, document) != checksum:
        raise CheckpointError(f"{path} is damaged")
    if version != VERSION:
        raise StateError(f"{path} has version {version}, this program reads version {VERSION}")
    decoded: dict[str, Any] = msgspec.msgpack.decode(document)
    return decoded


def offset_of(path: Path) -> int | None:
    """Of a valid checkpoint; None: the file is none."""
    return int(path.stem) if path.suffix == _SUFFIX and path.stem.isdigit() else None


def _checksum(version: int, document: bytes) -> bytes:
    return blake2b(document, digest_size=16, salt=version.to_bytes(16, "little")).digest()


def _warn(damage: str) -> None:
    _LOG.warning("%s", damage)
