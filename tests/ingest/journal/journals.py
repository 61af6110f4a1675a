"""Entries for the tests of the journal, and journals made of them."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

from config.durability import JournalSettings
from ingest.journal.damage import Damage
from ingest.journal.entries import Act, Entry, Messages, Shed, Tick
from ingest.journal.journal import Journal
from ingest.journal.reading import read_entries
from ingest.messages import MessageBatch

START_NS = 1_700_000_000_000_000_000


def messages(number: int, count: int = 3, size: int = 20) -> Messages:
    """A batch that tells its number and that of each message."""
    random = np.random.default_rng(number)
    payloads = [b"%d/%d " % (number, index) + random.bytes(size) for index in range(count)]
    topics = [b"city/a/air/s%d" % index for index in range(count)]
    return Messages("mqtt", MessageBatch(topics, payloads, np.zeros(count, np.bool_), START_NS + number))


def plain(entry: Entry) -> tuple[object, ...]:
    """What an entry holds, so that two can be compared."""
    if isinstance(entry, Tick):
        return ("tick", entry.received_ns)
    if isinstance(entry, Shed):
        return ("shed", entry.source, list(entry.topics), entry.received_ns)
    if isinstance(entry, Act):
        return ("act", entry.content, entry.received_ns)
    batch = entry.batch
    return (
        entry.source,
        list(batch.topics),
        list(batch.payloads),
        batch.retained.tolist(),
        batch.received_ns,
        None if batch.packet_ids is None else batch.packet_ids.tolist(),
        None if batch.repeated is None else batch.repeated.tolist(),
        batch.behind,
    )


def committed(journal: Journal, entries: Iterable[Entry]) -> list[int]:
    """The offsets they were given; one commit for each."""
    offsets: list[int] = []
    for entry in entries:
        is_done = threading.Event()

        def done(offset: int, is_done: threading.Event = is_done) -> None:
            offsets.append(offset)
            is_done.set()

        journal.append(entry, done)
        assert is_done.wait(30), journal.last_error
    return offsets


def wait_until(condition: Callable[[], bool], within_s: float = 30.0) -> None:
    until_s = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < until_s
        time.sleep(0.005)


def written(directory: Path, numbers: Sequence[int], size: int = 20, count: int = 3) -> Path:
    """One run of a journal that commits batches with these numbers and stops. The file it has written."""
    journal = Journal(directory, JournalSettings())
    first = journal.next_offset
    journal.start()
    committed(journal, [messages(number, count, size) for number in numbers])
    assert journal.stop(30)
    return directory / f"{first:020}.db"


def read(directory: Path, from_offset: int = 0) -> tuple[list[int], list[Damage]]:
    """Offsets of the entries that could be read, each checked to be what was written there, and the damage told."""
    damages: list[Damage] = []
    offsets = []
    for offset, entry in read_entries(directory, from_offset, damages.append):
        assert isinstance(entry, Messages)
        count, size = len(entry.batch), len(entry.batch.payloads[0]) - len(b"%d/0 " % offset)
        assert plain(entry) == plain(messages(offset, count, size))
        offsets.append(offset)
    return offsets, damages


def lost(damages: Iterable[Damage]) -> set[int]:
    """Offsets that damage was told of."""
    return {
        offset
        for damage in damages
        if damage.first is not None and damage.last is not None
        for offset in range(damage.first, damage.last + 1)
    }
