"""Event times as devices write them, and as the code keeps them: integer nanoseconds UTC."""

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from ingest.reasons import Reason

# Magnitudes that tell the unit apart: 1e11 s lies in the year 5138, 1e11 ms in 1973.
_UNIT_LIMITS = ((1e11, 1_000_000_000), (1e14, 1_000_000), (1e17, 1_000), (np.inf, 1))
EARLIEST_NS = -(2**63) // 1000 * 999
"""About the year 1678: what 64 bits of nanoseconds hold, with a margin for window arithmetic."""
LATEST_NS = (2**63 - 1) // 1000 * 999
"""About the year 2261."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def from_integers(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(n,) Unix seconds, ms, µs or ns, told apart by magnitude: the times in ns, and which of them are in range."""
    magnitude = np.abs(values.astype(np.float64))
    factor = np.select([magnitude < limit for limit, _ in _UNIT_LIMITS], [unit for _, unit in _UNIT_LIMITS])
    in_range = magnitude * factor <= LATEST_NS
    return np.where(in_range, values, 0) * factor.astype(np.int64), in_range


def from_floats(values: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(n,) the same for times with a fraction, to the precision a 64-bit float has."""
    magnitude = np.abs(values)
    factor = np.select([magnitude < limit for limit, _ in _UNIT_LIMITS], [unit for _, unit in _UNIT_LIMITS])
    in_range = magnitude * factor <= LATEST_NS
    kept = np.where(in_range, values, 0.0)
    whole = np.trunc(kept)
    fraction_ns = np.rint((kept - whole) * factor).astype(np.int64)
    return whole.astype(np.int64) * factor.astype(np.int64) + fraction_ns, in_range


def from_number(value: float) -> int | Reason:
    """One Unix time, whole or with a fraction, in ns."""
    magnitude = abs(value)
    unit = next((unit for limit, unit in _UNIT_LIMITS if magnitude < limit), None)
    if unit is None:
        return Reason.TIME_OUT_OF_RANGE
    # A float of seconds is exact to about 200 ns today; the split keeps whole units exact.
    whole = int(value)
    nanoseconds = whole * unit + round((value - whole) * unit)
    return nanoseconds if EARLIEST_NS <= nanoseconds <= LATEST_NS else Reason.TIME_OUT_OF_RANGE


def from_text(text: str) -> int | Reason:
    """ISO 8601 with an offset, in ns; digits beyond microseconds are dropped."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return Reason.TIME_INVALID
    if moment.tzinfo is None:
        return Reason.TIME_WITHOUT_OFFSET
    elapsed = moment - _EPOCH
    nanoseconds = ((elapsed.days * 86_400 + elapsed.seconds) * 1_000_000 + elapsed.microseconds) * 1000
    return nanoseconds if EARLIEST_NS <= nanoseconds <= LATEST_NS else Reason.TIME_OUT_OF_RANGE


def event_time_ns(value: object) -> int | Reason:
    """What one payload's time says, or why it says nothing."""
    if isinstance(value, str):
        return from_text(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return from_number(value)
    return Reason.TIME_INVALID
