"""What the journal holds: everything that processing depends on, in the order in which it was taken in."""

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.messages import MessageBatch


@dataclass(frozen=True, slots=True)
class Messages:
    """A batch as received; its receipt is not kept."""

    source: str
    batch: MessageBatch


@dataclass(frozen=True, slots=True)
class Tick:
    """The clock, where it closes something: windows end at the same place again when the journal is replayed."""

    received_ns: int


@dataclass(frozen=True, slots=True)
class Shed:
    """Messages at QoS 0 that were dropped unread; each topic stands as often as a message came on it."""

    source: str
    topics: Sequence[bytes]
    received_ns: int


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did, as whoever is concerned writes and reads it."""

    content: bytes
    received_ns: int


Entry = Messages | Tick | Shed | Act
