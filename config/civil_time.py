"""Between UTC and the clock on the wall, for whole columns of times."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.durations import SECOND_NS

TimeArray = NDArray[np.int64]
DAY_NS = 86_400 * SECOND_NS
HOUR_NS = 3_600 * SECOND_NS
_SLOT_S = 900
"""Every offset in the time zone database since 1972 changes at a multiple of a quarter of an hour."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NAIVE_EPOCH = datetime(1970, 1, 1)


def distinct(values: TimeArray) -> tuple[TimeArray, TimeArray]:
    """(m,) the values without repetition, ascending, and (n,) where each one stands among them.

    As np.unique, but without sorting what is in order, as the times of a batch mostly are.
    """
    if np.any(values[1:] < values[:-1]):
        unique, which = np.unique(values, return_inverse=True)
        return unique, which
    changes = np.ones(len(values), dtype=np.bool_)
    changes[1:] = values[1:] != values[:-1]
    return values[changes], np.cumsum(changes) - 1


def utc_to_civil(time_ns: TimeArray, zone: ZoneInfo) -> TimeArray:
    """(n,) the same instants as ns of the local clock, counted from 1970-01-01 00:00 of that clock."""
    slots, which = distinct(time_ns // (_SLOT_S * SECOND_NS))
    offsets = [_offset_ns((_EPOCH + timedelta(seconds=slot * _SLOT_S)).astimezone(zone)) for slot in slots.tolist()]
    return time_ns + np.array(offsets, dtype=np.int64)[which]


def civil_to_utc(civil_ns: TimeArray, zone: ZoneInfo) -> TimeArray:
    """(n,) ns UTC of times on the local clock.

    An hour that the clock shows twice is taken as the first; one that it skips, with the offset before the change.
    """
    slots, which = distinct(civil_ns // (_SLOT_S * SECOND_NS))
    walls = [_NAIVE_EPOCH + timedelta(seconds=slot * _SLOT_S) for slot in slots.tolist()]
    offsets = [_offset_ns(wall.replace(tzinfo=zone, fold=0)) for wall in walls]
    return civil_ns - np.array(offsets, dtype=np.int64)[which]


def _offset_ns(moment: datetime) -> int:
    offset = moment.utcoffset()
    return 0 if offset is None else int(offset.total_seconds()) * SECOND_NS
