"""What `one_message` says of each payload, in a form the columns of a batch can be compared with bit by bit."""

from collections.abc import Sequence

import numpy as np

from ingest.payloads.decoded import Decoded
from ingest.payloads.one_message import FieldRules, records
from ingest.reasons import Reason

Row = tuple[int, int | None, int, dict[str, str]]
"""Payload, time in ns or None, sequence, values as hexadecimal floats, which tell -0.0 from 0.0."""
Told = tuple[list[Row], list[tuple[int, Reason]]]


def defined(payloads: Sequence[bytes], rules: FieldRules) -> Told:
    rows: list[Row] = []
    rejected: list[tuple[int, Reason]] = []
    for number, payload in enumerate(payloads):
        found = records(payload, rules)
        for entry in [found] if isinstance(found, Reason) else found:
            if isinstance(entry, Reason):
                rejected.append((number, entry))
            else:
                values = {name: value.hex() for name, value in entry.values.items()}
                rows.append((number, entry.time_ns, entry.sequence, values))
    return rows, rejected


def told(decoded: Decoded) -> Told:
    rows: list[Row] = []
    for row, message in enumerate(decoded.message.tolist()):
        time_ns = int(decoded.time_ns[row]) if decoded.timed[row] else None
        column = zip(decoded.quantities, decoded.values[:, row].tolist(), strict=True)
        values = {name: value.hex() for name, value in column if value == value}
        rows.append((message, time_ns, int(decoded.sequence[row]), values))
    return rows, decoded.rejected


def is_well_formed(decoded: Decoded) -> bool:
    """Columns sorted, none of them empty, zero for a time that is not given."""
    return (
        list(decoded.quantities) == sorted(set(decoded.quantities))
        and decoded.values.shape == (len(decoded.quantities), len(decoded.message))
        and not (len(decoded.message) and np.isnan(decoded.values).all(axis=1).any())
        and not decoded.time_ns[~decoded.timed].any()
        and decoded.values.dtype == np.float64
    )
