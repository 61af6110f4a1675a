"""Columns of recorded times to ns UTC."""

from datetime import datetime, timedelta
from math import isnan
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from config.civil_time import civil_to_utc
from ingest.event_time import EARLIEST_NS, LATEST_NS, event_time_ns
from simulators.mapping import Time
from simulators.recorded_rows import Chunk
from simulators.rejections import RowReason

TimeArray = NDArray[np.int64]
Failures = dict[int, tuple[RowReason, str]]
"""Row of the chunk -> why it has no time, and what stands there."""

_SHORTEST_ISO = len("2014-05-22")
_OF_AN_OFFSET = [ord(letter) for letter in "+-Zz"]
_CIVIL_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


def parse_times(chunk: Chunk, time: Time) -> tuple[TimeArray, Failures]:
    """(n,) ns UTC of every row, 0 where it fails."""
    zone = ZoneInfo(time.timezone)
    if not time.column:
        return _from_parts(chunk, time, zone)
    texts = chunk.columns[time.column[0]]
    if len(time.column) > 1:
        texts = tuple(map(" ".join, zip(*(chunk.columns[name] for name in time.column), strict=True)))
    return parse_texts(texts, time.format, zone)


def parse_texts(texts: tuple[str, ...], form: str, zone: ZoneInfo) -> tuple[TimeArray, Failures]:
    """(n,) ns UTC of the texts; `zone` is that of times without an offset."""
    if form == "iso" and (moments := _plain_iso(texts)) is not None:
        return _in_utc(moments, zone, texts, {})
    return _one_by_one(texts, form, zone)


def _plain_iso(texts: tuple[str, ...]) -> NDArray[np.datetime64] | None:
    """(n,) µs of the local clock when all are plain ISO without an offset; None when some must be looked at singly."""
    moments = np.array(texts)
    width = moments.dtype.itemsize // 4
    if width < _SHORTEST_ISO:
        return None
    letters = moments.view(np.uint32).reshape(-1, width)  # axes: text, character
    # numpy would read "now", "NaT" and a lone year as times too, and warns of an offset.
    is_digit = (letters >= ord("0")) & (letters <= ord("9"))
    if not is_digit[:, [0, _SHORTEST_ISO - 1]].all() or np.isin(letters[:, _SHORTEST_ISO:], _OF_AN_OFFSET).any():
        return None
    try:
        return moments.astype("datetime64[us]")
    except ValueError:
        return None


def _in_utc(
    civil_us: NDArray[np.datetime64], zone: ZoneInfo, texts: tuple[str, ...], failures: Failures
) -> tuple[TimeArray, Failures]:
    microseconds = civil_us.astype(np.int64)
    # A day to spare: the offset of the zone is still to come.
    spare_us = 86_400 * 10**6
    in_range = (microseconds > EARLIEST_NS // 1000 + spare_us) & (microseconds < LATEST_NS // 1000 - spare_us)
    for row in np.flatnonzero(~in_range).tolist():
        failures.setdefault(row, (RowReason.TIME_OUT_OF_RANGE, texts[row]))
    return civil_to_utc(np.where(in_range, microseconds, 0) * 1000, zone), failures


def _one_by_one(texts: tuple[str, ...], form: str, zone: ZoneInfo) -> tuple[TimeArray, Failures]:
    time_ns = np.zeros(len(texts), dtype=np.int64)
    civil_us = np.zeros(len(texts), dtype="datetime64[us]")
    naive: list[int] = []
    failures: Failures = {}
    for row, text in enumerate(texts):
        moment = _moment(text, form)
        if isinstance(moment, RowReason):
            failures[row] = (moment, text)
        elif isinstance(moment, datetime):
            civil_us[row] = np.datetime64(moment)
            naive.append(row)
        else:
            time_ns[row] = moment
    chosen = np.array(naive, dtype=np.int64)
    local, late_failures = _in_utc(civil_us[chosen], zone, tuple(texts[row] for row in naive), {})
    time_ns[chosen] = local
    return time_ns, failures | {naive[row]: failure for row, failure in late_failures.items()}


def _moment(text: str, form: str) -> int | datetime | RowReason:
    """A time in ns UTC, or one of the local clock, or why it is neither."""
    if not text:
        return RowReason.TIME_MISSING
    try:
        if form == "epoch":
            return _checked(event_time_ns(_number(text)))
        moment = datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)
    except (ValueError, OverflowError):
        return RowReason.TIME_INVALID
    return moment if moment.tzinfo is None else _checked(event_time_ns(moment.isoformat()))


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        number = float(text)
    if isnan(number):
        raise ValueError(f"{text!r} is no number")
    return number


def _checked(moment: object) -> int | RowReason:
    if isinstance(moment, int):
        return moment
    return RowReason.TIME_OUT_OF_RANGE if str(moment) == RowReason.TIME_OUT_OF_RANGE else RowReason.TIME_INVALID


def _from_parts(chunk: Chunk, time: Time, zone: ZoneInfo) -> tuple[TimeArray, Failures]:
    texts = tuple(map(" ".join, zip(*(chunk.columns[name] for name in time.parts), strict=True)))
    civil_us = np.zeros(len(texts), dtype="datetime64[us]")
    failures: Failures = {}
    for row, text in enumerate(texts):
        try:
            year, month, day, *clock = map(int, text.split(" "))
            hour, minute = (*clock, 0, 0)[:2]
            # Some archives count the hours from 1 to 24.
            extra = timedelta(days=1) if hour == 24 else timedelta(0)
            civil_us[row] = np.datetime64(datetime(year, month, day, hour % 24 if extra else hour, minute) + extra)
        except (ValueError, OverflowError):
            failures[row] = (RowReason.TIME_INVALID if text.strip() else RowReason.TIME_MISSING, text)
    return _in_utc(civil_us, zone, texts, failures)
