from storage.outbox.parts import POINTS
from storage.outbox.recent import Portion, Recent
from storage.points import SeriesTable
from tests.storage.outbox.point_batches import batch, seconds_of

TABLE = SeriesTable()


def parts(first: int, last: int, points: int = 10) -> list[Portion]:
    """Part 1 holds the seconds 0 to 9, part 2 those from 10 on, ..."""
    return [Portion([batch(TABLE, points * (at - 1), points)], at, points * at) for at in range(first, last + 1)]


def test_the_parts_after_one_are_given_together_until_they_make_a_write() -> None:
    recent = Recent()
    recent.add(parts(5, 7))
    portion = recent.after(5)
    assert portion is not None
    assert (seconds_of(portion.batches), portion.part, portion.points_until) == (list(range(50, 70)), 7, 70)
    again = recent.after(5)
    assert again is not None
    assert seconds_of(again.batches) == list(range(50, 70)), "asking changes nothing"
    large = Recent()
    large.add(parts(1, 5, POINTS // 2))
    portion = large.after(0)
    assert portion is not None
    assert (portion.part, portion.points_until) == (2, POINTS)


def test_what_is_not_held_must_be_read() -> None:
    recent = Recent()
    recent.add(parts(5, 7))
    assert (recent.after(3), recent.after(7)) == (None, None)


def test_the_oldest_go_when_there_are_too_many() -> None:
    recent = Recent(max_bytes=3 * 10 * (4 + 8 + 8))
    for number in range(1, 6):
        recent.add(parts(number, number))
    assert [recent.after(part) is not None for part in range(6)] == [False, False, True, True, True, False]


def test_many_at_once_are_not_held_at_all_since_a_part_keeps_all_of_them_in_memory() -> None:
    recent = Recent(max_bytes=3 * 10 * (4 + 8 + 8))
    recent.add(parts(1, 2))
    recent.add(parts(3, 6))
    assert [recent.after(part) for part in range(7)] == [None] * 7


def test_what_all_sinks_have_passed_goes() -> None:
    recent = Recent()
    recent.add(parts(1, 4))
    recent.forget_until(2)
    assert [recent.after(part) is not None for part in range(4)] == [False, False, True, True]
    recent.forget_until(9)
    assert recent.after(3) is None
