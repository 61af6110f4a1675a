"""What indicators keep: columns and short histories, the same after they were saved and restored."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processors.checkpoints.arrays import pack_inline, unpack_inline
from processors.indicators.memory import History, Memory

HOUR = 3_600
NAN = np.nan


def places(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.int64)


def restored(memory: Memory) -> Memory:
    return Memory.restore(memory.describe(pack_inline), unpack_inline)


def same(found: np.ndarray, expected: object) -> None:
    np.testing.assert_array_equal(found, expected)


def test_a_column_is_filled_where_nothing_was_written_and_keeps_what_was_while_devices_are_added() -> None:
    memory = Memory()
    since = memory.column("since", 2, fill=-1)
    since[1] = 7
    same(memory.column("since", 4, fill=-1), [-1, 7, -1, -1])
    same(restored(memory).column("since", 4, fill=-1), [-1, 7, -1, -1])


def test_a_window_is_new_until_one_with_its_end_or_a_later_one_was_taken_in() -> None:
    memory = Memory()
    assert [memory.begin(end) for end in (20, 10, 20, 30)] == [True, False, False, True]
    assert not restored(memory).begin(30)


def test_a_history_gives_the_newest_step_first_and_nothing_for_a_step_that_was_skipped() -> None:
    history = Memory().history("level", 2, slots=4, step_ns=HOUR)
    history.put(1 * HOUR, places(0, 1), np.array([1.0, 10.0]))
    history.put(3 * HOUR, places(0), np.array([3.0]))
    same(history.until(3 * HOUR, 3), [[3, NAN], [NAN, NAN], [1, 10]])


def test_a_later_value_of_the_same_step_takes_the_place_of_the_first() -> None:
    history = Memory().history("level", 2, slots=3, step_ns=HOUR)
    history.put(HOUR, places(0, 1), np.array([1.0, 2.0]))
    history.put(HOUR, places(1), np.array([9.0]))
    same(history.until(HOUR, 1), [[1, 9]])


def test_a_step_older_than_all_slots_is_left_out() -> None:
    history = Memory().history("level", 1, slots=2, step_ns=HOUR)
    for hour in (1, 2, 3, 1):
        history.put(hour * HOUR, places(0), np.array([float(hour)]))
    same(history.until(3 * HOUR, 2), [[3], [2]])


def test_a_history_of_another_step_begins_anew() -> None:
    memory = Memory()
    memory.history("level", 1, slots=2, step_ns=HOUR).put(HOUR, places(0), np.array([1.0]))
    same(restored(memory).history("level", 1, slots=2, step_ns=HOUR).until(HOUR, 1), [[1]])
    same(memory.history("level", 1, slots=2, step_ns=60).until(HOUR, 1), [[NAN]])


STEPS = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 3), st.floats(-9, 9)), max_size=30)


@given(steps=STEPS, newest=st.integers(1, 12), saved_at=st.integers(0, 30))
def test_a_history_is_what_a_dictionary_of_the_last_steps_would_be(
    steps: list[tuple[int, int, float]], newest: int, saved_at: int
) -> None:
    history, plain, latest = History(4, HOUR), dict[tuple[int, int], float](), 0
    for number, (hour, place, value) in enumerate(steps):
        if number == saved_at:
            history = History.restore(history.describe(pack_inline), unpack_inline)
        history.reserve(4)
        history.put(hour * HOUR, places(place), np.array([value]))
        latest = max(latest, hour)
        plain[hour, place] = value
    history.reserve(4)
    end = max(newest, latest)
    expected = [[plain.get((hour, place), NAN) for place in range(4)] for hour in range(end, end - 4, -1)]
    same(history.until(end * HOUR, 4), expected)
