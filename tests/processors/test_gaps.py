import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processors.gaps import Gaps


def numbers(gaps: Gaps) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """(stream, former) -> its gaps as (start, end)."""
    heads, bounds = gaps.columns()
    ends = np.cumsum(heads[:, 2])
    return {
        (stream, former): [(start, end) for start, end in bounds[last - count : last].reshape(-1, 2).tolist()]
        for (stream, former, count), last in zip(heads.tolist(), ends.tolist(), strict=True)
    }


def test_a_number_out_of_the_middle_leaves_a_gap_on_each_side() -> None:
    gaps = Gaps()
    gaps.open(3, 10, 20)
    assert [gaps.fill(3, number) for number in (14, 14, 10, 19, 20, 9)] == [1, 0, 1, 1, 0, 0]
    assert numbers(gaps) == {(3, 0): [(11, 14), (15, 19)]}
    assert len(gaps) == 2


def test_gaps_of_the_run_before_are_still_filled_and_those_before_it_no_longer() -> None:
    gaps = Gaps()
    gaps.open(1, 10, 12)
    gaps.turn(1)
    gaps.open(1, 50, 51)
    assert gaps.fill(1, 11) == 1
    gaps.turn(1)
    assert gaps.fill(1, 10) == 0
    assert numbers(gaps) == {(1, 1): [(50, 51)]}
    gaps.turn(1)
    assert (numbers(gaps), len(gaps)) == ({}, 0)


def test_when_there_are_too_many_the_stream_that_leapt_longest_ago_loses_its_own() -> None:
    gaps = Gaps(memory=3)
    for stream, start in ((7, 10), (8, 10), (7, 20), (9, 10)):
        gaps.open(stream, start, start + 5)
    assert numbers(gaps) == {(7, 0): [(10, 15), (20, 25)], (9, 0): [(10, 15)]}
    assert (gaps.fill(8, 12), gaps.fill(7, 10), len(gaps)) == (0, 1, 3)


def test_one_stream_keeps_no_more_than_its_share() -> None:
    gaps = Gaps()
    for start in range(0, 20_000, 10):
        gaps.open(0, start, start + 5)
    assert len(gaps) == 1_024
    assert (gaps.fill(0, 19_994), gaps.fill(0, 1)) == (1, 0)


LEAPS = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 3), st.integers(1, 6)), max_size=12)


@given(LEAPS, st.lists(st.tuples(st.integers(0, 2), st.integers(0, 80)), max_size=40))
def test_each_missing_number_is_found_once(leaps: list[tuple[int, int, int]], late: list[tuple[int, int]]) -> None:
    gaps, absent, reached = Gaps(), set[tuple[int, int]](), [0, 0, 0]
    for stream, seen, over in leaps:
        start = reached[stream] + seen
        reached[stream] = start + over
        gaps.open(stream, start, start + over)
        absent |= {(stream, number) for number in range(start, start + over)}
    for stream, number in late:
        assert gaps.fill(stream, number) == ((stream, number) in absent)
        absent.discard((stream, number))
    left = {
        (stream, n) for (stream, _), held in numbers(gaps).items() for start, end in held for n in range(start, end)
    }
    assert left == absent
    assert len(gaps) == sum(map(len, numbers(gaps).values()))
