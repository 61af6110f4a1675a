import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.event_time import EARLIEST_NS, LATEST_NS, event_time_ns, from_floats, from_integers, from_number, from_text
from ingest.reasons import Reason


@pytest.mark.parametrize(
    "written", [1_700_000_000, 1_700_000_000_000, 1_700_000_000_000_000, 1_700_000_000_000_000_000]
)
def test_seconds_milliseconds_microseconds_and_nanoseconds_are_told_apart(written: int) -> None:
    assert from_number(written) == 1_700_000_000_000_000_000


@pytest.mark.parametrize(
    ("written", "nanoseconds"),
    [
        (0, 0),
        (-1, -1_000_000_000),
        (99_999_999_999, Reason.TIME_OUT_OF_RANGE),  # seconds, in the year 5138
        (100_000_000_000, 100_000_000_000_000_000),  # milliseconds, in 1973
        (99_999_999_999_999, Reason.TIME_OUT_OF_RANGE),
        (100_000_000_000_000, 100_000_000_000_000_000),
        (99_999_999_999_999_999, Reason.TIME_OUT_OF_RANGE),  # microseconds, though a float would round it up
        (100_000_000_000_000_000, 100_000_000_000_000_000),
        (-100_000_000_000, -100_000_000_000_000_000),
        (1_700_000_000.5, 1_700_000_000_500_000_000),
        (-0.25, -250_000_000),
        (1_700_000_000_000.25, 1_700_000_000_000_250_000),
        (9_214_148_664_817_920_225, 9_214_148_664_817_920_225),
        (9_214_148_664_817_920_226, Reason.TIME_OUT_OF_RANGE),
        (-9_214_148_664_817_920_225, -9_214_148_664_817_920_225),
        (-9_214_148_664_817_920_226, Reason.TIME_OUT_OF_RANGE),
        (-(2**63), Reason.TIME_OUT_OF_RANGE),
        (2**64, Reason.TIME_OUT_OF_RANGE),
        (10**400, Reason.TIME_OUT_OF_RANGE),
        (float("inf"), Reason.TIME_OUT_OF_RANGE),
        (float("-inf"), Reason.TIME_OUT_OF_RANGE),
    ],
)
def test_a_number_is_the_time_its_magnitude_says(written: float, nanoseconds: int | Reason) -> None:
    assert from_number(written) == nanoseconds


@pytest.mark.parametrize(
    ("written", "nanoseconds"),
    [
        ("2023-11-14T22:13:20Z", 1_700_000_000_000_000_000),
        ("2023-11-15T05:13:20+07:00", 1_700_000_000_000_000_000),
        ("2023-11-14 22:13:20.123456+00:00", 1_700_000_000_123_456_000),
        ("2023-11-14T22:13:20.123456789Z", 1_700_000_000_123_456_000),
        ("1970-01-01T00:00:00Z", 0),
        ("1969-12-31T23:59:59.999999Z", -1_000),
        ("1678-01-06T00:00:00Z", -9_214_128_000_000_000_000),
        ("1677-12-31T00:00:00Z", Reason.TIME_OUT_OF_RANGE),
        ("2261-12-01T00:00:00Z", 9_211_968_000_000_000_000),
        ("2262-04-11T23:47:16Z", Reason.TIME_OUT_OF_RANGE),
        ("0001-01-01T00:00:00+14:00", Reason.TIME_OUT_OF_RANGE),
        ("9999-12-31T23:59:59-14:00", Reason.TIME_OUT_OF_RANGE),
        ("2023-11-14T22:13:20", Reason.TIME_WITHOUT_OFFSET),
        ("2023-11-14", Reason.TIME_WITHOUT_OFFSET),
        ("2023-02-30T00:00:00Z", Reason.TIME_INVALID),
        ("2023-11-14T22:13:20+25:00", Reason.TIME_INVALID),
        ("", Reason.TIME_INVALID),
        ("now", Reason.TIME_INVALID),
        ("1700000000", Reason.TIME_INVALID),
        ("\ud800", Reason.TIME_INVALID),
    ],
)
def test_text_is_a_time_only_with_an_offset(written: str, nanoseconds: int | Reason) -> None:
    assert from_text(written) == nanoseconds


@pytest.mark.parametrize("written", [True, False, [1], {"s": 1}])
def test_what_is_neither_number_nor_text_is_no_time(written: object) -> None:
    assert event_time_ns(written) is Reason.TIME_INVALID


@given(st.lists(st.integers(-(2**63), 2**63 - 1)))
@example([10**11 - 1, 10**11, 10**14 - 1, 10**14, 10**17 - 1, 10**17, -(10**17) + 1, -(2**63), 2**63 - 1])
@example([LATEST_NS, LATEST_NS + 1, EARLIEST_NS, EARLIEST_NS - 1, 9_214_148_664, 9_214_148_665, 9_214_148_664_817_920])
def test_whole_times_in_columns_are_what_each_is_alone(written: list[int]) -> None:
    times, in_range = from_integers(np.array(written, np.int64))
    alone = [from_number(value) for value in written]
    assert in_range.tolist() == [not isinstance(time, Reason) for time in alone]
    assert times.tolist() == [0 if isinstance(time, Reason) else time for time in alone]


@given(st.lists(st.floats(allow_nan=False) | st.floats(-1e11, 1e11) | st.integers(-(10**11), 10**11).map(float)))
@example(
    [9.214148664817920e18, 9.2141486648179205e18, 9.214148664e9, 9.2141486649e9, 1e17, 1e14, 1e11, 99999999999.99998]
)
@example([0.1, -0.1, 0.5, 1.5, 2.5e-9, 3.5e-9, -0.0, float("inf"), float("-inf")])
def test_times_with_a_fraction_in_columns_are_what_each_is_alone(written: list[float]) -> None:
    times, in_range = from_floats(np.array(written, np.float64))
    alone = [from_number(value) for value in written]
    assert in_range.tolist() == [not isinstance(time, Reason) for time in alone]
    assert times.tolist() == [0 if isinstance(time, Reason) else time for time in alone]


def test_a_hundred_days_of_window_arithmetic_on_any_time_stay_inside_64_bits() -> None:
    hundred_days_ns = 100 * 86_400 * 1_000_000_000
    assert LATEST_NS + hundred_days_ns < 2**63
    assert EARLIEST_NS - hundred_days_ns > -(2**63)
