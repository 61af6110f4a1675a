"""Event times as devices write them, and as the code keeps them: integer nanoseconds UTC."""

from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from ingest.reasons import Reason

# Magnitudes that tell the unit apart: 1e11 s lies in the year 5138, 1e11 ms in 1973.
_UNIT_LIMITS = ((10**11, 1_000_000_000), (10**14, 1_000_000), (10**17, 1_000))
LATEST_NS = (2**63 - 1) // 1000 * 999
"""At the end of 2261: what 64 bits of nanoseconds hold, with a margin for window arithmetic."""
EARLIEST_NS = -LATEST_NS
"""At the beginning of 1678."""
_NO_OVERFLOW = LATEST_NS + LATEST_NS // 10_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def from_integers(values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(n,) Unix seconds, ms, µs or ns, told apart by magnitude: the times in ns, and which of them are in range."""
    # Unsigned, since int64 has no |-2**63|; whole, since a float takes 10**17 - 1 for 10**17.
    magnitude = np.abs(values).view(np.uint64)
    factor = _factor(magnitude)
    times = np.where(magnitude.astype(np.float64) * factor < _NO_OVERFLOW, values * factor, LATEST_NS + 1)
    return _within_limits(times)


def from_floats(values: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """(n,) the same for times with a fraction, to the precision a 64-bit float has."""
    magnitude = np.abs(values)
    factor = _factor(magnitude)
    is_small = magnitude * factor < _NO_OVERFLOW
    kept = np.where(is_small, values, 0.0)
    whole = np.trunc(kept)
    fraction_ns = np.rint((kept - whole) * factor).astype(np.int64)
    return _within_limits(np.where(is_small, whole.astype(np.int64) * factor + fraction_ns, LATEST_NS + 1))


def _factor(magnitude: NDArray[np.float64] | NDArray[np.uint64]) -> NDArray[np.int64]:
    limits, units = zip(*_UNIT_LIMITS, strict=True)
    return np.select([magnitude < limit for limit in limits], [np.int64(unit) for unit in units], np.int64(1))


def _within_limits(times: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    in_range = np.abs(times) <= LATEST_NS
    return (times if in_range.all() else np.where(in_range, times, 0)), in_range


def from_number(value: float) -> int | Reason:
    """One Unix time, whole or with a fraction, in ns."""
    magnitude = abs(value)
    if not magnitude <= LATEST_NS:
        return Reason.TIME_OUT_OF_RANGE
    unit = next((unit for limit, unit in _UNIT_LIMITS if magnitude < limit), 1)
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
