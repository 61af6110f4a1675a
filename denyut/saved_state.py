"""What a run leaves behind when it is stopped, so that the next one goes on with the same windows."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from config.settings import Kind, Windows
from denyut.saved_ledger import describe_ledger, restore_ledger
from denyut.snapshot import joined
from ingest.devices import DeviceTable
from ingest.ledger import Ledger
from processors.checkpoints.directory import CheckpointDirectory
from processors.checkpoints.pieces import PieceReader
from processors.processor import State
from processors.state import StateError, dump, load, restore
from storage.points import PointBatch, SeriesTable
from storage.saved_points import dump_points, load_points

FILE_NAME = "state.bin"
POINTS_FILE_NAME = "points.bin"


@dataclass(slots=True)
class SavedState:
    state: State = field(default_factory=State)
    ledger: Ledger = field(default_factory=Ledger)
    topics: dict[str, list[bytes]] = field(default_factory=dict)
    """Source -> its topics in the order of their stream numbers."""
    devices: list[list[str]] = field(default_factory=list)
    parts: dict[str, bytes] = field(default_factory=dict)
    """What others keep, by name; see `Snapshot`."""
    next_offset: int = 0
    """The journal's entries from here on are not part of it."""

    @classmethod
    def newest(cls, checkpoints: CheckpointDirectory, windows: Windows, kinds: Mapping[str, Kind]) -> "SavedState":
        """That of the newest checkpoint that is whole, an empty one where there is none. Raises StateError."""

        def read(next_offset: int, document: dict[str, Any], pieces: PieceReader) -> SavedState:
            try:
                return cls(
                    state=restore(document["state"], windows, kinds, pieces.unpack),
                    ledger=restore_ledger(document["ledger"], pieces.unpack),
                    topics={source: joined(blocks, pieces) for source, blocks in document["topics"].items()},
                    devices=joined(document["devices"], pieces),
                    parts=document["parts"],
                    next_offset=next_offset,
                )
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                raise StateError(f"checkpoint {next_offset} holds what this program cannot read: {error}") from error

        saved = checkpoints.newest(read) or cls()
        saved.forget_unnamed()
        return saved

    @classmethod
    def read(cls, data_dir: Path, windows: Windows, kinds: Mapping[str, Kind]) -> "SavedState":
        """The state left by the last run, if it was stopped and not killed. Raises StateError."""
        try:
            content = (data_dir / FILE_NAME).read_bytes()
        except FileNotFoundError:
            return cls()
        return cls.decode(content, windows, kinds)

    @classmethod
    def decode(cls, content: bytes, windows: Windows, kinds: Mapping[str, Kind]) -> "SavedState":
        try:
            document = msgspec.msgpack.decode(content)
            state = load(document["state"], windows, kinds)
            return cls(state, restore_ledger(document["ledger"]), document["topics"], document["devices"])
        except (msgspec.DecodeError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise StateError(f"{FILE_NAME} cannot be read ({error}); move it away to start without it") from error

    def restore_devices(self, devices: DeviceTable) -> None:
        for city, kind, device, zone in self.devices:
            devices.row(city, kind, device, zone)

    def forget_unnamed(self) -> None:
        """Where a source was not configured for a while, nothing says any more which topics its streams were."""
        for by_source in (self.state.seen, self.state.sequences):
            for source in [source for source in by_source if source not in self.topics]:
                by_source.pop(source)

    def forget_renumbered(self, source: str, topics: Sequence[bytes]) -> None:
        """A source whose topics are read in another way now numbers them anew: what it has seen means others."""
        if list(topics) != list(self.topics.get(source, ())):
            self.state.seen.pop(source, None)
            self.state.sequences.pop(source, None)


def discard(data_dir: Path) -> None:
    """From here on the state on disk is old: a run that is killed must not be followed by one that goes on from it."""
    (data_dir / FILE_NAME).unlink(missing_ok=True)


def save(
    data_dir: Path, state: State, ledger: Ledger, devices: DeviceTable, topics: Mapping[str, Sequence[bytes]]
) -> None:
    """Whole or not at all."""
    document = {
        "state": dump(state),
        "ledger": describe_ledger(ledger),
        "topics": {source: list(names) for source, names in topics.items()},
        "devices": [list(identity) for identity in devices.identities],
    }
    _write_whole(data_dir / FILE_NAME, msgspec.msgpack.encode(document))


def save_points(data_dir: Path, batches: Sequence[PointBatch]) -> None:
    """Points that the store did not take; the next run writes them first."""
    if batches:
        _write_whole(data_dir / POINTS_FILE_NAME, dump_points(batches))


def take_points(data_dir: Path, table: SeriesTable) -> list[PointBatch]:
    """The points that the last run left. Raises StateError."""
    try:
        return load_points((data_dir / POINTS_FILE_NAME).read_bytes(), table)
    except FileNotFoundError:
        return []
    except ValueError as error:
        raise StateError(f"{POINTS_FILE_NAME} cannot be read ({error}); move it away to start without it") from error


def discard_points(data_dir: Path) -> None:
    (data_dir / POINTS_FILE_NAME).unlink(missing_ok=True)


def _write_whole(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f"{path.name}.new")
    with unfinished.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    unfinished.replace(path)
