"""Readings of a truth, written down row by row."""

import numpy as np

from config.durations import SECOND_NS
from denyut.scoring.truth import Readings, Texts, Truth

START_NS = 1_800_000_000 * SECOND_NS
Told = tuple[str, float, float, float, int, str, float]
"""(device, measured, stated and sent in s after the start, message, faults, value)"""


def readings_of(*rows: Told, kind: str = "air", quantity: str = "pm25") -> Readings:
    device, measured, stated, sent, message, faults, value = (list(column) for column in zip(*rows, strict=True))
    times = [START_NS + (np.array(column) * SECOND_NS).astype(np.int64) for column in (measured, stated, sent)]
    said = {quantity: np.array(value, np.float64)}
    return Readings(
        kind=kind,
        device=_texts(device),
        zone=_texts(["alun-alun"] * len(rows)),
        sequence=times[0] // SECOND_NS,
        copy=np.array(["duplicated" in each.split() for each in faults], np.int64),
        measured_ns=times[0],
        stated_ns=times[1],
        sent_ns=times[2],
        message=np.array(message),
        faults=_texts(faults),
        said=said,
        true=said,
    )


def truth_of(readings: Readings) -> Truth:
    messages = len(np.unique(readings.message[readings.sent]))
    return Truth({"city": "city", "start_ns": START_NS, "messages": messages}, [readings], [])


def _texts(texts: list[str]) -> Texts:
    return Texts.of(np.array([text.encode() for text in texts], np.bytes_))
