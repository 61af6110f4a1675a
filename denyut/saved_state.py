"""What a run leaves behind when it is stopped, so that the next one goes on with the same windows."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from config.settings import Kind, Windows
from denyut.saved_ledger import describe_ledger, restore_ledger
from ingest.devices import DeviceTable
from ingest.ledger import Ledger
from processors.processor import State
from processors.state import StateError, dump, load
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
