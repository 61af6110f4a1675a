"""Readings seen before.

A reading is identified by (topic, event time, sequence number, quantities present). One that is newer than everything
on its topic cannot be a duplicate; only the others are looked up among the fingerprints of what was seen. The memory
is bounded: when it is full, the oldest fingerprints go and each topic remembers the latest time that went with them;
a reading from before that time can no longer be told from a duplicate.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from ingest.readings import ReadingBatch
from processors.stamps import next_stamp

MEMORY = 8_000_000
"""Fingerprints kept, 12 bytes each."""
_CHUNK = 262_144
_NEVER = np.iinfo(np.int64).min


@dataclass(slots=True)
class Chunk:
    """Fingerprints of readings that arrived together."""

    fingerprints: NDArray[np.uint64]
    streams: NDArray[np.int32]
    """(n,) in the order of `fingerprints`, until that is sorted."""
    earliest_ns: int
    latest_ns: int
    is_sorted: bool = False
    stamp: int = field(default_factory=next_stamp)
    """Of the content; another one after each change."""

    def followed_by(self, later: "Chunk") -> "Chunk":
        return Chunk(
            np.concatenate([self.fingerprints, later.fingerprints]),
            np.concatenate([self.streams, later.streams]),
            min(self.earliest_ns, later.earliest_ns),
            max(self.latest_ns, later.latest_ns),
        )

    def holds(self, fingerprints: NDArray[np.uint64]) -> NDArray[np.bool_]:
        if not self.is_sorted:
            order = np.argsort(self.fingerprints, kind="stable")
            self.fingerprints, self.streams = self.fingerprints[order], self.streams[order]
            self.is_sorted = True
            self.stamp = next_stamp()
        position = np.searchsorted(self.fingerprints, fingerprints)
        position[position == len(self.fingerprints)] = 0
        held: NDArray[np.bool_] = self.fingerprints[position] == fingerprints
        return held


class SeenReadings:
    """What one source has sent, by stream (topic)."""

    def __init__(self, memory: int = MEMORY) -> None:
        self._memory = memory
        self.chunks: list[Chunk] = []
        self.latest_ns = np.full(1024, _NEVER, np.int64)
        """By stream: the latest event time seen."""
        self.forgotten_ns = np.full(1024, _NEVER, np.int64)
        """By stream: the latest event time whose fingerprint is gone."""

    def judge(self, batch: ReadingBatch) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """(n,) duplicate, (n,) unknowable; and remember the others. A reading without a time of its own is neither."""
        self._reserve(int(batch.stream.max(initial=-1)) + 1)
        fingerprints = _fingerprints(batch)
        duplicate = _repeats(fingerprints, batch.timed)
        older = batch.timed & (batch.time_ns <= self.latest_ns[batch.stream])
        unknowable = older & (batch.time_ns <= self.forgotten_ns[batch.stream])
        lookup = np.flatnonzero(older & ~unknowable & ~duplicate)
        if len(lookup):
            duplicate[lookup] = self._held(fingerprints[lookup], batch.time_ns[lookup])
        new = batch.timed & ~duplicate & ~unknowable
        self._remember(batch, fingerprints, new)
        return duplicate, unknowable

    def known(self, batch: ReadingBatch) -> NDArray[np.bool_]:
        """(n,) whether each reading was taken in before; nothing is remembered."""
        self._reserve(int(batch.stream.max(initial=-1)) + 1)
        known = batch.timed & (batch.time_ns <= self.latest_ns[batch.stream])
        lookup = np.flatnonzero(known)
        known[lookup] = self._held(_fingerprints(batch)[lookup], batch.time_ns[lookup])
        return known

    def _held(self, fingerprints: NDArray[np.uint64], time_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
        found = np.zeros(len(fingerprints), np.bool_)
        for chunk in reversed(self.chunks):
            near = np.flatnonzero(~found & (time_ns >= chunk.earliest_ns) & (time_ns <= chunk.latest_ns))
            if len(near):
                found[near] = chunk.holds(fingerprints[near])
        return found

    def _remember(self, batch: ReadingBatch, fingerprints: NDArray[np.uint64], new: NDArray[np.bool_]) -> None:
        every = bool(new.all())
        streams, time_ns = (batch.stream, batch.time_ns) if every else (batch.stream[new], batch.time_ns[new])
        if not len(streams):
            return
        np.maximum.at(self.latest_ns, streams, time_ns)
        kept = fingerprints if every else fingerprints[new]
        self._append(Chunk(kept, streams, int(time_ns.min()), int(time_ns.max())))
        while sum(len(chunk.fingerprints) for chunk in self.chunks) > self._memory:
            oldest = self.chunks.pop(0)
            # A stream may be far behind the others of its chunk: a load of old data, a wrong clock.
            gone_ns = np.minimum(oldest.latest_ns, self.latest_ns[oldest.streams])
            np.maximum.at(self.forgotten_ns, oldest.streams, gone_ns)

    def _append(self, chunk: Chunk) -> None:
        """Chunks of like size grow together, so that a lookup meets few of them and sorts each of them seldom."""
        while self.chunks:
            before, size = len(self.chunks[-1].fingerprints), len(chunk.fingerprints)
            if before > size or before + size > _CHUNK:
                break
            chunk = self.chunks.pop().followed_by(chunk)
        self.chunks.append(chunk)

    def _reserve(self, streams: int) -> None:
        missing = streams - len(self.latest_ns)
        if missing > 0:
            more = np.full(max(missing, len(self.latest_ns) // 2), _NEVER, np.int64)
            self.latest_ns = np.concatenate([self.latest_ns, more])
            self.forgotten_ns = np.concatenate([self.forgotten_ns, more])


def _repeats(fingerprints: NDArray[np.uint64], timed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(n,) whether the same reading stands earlier in the batch; one without a time of its own is never the same."""
    repeated = np.zeros(len(fingerprints), np.bool_)
    chosen = np.flatnonzero(timed & _meet_others(fingerprints))
    order = chosen[np.argsort(fingerprints[chosen], kind="stable")]
    ascending = fingerprints[order]
    repeated[order[1:]] = ascending[1:] == ascending[:-1]
    return repeated


def _meet_others(fingerprints: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """(n,) whether another one falls into the same of some 4 n slots: equal ones do, and few of the others."""
    slots = 1 << (4 * len(fingerprints)).bit_length()
    slot = (fingerprints & np.uint64(slots - 1)).astype(np.int64)
    position = np.arange(len(slot), dtype=np.int32)
    last = np.empty(slots, np.int32)  # read only where it was written
    last[slot] = position
    shared = np.zeros(slots, np.bool_)
    shared[slot[last[slot] != position]] = True
    return shared[slot]


def _fingerprints(batch: ReadingBatch) -> NDArray[np.uint64]:
    """(n,) 64 bits of (stream, time, sequence, quantities present), spread by the finaliser of SplitMix64."""
    mixed = batch.time_ns.astype(np.uint64)
    mixed ^= _spread(batch.stream.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15))
    if (batch.sequence >= 0).any():
        numbered = _spread(batch.sequence.astype(np.uint64) ^ np.uint64(0xD1B54A32D192ED03))
        # A reading without a number must look the same whether or not others of its batch have one.
        mixed ^= np.where(batch.sequence >= 0, numbered, np.uint64(0))
    mixed ^= _spread(_presence(batch.quantities, batch.values))
    return _spread(mixed)


def _presence(quantities: Sequence[str], values: NDArray[np.float64]) -> NDArray[np.uint64]:
    """(n,) a number for the set of quantities present; the same whichever columns stand beside them."""
    total = np.zeros(values.shape[1], np.uint64)
    for name, column in zip(quantities, values, strict=True):
        mark = _mark(name)
        absent = np.isnan(column)
        total += np.where(absent, np.uint64(0), mark) if absent.any() else mark
    return total


@cache
def _mark(name: str) -> np.uint64:
    digest = blake2b(name.encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def _spread(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
