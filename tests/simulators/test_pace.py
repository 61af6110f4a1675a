import asyncio
from itertools import pairwise

from simulators.pace import Pace

SECOND_NS = 1_000_000_000


async def spans_of(pace: Pace, since_ns: int) -> list[tuple[int, int]]:
    return [span async for span in pace.spans(since_ns)]


def test_spans_follow_each_other_without_a_gap_and_end_exactly() -> None:
    pace = Pace(start_ns=1000, speed=10.0, lasts_ns=SECOND_NS // 2)
    spans = asyncio.run(spans_of(pace, 1000))
    assert spans[0][0] == 1000
    assert spans[-1][1] == pace.end_ns == 1000 + 5 * SECOND_NS
    assert all(before[1] == after[0] for before, after in pairwise(spans))


def test_a_backlog_comes_in_spans_of_at_most_a_second_of_wall_time() -> None:
    pace = Pace(start_ns=0, speed=1000.0, lasts_ns=SECOND_NS // 5)
    pace._began = -3600.0
    spans = asyncio.run(spans_of(pace, -3000 * SECOND_NS))
    assert [stop - start for start, stop in spans] == [1000 * SECOND_NS] * 3 + [200 * SECOND_NS]


def test_nothing_is_due_before_it_has_begun_and_without_a_length_there_is_no_end() -> None:
    pace = Pace(start_ns=5)
    assert pace.now_ns() == 5
    assert pace.end_ns is None
