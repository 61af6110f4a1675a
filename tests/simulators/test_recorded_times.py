from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from simulators.mapping import Time
from simulators.recorded_rows import Chunk
from simulators.recorded_times import parse_texts, parse_times
from simulators.rejections import RowReason

UTC = ZoneInfo("UTC")
JAKARTA = ZoneInfo("Asia/Jakarta")


def ns(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000) * 1_000_000


@pytest.mark.parametrize(
    ("text", "form", "zone", "expected"),
    [
        ("2014-05-22 09:09:04.145", "iso", UTC, "2014-05-22T09:09:04.145+00:00"),
        ("2014-08-01T07:50:00", "iso", JAKARTA, "2014-08-01T07:50:00+07:00"),
        ("2014-08-01T07:50:00Z", "iso", JAKARTA, "2014-08-01T07:50:00+00:00"),
        ("2025-03-25T10:00:00+11:00", "iso", UTC, "2025-03-25T10:00:00+11:00"),
        ("2013-01-01 00:00", "iso", JAKARTA, "2013-01-01T00:00:00+07:00"),
        ("10.03.2004 18:00", "%d.%m.%Y %H:%M", JAKARTA, "2004-03-10T18:00:00+07:00"),
        ("10.03.2004 18:00 +0200", "%d.%m.%Y %H:%M %z", JAKARTA, "2004-03-10T18:00:00+02:00"),
        ("1400742544", "epoch", JAKARTA, "2014-05-22T07:09:04+00:00"),
        ("1400742544145", "epoch", JAKARTA, "2014-05-22T07:09:04.145+00:00"),
        ("1400742544.5", "epoch", JAKARTA, "2014-05-22T07:09:04.500+00:00"),
    ],
)
def test_a_time_is_read_in_its_format(text: str, form: str, zone: ZoneInfo, expected: str) -> None:
    time_ns, failures = parse_texts((text, text), form, zone)
    assert not failures
    assert time_ns.tolist() == [ns(expected)] * 2


@pytest.mark.parametrize(
    ("text", "form", "reason"),
    [
        ("", "iso", RowReason.TIME_MISSING),
        ("now", "iso", RowReason.TIME_INVALID),
        ("2014-13-01 00:00", "iso", RowReason.TIME_INVALID),
        ("2014-02-30 00:00", "iso", RowReason.TIME_INVALID),
        ("0001-01-01 00:00", "iso", RowReason.TIME_OUT_OF_RANGE),
        ("2262-12-01 00:00", "iso", RowReason.TIME_OUT_OF_RANGE),
        ("0001-01-01T00:00:00Z", "iso", RowReason.TIME_OUT_OF_RANGE),
        ("nan", "epoch", RowReason.TIME_INVALID),
        ("1e30", "epoch", RowReason.TIME_OUT_OF_RANGE),
        ("yesterday", "epoch", RowReason.TIME_INVALID),
        ("31.04.2004 18:00", "%d.%m.%Y %H:%M", RowReason.TIME_INVALID),
    ],
)
def test_a_time_that_cannot_be_read_is_named_and_its_neighbours_are_kept(
    text: str, form: str, reason: RowReason
) -> None:
    good = {"iso": "2014-05-22 00:00", "epoch": "1400716800"}.get(form, "22.05.2014 00:00")
    time_ns, failures = parse_texts((good, text, good), form, UTC)
    assert failures == {1: (reason, text)}
    assert time_ns[[0, 2]].tolist() == [ns("2014-05-22T00:00:00+00:00")] * 2


def test_a_time_in_parts_is_that_of_the_local_clock_and_hour_24_is_midnight() -> None:
    columns: dict[str, tuple[str, ...]] = {
        "y": ("2010", "2010", "2010"),
        "m": ("1", "12", "2"),
        "d": ("1", "31", "30"),
        "h": ("7", "24", "0"),
    }
    chunk = Chunk(Path("a.csv"), [2, 3, 4], columns)
    time = Time(year="y", month="m", day="d", hour="h", timezone="Asia/Shanghai")
    time_ns, failures = parse_times(chunk, time)
    assert time_ns[:2].tolist() == [ns("2010-01-01T07:00:00+08:00"), ns("2011-01-01T00:00:00+08:00")]
    assert failures == {2: (RowReason.TIME_INVALID, "2010 2 30 0")}


def test_date_and_clock_in_two_columns_are_joined() -> None:
    chunk = Chunk(Path("a.csv"), [2], {"Date": ("10/03/2004",), "Time": ("18.00.00",)})
    time = Time(column=("Date", "Time"), format="%d/%m/%Y %H.%M.%S", timezone="Europe/Rome")
    time_ns, failures = parse_times(chunk, time)
    assert not failures
    assert time_ns.tolist() == [ns("2004-03-10T18:00:00+01:00")]
    assert time_ns.dtype == np.int64
