"""JSON payloads of one kind of device to columns, a batch at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np
from numpy.typing import NDArray

from ingest.payloads.assembly import Assembly
from ingest.payloads.one_message import FieldRules, Record, records
from ingest.payloads.shape import Leaf, Shape, UnfitShapeError
from ingest.reasons import Reason

_QUOTE, _NEWLINE = 0x22, 0x0A
_SAMPLE = 64
"""Messages read one by one before a new shape is tried on the rest of their batch."""


@dataclass(slots=True)
class Decoded:
    """Records of a batch of payloads of one kind, in the order of the payloads; `n` records from `m` payloads."""

    quantities: tuple[str, ...]
    """Sorted, so that it does not depend on which message came first."""
    values: NDArray[np.float64]
    """(q, n), NaN where absent."""
    time_ns: NDArray[np.int64]
    """(n,), 0 where not `timed`."""
    timed: NDArray[np.bool_]
    sequence: NDArray[np.int64]
    message: NDArray[np.int64]
    """(n,) the payload each record came from, ascending."""
    rejected: list[tuple[int, Reason]] = field(default_factory=list)
    """(payload, reason); a buffered upload may have good records beside rejected ones."""


class JsonDecoder:
    """Decodes the payloads of one kind; learns their shape as it goes, which changes its speed and never its result."""

    def __init__(self, rules: FieldRules) -> None:
        self.rules = rules
        self._shape: Shape | None = Shape(rules)
        self._leaves: list[Leaf] = []
        self._decoder: msgspec.json.Decoder[msgspec.Struct] | None = None

    def decode(self, payloads: Sequence[bytes]) -> Decoded:
        alike = self._decode_alike(payloads)
        if alike is not None:
            return alike
        parts: list[Decoded] = []
        rest = np.arange(len(payloads))
        while len(rest):
            together, rest = self._sift(payloads, rest)
            parts.append(together)
            sample = rest[:_SAMPLE] if self._shape is not None else rest
            singly, learned = self._decode_singly(payloads, sample)
            parts.append(singly)
            rest = rest[len(sample) :]
            if not learned and len(rest):
                parts.append(self._decode_singly(payloads, rest)[0])
                break
        return _merge(parts)

    def _decode_alike(self, payloads: Sequence[bytes]) -> Decoded | None:
        """All payloads as objects of the known shape; None when any of them is something else."""
        if self._decoder is None:
            return None
        joined = b"\n".join(payloads)
        characters = np.frombuffer(joined, np.uint8)
        if np.count_nonzero(characters == _NEWLINE) != len(payloads) - 1:
            return None
        try:
            messages = self._decoder.decode_lines(joined)
        except (msgspec.MsgspecError, RecursionError):
            return None
        if len(messages) != len(payloads):
            return None
        assembly = Assembly(messages, self._leaves, self.rules)
        if not assembly.plain.all() or assembly.quotes.sum() != np.count_nonzero(characters == _QUOTE):
            return None
        return _from_assembly(assembly, np.arange(len(payloads)), assembly.plain)

    def _sift(self, payloads: Sequence[bytes], chosen: NDArray[np.int64]) -> tuple[Decoded, NDArray[np.int64]]:
        """The chosen payloads that have the known shape, decoded, and the others' numbers."""
        messages: list[msgspec.Struct] = []
        fitting: list[int] = []
        if self._decoder is not None:
            decode = self._decoder.decode
            for number in chosen.tolist():
                try:
                    messages.append(decode(payloads[number]))
                except (msgspec.MsgspecError, RecursionError):
                    continue
                fitting.append(number)
        assembly = Assembly(messages, self._leaves if messages else (), self.rules)
        quotes = np.array([payloads[number].count(b'"') for number in fitting], np.int64)
        plain = assembly.plain & (assembly.quotes == quotes)
        numbers = np.array(fitting, np.int64)
        return _from_assembly(assembly, numbers, plain), np.setdiff1d(chosen, numbers[plain], assume_unique=True)

    def _decode_singly(self, payloads: Sequence[bytes], chosen: NDArray[np.int64]) -> tuple[Decoded, bool]:
        """The chosen payloads one by one, as `one_message` defines; True when the shape changed."""
        good: list[tuple[int, Record]] = []
        rejected: list[tuple[int, Reason]] = []
        for number in chosen.tolist():
            found = records(payloads[number], self.rules)
            for entry in [found] if isinstance(found, Reason) else found:
                if isinstance(entry, Reason):
                    rejected.append((number, entry))
                else:
                    good.append((number, entry))
        return _from_records(good, rejected), self._learn([entry for _, entry in good])

    def _learn(self, good: Sequence[Record]) -> bool:
        if self._shape is None:
            return False
        try:
            changed = sum(self._shape.learn(entry.leaves) for entry in good) > 0
            if changed:
                structure, self._leaves = self._shape.build()
                self._decoder = msgspec.json.Decoder(structure)
        except UnfitShapeError:
            self._shape = self._decoder = None
            return False
        return changed


def _from_assembly(assembly: Assembly, numbers: NDArray[np.int64], plain: NDArray[np.bool_]) -> Decoded:
    quantities = tuple(sorted(assembly.columns))
    values = np.empty((len(quantities), len(numbers)), np.float64)
    for row, name in enumerate(quantities):
        values[row] = assembly.columns[name]
    whole = Decoded(quantities, values, assembly.time_ns, assembly.timed, assembly.sequence, numbers)
    return whole if plain.all() else _take(whole, plain)


def _take(decoded: Decoded, chosen: NDArray[np.generic]) -> Decoded:
    return Decoded(
        quantities=decoded.quantities,
        values=decoded.values[:, chosen],
        time_ns=decoded.time_ns[chosen],
        timed=decoded.timed[chosen],
        sequence=decoded.sequence[chosen],
        message=decoded.message[chosen],
        rejected=decoded.rejected,
    )


def _from_records(good: Sequence[tuple[int, Record]], rejected: list[tuple[int, Reason]]) -> Decoded:
    quantities = tuple(sorted({name for _, entry in good for name in entry.values}))
    columns = [[entry.values.get(name, np.nan) for _, entry in good] for name in quantities]
    return Decoded(
        quantities=quantities,
        values=np.array(columns, np.float64).reshape(len(quantities), len(good)),
        time_ns=np.array([entry.time_ns or 0 for _, entry in good], np.int64),
        timed=np.array([entry.time_ns is not None for _, entry in good], np.bool_),
        sequence=np.array([entry.sequence for _, entry in good], np.int64),
        message=np.array([number for number, _ in good], np.int64),
        rejected=rejected,
    )


def _merge(parts: Sequence[Decoded]) -> Decoded:
    """One batch again, in the order of the payloads; quantities that no record has are left out."""
    parts_with_rows = [part for part in parts if len(part.message)]
    names = sorted({name for part in parts_with_rows for name in part.quantities})
    position = {name: row for row, name in enumerate(names)}
    values = np.full((len(names), sum(len(part.message) for part in parts_with_rows)), np.nan)
    start = 0
    for part in parts_with_rows:
        end = start + len(part.message)
        values[[position[name] for name in part.quantities], start:end] = part.values
        start = end
    kept = ~np.isnan(values).all(axis=1) if values.size else np.zeros(len(names), np.bool_)
    empty = [np.zeros(0, np.int64)]
    merged = Decoded(
        quantities=tuple(name for name, keep in zip(names, kept.tolist(), strict=True) if keep),
        values=values[kept],
        time_ns=np.concatenate([part.time_ns for part in parts_with_rows] or empty),
        timed=np.concatenate([part.timed for part in parts_with_rows] or [np.zeros(0, np.bool_)]),
        sequence=np.concatenate([part.sequence for part in parts_with_rows] or empty),
        message=np.concatenate([part.message for part in parts_with_rows] or empty),
        rejected=sorted((entry for part in parts for entry in part.rejected), key=lambda entry: entry[0]),
    )
    return _take(merged, np.argsort(merged.message, kind="stable"))
