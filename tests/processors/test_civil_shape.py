"""Windows of a city's own clock, against readings that are counted by what the clock showed when they were taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC as UTC_CLOCK
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import processors.kind_windows
from config.periods import PERIODS, Period
from config.settings import Quantity
from processors.histogram import Bins, Histogram
from processors.outcomes import Outcome
from processors.state import dump
from processors.window_batch import WindowBatch
from tests.processors.batches import SECOND_NS, Fed, Row, at, row, windows

HOUR_NS = 3600 * SECOND_NS
DAY_NS = 24 * HOUR_NS
NAMES = {"1h": "hour", "1d": "day", "1w": "week", "1mo": "month"}
SPEED = {"speed": Quantity(min=0, max=100, percentiles=(85,), bins=10)}
Newest = dict[tuple[str, int, int], dict[str, float]]
"""(size, end, device) -> newest fields."""


def newest(written: Sequence[WindowBatch]) -> Newest:
    """Each revision must follow the one before."""
    found: Newest = {}
    for batch in written:
        for index, device in enumerate(batch.device.tolist()):
            key = (batch.size, batch.end_ns, device)
            assert batch.revision[index] == (found[key]["revision"] + 1 if key in found else 0)
            fields = {name: float(column[index]) for name, column in batch.fields.items()}
            found[key] = {name: value for name, value in fields.items() if not np.isnan(value)}
            found[key] |= {"revision": int(batch.revision[index]), "readings": int(batch.readings[index])}
    return found


def of_size(fed: Fed, size: str) -> dict[tuple[int, int], dict[str, float]]:
    """(end, device) -> newest fields."""
    return {key[1:]: held for key, held in newest(fed.written).items() if key[0] == size}


def shown(zone: ZoneInfo, time_ns: int) -> datetime:
    return datetime.fromtimestamp(time_ns // SECOND_NS, UTC_CLOCK).astimezone(zone)


def label(size: str, zone: ZoneInfo, time_ns: int) -> tuple[object, ...]:
    """What people call the hour, day, week or month of a time."""
    now = shown(zone, time_ns)
    if size == "1h":
        return now.date(), now.hour, now.utcoffset()
    return {"1d": (now.date(),), "1w": now.isocalendar()[:2], "1mo": (now.year, now.month)}[size]


def assert_counted_by_the_clock(found: Newest, accepted: Sequence[Row], zone: ZoneInfo, sizes: Sequence[str]) -> None:
    expected: dict[tuple[str, tuple[object, ...], int], list[float]] = {}
    for each in sorted(accepted, key=lambda each: each.time_ns):
        for size in sizes:
            expected.setdefault((size, label(size, zone, each.time_ns), each.device), []).append(each.values["speed"])
    civil = {key: held for key, held in found.items() if key[0] in sizes}
    by_label = {(size, label(size, zone, end - 1), device): held for (size, end, device), held in civil.items()}
    assert by_label.keys() == expected.keys()
    for key, values in expected.items():
        got = by_label[key]
        assert (got["speed_count"], got["readings"]) == (len(values), len(values))
        assert (got["speed_min"], got["speed_max"]) == (min(values), max(values))
        assert (got["speed_first"], got["speed_last"]) == (values[0], values[-1])
        np.testing.assert_allclose([got["speed_mean"], got["speed_std"]], [np.mean(values), np.std(values)], atol=1e-6)
        slots = np.zeros(len(values), np.int64)
        ((p85,),) = Histogram.of(Bins(0, 100, 10), slots, np.array(values)).percentiles(1, [85])
        np.testing.assert_allclose(got["speed_p85"], np.clip(p85, min(values), max(values)))


@dataclass(frozen=True)
class Step:
    """Some time passes; then a reading of that age comes, or (device None) windows may close."""

    device: int | None
    pause_ns: int
    age_ns: int
    value: float


STEPS = st.lists(
    st.builds(
        Step,
        st.one_of(st.none(), st.integers(0, 2), st.integers(0, 2)),
        st.sampled_from([0, SECOND_NS, 7 * 60 * SECOND_NS, 40 * 60 * SECOND_NS, 9 * HOUR_NS, 3 * DAY_NS]),
        st.sampled_from([0, 3 * SECOND_NS, 20 * 60 * SECOND_NS, 5 * HOUR_NS, 2 * DAY_NS, 40 * DAY_NS]),
        st.floats(0, 100, width=32),
    ),
    max_size=40,
)
PLACES = [
    ("Asia/Jakarta", "2025-11-22T10:00"),
    ("Asia/Makassar", "2025-12-31T12:00"),
    ("Asia/Jayapura", "2024-02-28T14:00"),
    ("Asia/Kathmandu", "2025-11-30T17:00"),
    ("Europe/Berlin", "2025-03-29T20:00"),
    ("Europe/Berlin", "2025-10-25T20:00"),
    ("Australia/Lord_Howe", "2025-04-05T10:00"),
]
SIZES = st.sampled_from([("10s", "1m", "15m"), ("10s",), ("1m", "20m/5m"), ("24h",), ()])
CIVIL = st.sampled_from([PERIODS, ("hour", "day"), ("week",), ("day", "month"), ("hour", "month")])


def utc_ns(text: str) -> int:
    return round(datetime.fromisoformat(f"{text}+00:00").timestamp()) * SECOND_NS


def run(fed: Fed, steps: list[Step], begin_ns: int, interrupted: set[int]) -> list[Row]:
    """Feed the steps, saved and restored before some; the readings that were accepted."""
    clock, accepted = begin_ns, []
    for number, step in enumerate(steps):
        clock += step.pause_ns
        if number in interrupted:
            fed.restart()
        if step.device is None:
            fed.advance(clock)
            continue
        each = Row(step.device, clock - step.age_ns, {"speed": step.value}, sequence=number)
        assert set(fed.take(each, received=clock)) <= {Outcome.ACCEPTED, Outcome.LATE}
        accepted.append(each)
    return accepted


@pytest.mark.parametrize(("zone", "begin"), PLACES)
@settings(max_examples=30)
@given(steps=STEPS, sizes=SIZES, civil=CIVIL, data=st.data())
def test_civil_windows_hold_what_the_clock_says_whatever_the_order_lateness_and_interruptions(
    zone: str, begin: str, steps: list[Step], sizes: tuple[str, ...], civil: tuple[Period, ...], data: st.DataObject
) -> None:
    interrupted = data.draw(st.sets(st.integers(0, len(steps))))
    place = ZoneInfo(zone)
    settings = windows(*sizes, delay="2s", lateness="366d", civil=civil)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processors.kind_windows, "FOLD_AT", 5)
        fed, whole = (Fed(settings, SPEED, timezone=place) for _ in range(2))
        accepted = run(fed, steps, utc_ns(begin), interrupted)
        run(whole, steps, utc_ns(begin), set())
        assert dump(fed.processor.state) == dump(whole.processor.state)
        fed.finish()
        whole.finish()
    found = newest(fed.written)
    assert found == newest(whole.written), "an interruption changed something"
    assert_counted_by_the_clock(found, accepted, place, [size for size, period in NAMES.items() if period in civil])


RUNS = {"energy": Quantity(kind="counter"), "lamp": Quantity(kind="state", states=(0, 1))}
MOVES = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from([SECOND_NS, 7 * 60 * SECOND_NS, 3 * HOUR_NS, 20 * HOUR_NS]),
        st.sampled_from([0.0, 1.0, 2.0]),
        st.booleans(),
    ),
    max_size=40,
)


@settings(max_examples=30)
@given(moves=MOVES, data=st.data())
def test_counters_and_states_of_a_day_in_utc_are_those_of_a_window_of_24_hours(
    moves: list[tuple[int, int, float, bool]], data: st.DataObject
) -> None:
    interrupted = data.draw(st.sets(st.integers(0, len(moves))))
    fed = Fed(windows("10s", "15m", "24h", lateness="9h", civil=("hour", "day")), RUNS)
    clock = at("20:00:00")
    for number, (device, pause_ns, lamp, closes) in enumerate(moves):
        clock += pause_ns
        if number in interrupted:
            fed.restart()
        fed.take(Row(device, clock, {"energy": clock / HOUR_NS, "lamp": lamp}), received=clock)
        if closes:
            fed.advance(clock)
    fed.finish()
    days, fixed = of_size(fed, "1d"), of_size(fed, "24h")
    assert days.keys() == fixed.keys()
    for key, held in fixed.items():
        for name in ("energy_increase", "energy_rate", "lamp_time_0", "lamp_time_1", "energy_count"):
            np.testing.assert_allclose(days[key][name], held[name], atol=1e-6, err_msg=f"{key} {name}")


@settings(max_examples=30)
@given(moves=MOVES, ages=st.lists(st.sampled_from([0, 30 * 60 * SECOND_NS, 11 * HOUR_NS]), min_size=40, max_size=40))
def test_a_counter_without_reset_rises_by_the_same_in_a_day_however_late_its_readings_come(
    moves: list[tuple[int, int, float, bool]], ages: list[int]
) -> None:
    fed = Fed(windows("10s", "15m", "24h", lateness="9d", civil=("hour", "day")), RUNS)
    clock = at("20:00:00")
    for (device, pause_ns, _, closes), age_ns in zip(moves, ages, strict=False):
        clock += pause_ns
        fed.take(Row(device, clock - age_ns, {"energy": (clock - age_ns) / HOUR_NS}), received=clock)
        if closes:
            fed.advance(clock)
    fed.finish()
    days, fixed = of_size(fed, "1d"), of_size(fed, "24h")
    assert days.keys() == fixed.keys()
    for key, held in days.items():
        np.testing.assert_allclose(held["energy_increase"], fixed[key]["energy_increase"], atol=1e-6)


def spoke(fed: Fed, size: str, end: str, device: int = 0) -> dict[str, float]:
    """`end` on the wall clock of the city, on the day of `at` or with a date."""
    text = end if "T" in end else f"2025-11-22T{end}"
    moment = datetime.fromisoformat(text).replace(tzinfo=fed.timezone)
    return of_size(fed, size)[round(moment.timestamp()) * SECOND_NS, device]


def test_an_hour_and_a_day_of_makassar_close_by_its_own_clock() -> None:
    fed = Fed(windows("10s", "15m", civil=("hour", "day")), timezone=ZoneInfo("Asia/Makassar"))
    fed.take(row(0, "14:10:00", v=1), row(0, "15:59:59", v=3), row(0, "16:00:00", v=50))
    closed = fed.advance("16:00:00")
    assert [(each.size, each.end_ns) for each in closed if each.civil] == [("1h", at("15:00:00"))] + [
        (size, at("16:00:00")) for size in ("1h", "1d")
    ]
    assert spoke(fed, "1h", "2025-11-23T00:00")["v_mean"] == 3
    assert spoke(fed, "1d", "2025-11-23T00:00")["v_mean"] == 2


def test_a_pane_goes_into_quarters_and_only_a_whole_quarter_into_the_hour() -> None:
    fed = Fed(windows("10s", "15m", civil=("hour", "day")))
    fed.take(row(0, "10:00:05", v=1))
    fed.advance("10:00:10")
    assert held_open(fed) == ["15m"]
    fed.advance("10:15:00")
    assert held_open(fed) == ["1h"]
    fed.advance("11:00:00")
    assert held_open(fed) == ["1d"]


def held_open(fed: Fed) -> list[str]:
    windows_of = fed.processor.state.kinds[fed.kind]
    return [windows_of.shapes[shape].size for (shape, _), held in windows_of.windows.items() if not held.closed]


def test_a_late_reading_revises_the_hour_and_waits_for_the_day() -> None:
    fed = Fed(windows("10s", "15m", lateness="30m", civil=("hour", "day")))
    fed.take(row(0, "10:05:00", v=1))
    fed.advance("11:00:00")
    assert fed.take(row(0, "10:50:00", v=3), received="11:00:01") == [Outcome.LATE]
    fed.advance("11:00:02")
    hour = spoke(fed, "1h", "11:00")
    assert (hour["v_mean"], hour["revision"]) == (2, 1)
    fed.advance("11:31:00")
    assert fed.take(row(0, "10:06:00", v=5), received="11:40:00") == [Outcome.LATE], "its day is still open"
    fed.advance("23:59:59")
    assert spoke(fed, "1h", "11:00")["revision"] == 1, "this hour was gone"
    fed.finish()
    assert (spoke(fed, "1d", "2025-11-23T00:00")["v_mean"], spoke(fed, "1d", "2025-11-23T00:00")["v_count"]) == (3, 3)


def test_a_reading_that_comes_when_its_day_is_gone_is_too_late() -> None:
    fed = Fed(windows("10s", civil=("day",)), timezone=ZoneInfo("Asia/Jakarta"))
    fed.take(row(0, "16:59:00", v=1))
    fed.advance("17:05:00")
    assert fed.take(row(0, "16:58:00", v=1), received="17:05:00") == [Outcome.TOO_LATE]
    assert fed.take(row(0, "17:00:00", v=1), received="17:05:00") == [Outcome.LATE]


def test_an_hour_without_a_reading_closes_with_no_row_so_that_silence_is_known() -> None:
    fed = Fed(windows("10s", "15m", civil=("hour",)))
    fed.take(row(0, "10:05:00", v=1))
    fed.advance("11:00:00")
    fed.advance("12:00:00")
    silent = [each.whole for each in fed.outputs[-1].windows if each.whole.civil]
    assert [(each.size, each.end_ns, len(each)) for each in silent] == [("1h", at("12:00:00"), 0)]


def test_closed_windows_that_are_let_go_for_want_of_memory_have_given_what_they_held() -> None:
    fed = Fed(windows("10s", "15m", memory=1, civil=("hour",)), devices=20_000)
    for minute in (11, 16, 31, 46):
        fed.take(*(row(device, f"10:{minute}:00", v=minute) for device in range(10_000)))
        fed.advance(f"10:{minute}:30")
    fed.advance("11:00:00")
    hour = spoke(fed, "1h", "11:00", 9_999)
    assert (hour["v_count"], hour["v_mean"]) == (4, 26)
