"""What a checkpoint holds of a run.

Nothing is copied before it is written, so it is to be written at once, or in a fork.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from denyut.saved_ledger import describe_ledger
from ingest.decoding import SourceDecoder
from ingest.devices import DeviceTable
from ingest.ledger import Ledger
from processors.checkpoints.pieces import PieceReader, PieceWriter
from processors.processor import Processor
from processors.state import describe

BLOCK = 65_536
"""Topics, or devices, to a piece: they are only ever appended, so a full block is written once."""

Parts = Callable[[], Mapping[str, bytes]]


def _nothing() -> Mapping[str, bytes]:
    return {}


@dataclass(frozen=True, slots=True)
class Snapshot:
    processor: Processor
    ledger: Ledger
    devices: DeviceTable
    decoders: Mapping[str, SourceDecoder]
    parts: Parts = _nothing
    """What else is to be there after a restart, by name; asked in the fork."""

    def describe(self, pieces: PieceWriter) -> dict[str, Any]:
        return {
            "state": describe(self.processor.state, pieces.pack),
            "ledger": describe_ledger(self.ledger, pieces.pack),
            "topics": {
                source: _blocks(f"topics {source}", decoder.topics_between, decoder.streams, pieces)
                for source, decoder in self.decoders.items()
            },
            "devices": _blocks("devices", self._identities, len(self.devices), pieces),
            "parts": dict(self.parts()),
        }

    def _identities(self, start: int, end: int) -> list[list[str]]:
        return [list(self.devices.identity(row)) for row in range(start, end)]


def _blocks(name: str, between: Callable[[int, int], list[Any]], size: int, pieces: PieceWriter) -> list[Any]:
    """Names of the full blocks' pieces, then what is not a full one yet, in itself."""

    def block(start: int) -> str:
        return pieces.content(lambda: msgspec.msgpack.encode(between(start, start + BLOCK)), f"{name} {start}")

    full = size // BLOCK * BLOCK
    return [[block(start) for start in range(0, full, BLOCK)], between(full, size)]


def joined(blocks: list[Any], pieces: PieceReader) -> list[Any]:
    """All of them, in order. Raises CheckpointError."""
    named, rest = blocks
    full = [each for name in named for each in msgspec.msgpack.decode(pieces.content(name))]
    return [*full, *rest]
