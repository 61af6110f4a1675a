from ingest.journal.backlog import Backlog, Waiting
from ingest.journal.encoding import measure
from tests.ingest.journal.journals import messages


def waiting(number: int, count: int = 3, size: int = 1000) -> Waiting:
    return Waiting.since_now(measure(messages(number, count, size)), print)


def test_entries_leave_oldest_first_and_take_their_counts_with_them() -> None:
    backlog = Backlog()
    first, second = waiting(0, count=3), waiting(1, count=4)
    backlog.add(first)
    backlog.add(second)
    assert (len(backlog), backlog.messages, backlog.size) == (2, 7, first.size + second.size)
    backlog.remove_oldest(1)
    assert (len(backlog), backlog.messages, backlog.size) == (1, 4, second.size)
    assert backlog.oldest(1 << 30) == [second]
    backlog.remove_oldest(1)
    assert (len(backlog), backlog.messages, backlog.size, backlog.oldest(1 << 30)) == (0, 0, 0, [])


def test_what_is_chosen_stays_until_it_is_removed_and_is_bounded_but_never_nothing() -> None:
    backlog = Backlog()
    entries = [waiting(number) for number in range(5)]
    for entry in entries:
        backlog.add(entry)
    assert backlog.oldest(2 * entries[0].size) == entries[:2]
    assert backlog.oldest(1) == entries[:1]
    assert backlog.oldest(1 << 30) == entries
    assert len(backlog) == 5


def test_the_size_counts_the_bytes_and_what_a_message_takes_beside_them() -> None:
    assert waiting(0, count=10, size=1000).size > 10_000 + 10 * 50


def test_the_lag_is_the_age_of_the_oldest() -> None:
    backlog = Backlog()
    assert backlog.lag_s == 0.0
    backlog.add(Waiting(measure(messages(0)), print, waiting(0).since_s - 60.0, 1))
    backlog.add(waiting(1))
    assert 60.0 <= backlog.lag_s < 90.0
    backlog.remove_oldest(1)
    assert backlog.lag_s < 30.0
