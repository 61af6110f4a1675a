"""What a batch of payloads was decoded to, put together from parts that were read in different ways."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ingest.payloads.one_message import MAX_FIELDS, Record
from ingest.reasons import Reason


@dataclass(slots=True)
class Decoded:
    """Records of a batch of payloads of one kind, in the order of the payloads; `n` records from `m` payloads."""

    quantities: tuple[str, ...]
    """Sorted, so that it does not depend on which message came first; each has a value in some record."""
    values: NDArray[np.float64]
    """(q, n), NaN where absent."""
    time_ns: NDArray[np.int64]
    """(n,), 0 where not `timed`."""
    timed: NDArray[np.bool_]
    sequence: NDArray[np.int64]
    message: NDArray[np.int64]
    """(n,) the payload each record came from, ascending."""
    rejected: list[tuple[int, Reason]] = field(default_factory=list)
    """(payload, reason), ascending; a buffered upload may have good records beside rejected ones."""

    def take(self, chosen: NDArray[np.generic]) -> "Decoded":
        """The records at these positions, or of this (n,) mask."""
        return Decoded(
            quantities=self.quantities,
            values=self.values[:, chosen],
            time_ns=self.time_ns[chosen],
            timed=self.timed[chosen],
            sequence=self.sequence[chosen],
            message=self.message[chosen],
            rejected=self.rejected,
        )


NumberedRecord = tuple[int, Record]
"""The payload it came from, and the record."""


def put_together(
    columns: Sequence[Decoded],
    singles: Sequence[NumberedRecord],
    rejected: list[tuple[int, Reason]],
    declared: Collection[str],
) -> Decoded:
    """One batch again, in the order of the payloads, with no more than `MAX_FIELDS` quantities.

    Of more, those are kept that are declared, then those that most records carry; a record with any other is rejected.
    Without this bound, names made up by one device would make a column each for all.
    """
    excess = _excess(columns, singles, declared)
    if excess:
        rejected = rejected + [entry for part in columns for entry in _having(part, excess)]
        columns = [_without(part, excess) for part in columns]
        rejected += [(n, Reason.TOO_MANY_FIELDS) for n, single in singles if not excess.isdisjoint(single.values)]
        singles = [(n, single) for n, single in singles if excess.isdisjoint(single.values)]
    merged = _merge([*columns, _from_records(singles)])
    merged.rejected = sorted(rejected, key=lambda entry: entry[0])
    return merged.take(np.argsort(merged.message, kind="stable"))


def _excess(columns: Sequence[Decoded], singles: Sequence[NumberedRecord], declared: Collection[str]) -> frozenset[str]:
    """The quantities beyond the bound: a matter of what the whole batch holds, not of how it was read."""
    carried = Counter(name for _, single in singles for name in single.values)
    for part in columns:
        carried.update(
            dict(zip(part.quantities, np.count_nonzero(~np.isnan(part.values), axis=1).tolist(), strict=True))
        )
    if len(carried) <= MAX_FIELDS:
        return frozenset()
    ranked = sorted(carried, key=lambda name: (name not in declared, -carried[name], name))
    return frozenset(ranked[MAX_FIELDS:])


def _carries(part: Decoded, quantities: Collection[str]) -> NDArray[np.bool_]:
    """(n,) which records have any of the quantities."""
    rows = [row for row, name in enumerate(part.quantities) if name in quantities]
    return np.asarray((~np.isnan(part.values[rows])).any(axis=0), np.bool_)


def _having(part: Decoded, quantities: Collection[str]) -> list[tuple[int, Reason]]:
    return [(message, Reason.TOO_MANY_FIELDS) for message in part.message[_carries(part, quantities)].tolist()]


def _without(part: Decoded, quantities: Collection[str]) -> Decoded:
    return part.take(~_carries(part, quantities))


def _from_records(singles: Sequence[NumberedRecord]) -> Decoded:
    quantities = tuple(sorted({name for _, single in singles for name in single.values}))
    columns = [[single.values.get(name, np.nan) for _, single in singles] for name in quantities]
    return Decoded(
        quantities=quantities,
        values=np.array(columns, np.float64).reshape(len(quantities), len(singles)),
        time_ns=np.array([single.time_ns or 0 for _, single in singles], np.int64),
        timed=np.array([single.time_ns is not None for _, single in singles], np.bool_),
        sequence=np.array([single.sequence for _, single in singles], np.int64),
        message=np.array([number for number, _ in singles], np.int64),
    )


def _merge(parts: Sequence[Decoded]) -> Decoded:
    """One after the other; quantities that no record has are left out."""
    names = sorted({name for part in parts for name in part.quantities})
    position = {name: row for row, name in enumerate(names)}
    values = np.full((len(names), sum(len(part.message) for part in parts)), np.nan)
    start = 0
    for part in parts:
        end = start + len(part.message)
        values[[position[name] for name in part.quantities], start:end] = part.values
        start = end
    kept = ~np.isnan(values).all(axis=1)
    return Decoded(
        quantities=tuple(name for name, keep in zip(names, kept.tolist(), strict=True) if keep),
        values=values[kept],
        time_ns=np.concatenate([part.time_ns for part in parts]),
        timed=np.concatenate([part.timed for part in parts]),
        sequence=np.concatenate([part.sequence for part in parts]),
        message=np.concatenate([part.message for part in parts]),
    )
