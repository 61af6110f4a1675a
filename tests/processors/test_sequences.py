"""What never came, by the devices' own counters; told by rows of (stream, number, time, whether it has a time)."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Windows
from ingest.readings import NO_SEQUENCE
from processors.gaps import Gaps
from processors.processor import State
from processors.sequences import FAR, NEAR, Sequences
from processors.state import dump, load
from tests.processors.batches import Row, at, batch

START = at("10:00:00")
Told = tuple[int, int, int]
"""(stream, number, time in ns after START)."""


def observed(sequences: Sequences, told: list[Told], received: int = 10**15) -> dict[int, tuple[int, int, int]]:
    """Device -> (published, missing, restarts); streams 2d and 2d + 1 are of device d."""
    rows = [Row(stream // 2, START + time, {"v": 1.0}, stream, number) for stream, number, time in told]
    sums: dict[int, tuple[int, int, int]] = {}
    for counted in sequences.observe(batch(rows, START + received)):
        columns = (counted.device, counted.published, counted.missing, counted.restarts)
        for device, *amounts in zip(*(column.tolist() for column in columns), strict=True):
            before = sums.get(device, (0, 0, 0))
            sums[device] = (before[0] + amounts[0], before[1] + amounts[1], before[2] + amounts[2])
    return sums


def of_one(*numbers_at: tuple[int, int]) -> tuple[int, int, int]:
    """All that one stream tells, one batch for each."""
    sequences, total = Sequences(), np.zeros(3, np.int64)
    for number, time in numbers_at:
        total += observed(sequences, [(0, number, time)]).get(0, (0, 0, 0))
    published, missing, restarts = total.tolist()
    return published, missing, restarts


def test_numbers_leapt_over_are_missing() -> None:
    assert of_one((7, 0), (8, 1), (12, 2), (13, 3)) == (7, 3, 0)


def test_what_comes_late_is_missing_no_longer() -> None:
    assert of_one((1, 10), (6, 60), (3, 30), (2, 20)) == (6, 2, 0)


def test_the_same_late_number_twice_fills_its_place_once() -> None:
    assert of_one((1, 10), (4, 40), (3, 30), (3, 30), (2, 20), (2, 20)) == (4, 0, 0)


def test_a_long_outage_sent_after_the_newest_leaves_nothing_missing() -> None:
    late = [(number, number) for number in range(2, 5_000)]
    assert of_one((1, 1), (5_000, 5_000), *late) == (5_000, 0, 0)


def test_a_repeated_number_says_nothing() -> None:
    assert of_one((5, 0), (5, 1), (5, 0), (6, 2)) == (2, 0, 0)


def test_a_counter_that_falls_far_or_to_nothing_begins_again() -> None:
    assert of_one((500, 0), (501, 1), (40, 2), (41, 3)) == (4, 0, 1)
    assert of_one((3, 0), (4, 1), (0, 2), (1, 3)) == (4, 0, 1)
    assert of_one((3, 0), (4, 1), (1, 2), (4, 3)) == (6, 2, 1)


def test_a_small_fall_is_a_late_reading_even_without_an_older_time() -> None:
    assert of_one((50, 0), (53, 1), (51, 2), (54, 3)) == (5, 1, 0)


def test_a_late_reading_is_no_restart_however_low_its_number() -> None:
    assert of_one((5_000, 5_000), (1, 1), (0, 0), (5_001, 5_001)) == (2, 0, 0)


def test_a_late_reading_of_the_run_before_a_restart_is_no_leap() -> None:
    assert of_one((4_990, 10), (4_993, 13), (0, 20), (1, 21), (4_991, 11), (2, 22)) == (7, 1, 1)


def test_a_leap_that_no_loss_explains_begins_another_run() -> None:
    assert of_one((5, 0), (5 + FAR, 1)) == (1 + FAR, FAR - 1, 0)
    assert of_one((5, 0), (6 + FAR, 1), (7 + FAR, 2)) == (3, 0, 1)


@pytest.mark.parametrize("width", [16, 32])
def test_a_counter_that_wraps_goes_on_and_what_it_leapt_over_is_missing(width: int) -> None:
    top = 2**width
    assert of_one((top - 3, 0), (top - 2, 1), (top - 1, 2), (0, 3), (1, 4)) == (5, 0, 0)
    assert of_one((top - 3, 0), (2, 5), (top - 1, 2), (0, 3)) == (6, 2, 0)
    assert of_one((top - 1, 0), (NEAR, 5)) == (2, 0, 1)


def test_a_clock_that_is_ahead_once_does_not_make_all_that_follows_late() -> None:
    sequences = Sequences()
    assert observed(sequences, [(0, 900, 10**12)], received=1) == {0: (1, 0, 0)}
    assert observed(sequences, [(0, 0, 2)], received=2) == {0: (1, 0, 1)}


def test_a_clock_that_steps_back_loses_no_count() -> None:
    assert of_one((1, 100), (2, 101), (3, 50), (4, 51), (6, 53), (7, 102)) == (7, 1, 0)


def test_readings_without_a_number_are_no_work_and_leave_no_trace() -> None:
    sequences = Sequences()
    assert observed(sequences, [(0, NO_SEQUENCE, 0), (3, NO_SEQUENCE, 1)]) == {}
    assert len(sequences.highest) == 0
    assert observed(sequences, [(0, NO_SEQUENCE, 0), (3, 9, 1), (3, 11, 2)]) == {1: (3, 1, 0)}


def test_counters_go_on_through_a_saved_state() -> None:
    state = State(sequences={"mqtt": Sequences()})
    observed(state.sequences["mqtt"], [(0, 1, 10), (0, 5, 50), (3, 70, 1), (3, 80, 2), (3, 0, 3)])
    content = dump(state)
    restored = load(content, Windows(), {})
    assert dump(restored) == content
    later = [(0, 3, 30), (3, 75, 1), (3, 2, 4), (0, 6, 60)]
    assert observed(restored.sequences["mqtt"], later) == {0: (1, -1, 0), 1: (2, 0, 0)}


@dataclass
class Plainly:
    """One stream, by sets of numbers; slow, and without bounds."""

    highest: int | None = None
    latest: int = -1
    absent: set[int] = field(default_factory=set)
    absent_before: set[int] = field(default_factory=set)
    published: int = 0
    restarts: int = 0
    forgotten: int = 0

    def tell(self, number: int, time: int) -> None:
        older, newer = time < self.latest, time > self.latest
        self.latest = max(self.latest, time)
        if self.highest is None:
            self.highest, self.published = number, 1
            return
        over = range(self.highest + 1, number)
        if number >= self.highest and (len(over) < NEAR or (not older and len(over) < FAR)):
            self.published += number - self.highest
            self.absent |= set(over)
            self.highest = number
            return
        if not older:
            for top in (2**16, 2**32):
                if self.highest < top and number < self.highest and top - self.highest + number <= NEAR:
                    self.published += top - self.highest + number
                    self._turn(self.absent | set(range(self.highest + 1, top)), set(range(number)), number)
                    return
            fell = self.highest - number
            if fell < -FAR or fell > NEAR or (newer and number in (0, 1)):
                self.published += 1
                self.restarts += 1
                self._turn(self.absent, set(), number)
                return
        if number in self.absent:
            self.absent.remove(number)
        else:
            self.absent_before.discard(number)

    def _turn(self, before: set[int], absent: set[int], highest: int) -> None:
        self.forgotten += len(self.absent_before)
        self.absent_before, self.absent, self.highest = before, absent, highest

    @property
    def counted(self) -> tuple[int, int, int]:
        return self.published, len(self.absent) + len(self.absent_before) + self.forgotten, self.restarts


NUMBERS = st.one_of(
    *(st.integers(0, 12), st.integers(0, 300), st.integers(65_500, 65_560), st.integers(2**32 - 30, 2**32 + 30)),
    st.integers(FAR - 3, FAR + 12),
)
TOLD = st.lists(st.tuples(st.integers(0, 3), NUMBERS, st.integers(0, 20)), max_size=25)


@given(st.lists(TOLD, max_size=6))
def test_the_counts_are_those_of_the_plain_account_whatever_the_batches(batches: list[list[Told]]) -> None:
    check(batches)


@given(st.data())
def test_rising_counters_with_losses_late_readings_and_restarts_are_counted_plainly(data: st.DataObject) -> None:
    """Mostly steady, as devices are, so that streams that only rise stand beside those that fall."""
    told: list[Told] = []
    for stream in range(4):
        number, time = data.draw(st.sampled_from([0, 3, 65_530, 2**32 - 5])), 0
        for _ in range(data.draw(st.integers(0, 30))):
            told.append((stream, number, time))
            time += data.draw(st.sampled_from([0, 1, 1, 1, 1, 1]))
            number = data.draw(st.sampled_from([number + 1] * 8 + [number + 2, number + 90, number, 0, 1]))
    if told:
        shuffled = data.draw(st.sampled_from([told, sorted(told, key=lambda row: row[2])]))
        size = data.draw(st.integers(1, len(shuffled)))
        check([shuffled[first : first + size] for first in range(0, len(shuffled), size)])


def check(batches: list[list[Told]]) -> None:
    """All of them together, and small batches one by one."""
    for few in (0, 3):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("processors.sequences._FEW", few)
            check_counts(batches)


def check_counts(batches: list[list[Told]]) -> None:
    sequences, plainly = Sequences(), [Plainly() for _ in range(4)]
    total = np.zeros((2, 3), np.int64)
    for told in batches:
        for stream, number, time in told:
            plainly[stream].tell(number, time)
        if told:
            for device, counts in observed(sequences, told).items():
                total[device] += counts
        restored = Gaps.restore(*sequences.gaps.columns())
        assert len(restored) == len(sequences.gaps)
        sequences.gaps = restored
    by_device = [np.add(plainly[2 * device].counted, plainly[2 * device + 1].counted).tolist() for device in range(2)]
    assert total.tolist() == by_device
