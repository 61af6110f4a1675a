"""How far the time has come in a backlog: what a broker kept while nobody read is older than its receive time says."""

import numpy as np
from numpy.typing import NDArray

NEWEST = 256
FEWEST = 32
"""Readings of fewer messages move nothing: one device with a wrong clock must not decide."""
NONE: NDArray[np.int64] = np.zeros(0, np.int64)


def with_newest(times: NDArray[np.int64], time_ns: NDArray[np.int64], message: NDArray[np.int64]) -> NDArray[np.int64]:
    """(up to NEWEST,) event times, oldest arrival first, with those of (n,) readings; one for each message.

    A buffered upload may bring a thousand readings of one device.
    """
    first = np.flatnonzero(np.diff(message, prepend=-1))[-NEWEST:]
    return np.concatenate([times, time_ns[first]])[-NEWEST:]


def reached(times: NDArray[np.int64]) -> int | None:
    """The time, ns UTC, that half of them have passed; None where they are too few to tell."""
    if len(times) < FEWEST:
        return None
    middle = len(times) // 2
    return int(np.partition(times, middle)[middle])
