from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import processors.duplicates
from processors.duplicates import SeenReadings
from processors.outcomes import Outcome
from tests.processors.batches import Fed, Row, at, batch, row, windows

READING = row(3, "10:00:00", v=1.0)


def judge(seen: SeenReadings, *rows: Row) -> tuple[list[bool], list[bool]]:
    duplicate, unknowable = seen.judge(batch(rows))
    return duplicate.tolist(), unknowable.tolist()


def duplicates(seen: SeenReadings, *rows: Row) -> list[bool]:
    duplicate, unknowable = judge(seen, *rows)
    assert not any(unknowable)
    return duplicate


def test_the_same_reading_in_the_same_batch_is_a_duplicate_of_the_first() -> None:
    assert duplicates(SeenReadings(), READING, row(4, "10:00:00", v=1), READING) == [False, False, True]


def test_the_same_reading_in_the_next_batch_is_a_duplicate() -> None:
    seen = SeenReadings()
    assert duplicates(seen, READING) == [False]
    assert duplicates(seen, row(4, "10:00:00", v=1), READING) == [False, True]


def test_the_same_reading_an_hour_later_is_a_duplicate() -> None:
    seen = SeenReadings()
    duplicates(seen, READING)
    for minute in range(1, 60):
        duplicates(seen, row(3, f"10:{minute:02}:00", v=1))
    assert duplicates(seen, READING, row(3, "11:00:00", v=1)) == [True, False]


@pytest.mark.parametrize(
    "other",
    [
        row(3, "10:00:00", w=1),
        row(3, "10:00:00", v=1, w=1),
        replace(READING, sequence=7),
        replace(READING, stream=4),
        replace(READING, time_ns=READING.time_ns + 1),
        replace(READING, time_ns=READING.time_ns - 1),
    ],
    ids=["other quantity", "one more quantity", "other seq", "other topic", "later", "earlier"],
)
def test_what_differs_in_quantities_sequence_topic_or_time_is_no_duplicate(other: Row) -> None:
    assert duplicates(SeenReadings(), READING, other) == [False, False]
    seen = SeenReadings()
    duplicates(seen, READING)
    assert duplicates(seen, other, READING) == [False, True]


def test_a_repeated_reading_with_another_value_is_a_duplicate_all_the_same() -> None:
    assert duplicates(SeenReadings(), READING, replace(READING, values={"v": 2.0})) == [False, True]


def test_columns_of_other_devices_beside_a_reading_change_nothing() -> None:
    seen = SeenReadings()
    duplicates(seen, READING)
    assert duplicates(seen, row(5, "10:00:00", a=1, b=2), READING) == [False, True]


def test_readings_without_a_time_of_their_own_are_never_duplicates() -> None:
    seen, untimed = SeenReadings(), replace(READING, timed=False)
    assert duplicates(seen, untimed, untimed) == [False, False]
    assert duplicates(seen, untimed, READING) == [False, False]


def test_a_reading_older_than_what_was_forgotten_can_no_longer_be_told() -> None:
    seen = SeenReadings(memory=10)
    duplicates(seen, READING)
    duplicates(seen, *(row(3, f"10:01:{second}", v=1) for second in range(10, 21)))
    assert judge(seen, READING, row(3, "10:02:00", v=1)) == ([False, False], [True, False])


def test_a_stream_that_is_far_behind_forgets_only_up_to_its_own_latest_time() -> None:
    seen = SeenReadings(memory=2)
    duplicates(seen, row(1, "10:00:00", v=1), row(2, "18:00:00", v=1))
    duplicates(seen, row(3, "18:00:00", v=1))
    duplicates(seen, row(1, "12:00:00", v=1))
    assert judge(seen, row(1, "11:00:00", v=1), row(1, "09:00:00", v=1)) == ([False, False], [False, True])


READINGS = st.tuples(st.integers(0, 3), st.integers(0, 20), st.integers(-1, 1), st.sampled_from(["v", "w"]))


@given(st.lists(st.lists(READINGS, min_size=1, max_size=8), max_size=20), st.integers(1, 40))
def test_exactly_the_repeated_readings_are_dropped_whatever_the_batches(
    batches: list[list[tuple[int, int, int, str]]], chunk: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processors.duplicates, "_CHUNK", chunk)
        seen, known = SeenReadings(), set()
        for keys in batches:
            expected = []
            for key in keys:
                expected.append(key in known)
                known.add(key)
            rows = [Row(device, at("10:00:00") + t, {name: 1.0}, sequence=seq) for device, t, seq, name in keys]
            assert duplicates(seen, *rows) == expected


def test_what_is_known_is_told_without_remembering_the_rest() -> None:
    seen = SeenReadings()
    duplicates(seen, READING, row(3, "10:00:05", v=1))
    asked = batch([READING, row(3, "10:00:01", v=1), row(9, "10:00:00", v=1)])
    assert seen.known(asked).tolist() == [True, False, False]
    assert seen.known(asked).tolist() == [True, False, False]


def test_chunks_stay_few_while_batches_are_small() -> None:
    seen = SeenReadings()
    for number in range(1000):
        duplicates(seen, *(Row(device, number, {"v": 1.0}) for device in range(3)))
    assert len(seen.chunks) <= np.log2(3000)
    assert sum(len(chunk.fingerprints) for chunk in seen.chunks) == 3000


def test_two_sources_number_their_topics_apart() -> None:
    fed = Fed(windows("10s"))
    assert fed.take(READING, source="north") == [Outcome.ACCEPTED]
    assert fed.take(READING, source="south") == [Outcome.ACCEPTED]
    assert fed.take(READING, source="south") == [Outcome.DUPLICATE]


def test_a_redelivered_reading_whose_window_is_gone_is_still_a_duplicate() -> None:
    fed = Fed(windows("10s", lateness="1m"))
    fed.take(READING)
    fed.advance("11:00:00")
    again = fed.take(READING, row(3, "09:59:59", v=1), received="11:00:00")
    assert again == [Outcome.DUPLICATE, Outcome.TOO_LATE]
