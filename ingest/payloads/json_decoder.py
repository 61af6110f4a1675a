"""JSON payloads of one kind of device to columns, a batch at a time."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from ingest.payloads.assembly import Assembly
from ingest.payloads.decoded import Decoded, NumberedRecord, put_together
from ingest.payloads.one_message import FieldRules, records
from ingest.payloads.shape import Leaf, Shape
from ingest.reasons import Reason

_QUOTE, _NEWLINE, _OPEN, _CLOSE = 0x22, 0x0A, 0x7B, 0x7D
_SAMPLE = 64
"""Messages read one by one before a new shape is tried on the rest of their batch."""
_WIDE, _MANY = 32, 1000
"""Fields of a shape that is worth making anew, and messages that show whether it is."""
_UNFIT = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
"""What the fast decoder raises for a payload that must be read by itself, to be taken or to be named."""


class JsonDecoder:
    """Decodes the payloads of one kind; learns their shape as it goes, which changes its speed and never its result."""

    def __init__(self, rules: FieldRules) -> None:
        self.rules = rules
        self._forget()

    def _forget(self) -> None:
        self._shape = Shape(self.rules)
        self._leaves: list[Leaf] = []
        self._decoder: msgspec.json.Decoder[msgspec.Struct] | None = None

    def decode(self, payloads: Sequence[bytes]) -> Decoded:
        alike = self._decode_alike(payloads)
        if alike is not None:
            return alike
        columns: list[Decoded] = []
        singles: list[NumberedRecord] = []
        rejected: list[tuple[int, Reason]] = []
        rest, learned = np.arange(len(payloads)), True
        while len(rest):
            if learned:
                together, rest = self._sift(payloads, rest)
                columns.append(together)
            sample = rest[:_SAMPLE] if learned else rest
            good = self._read_singly(payloads, sample, rejected)
            singles += good
            learned = self._learn(good)
            rest = rest[len(sample) :]
        return put_together(columns, singles, rejected, self.rules.declared)

    def _decode_alike(self, payloads: Sequence[bytes]) -> Decoded | None:
        """All payloads as objects of the known shape; None when any of them is something else."""
        if self._decoder is None:
            return None
        joined = b"\n".join(payloads)
        characters = np.frombuffer(joined, np.uint8)
        if not _has_one_object_a_line(characters, len(payloads)):
            return None
        try:
            messages = self._decoder.decode_lines(joined)
        except _UNFIT:
            return None
        if len(messages) != len(payloads):
            return None
        assembly = self._assemble(messages)
        if not assembly.plain.all() or assembly.quotes_in_all != np.count_nonzero(characters == _QUOTE):
            return None
        return _from_assembly(assembly, np.arange(len(payloads)))

    def _sift(self, payloads: Sequence[bytes], chosen: NDArray[np.int64]) -> tuple[Decoded, NDArray[np.int64]]:
        """The chosen payloads that have the known shape, decoded, and the others' numbers."""
        messages: list[msgspec.Struct] = []
        fitting: list[int] = []
        if self._decoder is not None:
            decode = self._decoder.decode
            for number in chosen.tolist():
                try:
                    messages.append(decode(payloads[number]))
                except _UNFIT:
                    continue
                fitting.append(number)
        assembly = self._assemble(messages)
        quotes = np.array([payloads[number].count(b'"') for number in fitting], np.int64)
        plain = assembly.plain & (assembly.quotes == quotes)
        numbers = np.array(fitting, np.int64)
        decoded = _from_assembly(assembly, numbers, plain)
        return decoded, np.setdiff1d(chosen, decoded.message, assume_unique=True)

    def _assemble(self, messages: Sequence[msgspec.Struct]) -> Assembly:
        assembly = Assembly(messages, self._leaves if messages else (), self.rules)
        if len(self._leaves) > _WIDE and len(messages) >= _MANY and assembly.is_sparse:
            self._forget()
        return assembly

    def _read_singly(
        self, payloads: Sequence[bytes], chosen: NDArray[np.int64], rejected: list[tuple[int, Reason]]
    ) -> list[NumberedRecord]:
        """The chosen payloads one by one, as `one_message` defines; those that give none go to `rejected`."""
        good: list[NumberedRecord] = []
        for number in chosen.tolist():
            found = records(payloads[number], self.rules)
            for entry in [found] if isinstance(found, Reason) else found:
                if isinstance(entry, Reason):
                    rejected.append((number, entry))
                else:
                    good.append((number, entry))
        return good

    def _learn(self, good: Sequence[NumberedRecord]) -> bool:
        """True when the shape changed."""
        changed = sum(self._shape.learn(record.leaves) for _, record in good) > 0
        if changed:
            structure, self._leaves = self._shape.build()
            self._decoder = msgspec.json.Decoder(structure)
        return changed


def _has_one_object_a_line(characters: NDArray[np.uint8], count: int) -> bool:
    """Whether no object can span two of the `count` payloads, or two stand in one payload in the place of another.

    Each line begins an object and ends one; after the end of an inner object no other can begin without a comma.
    """
    breaks = np.flatnonzero(characters == _NEWLINE)
    return (
        len(breaks) == count - 1
        and bool(characters.size and characters[0] == _OPEN and characters[-1] == _CLOSE)
        and bool((characters[breaks - 1] == _CLOSE).all() and (characters[breaks + 1] == _OPEN).all())
    )


def _from_assembly(assembly: Assembly, numbers: NDArray[np.int64], plain: NDArray[np.bool_] | None = None) -> Decoded:
    """The records of the payloads with these numbers; of the `plain` ones only, where given."""
    quantities = tuple(sorted(assembly.columns))
    values = np.empty((len(quantities), len(numbers)), np.float64)
    for row, name in enumerate(quantities):
        values[row] = assembly.columns[name]
    whole = Decoded(quantities, values, assembly.time_ns, assembly.timed, assembly.sequence, numbers)
    return whole if plain is None or plain.all() else whole.take(plain)
