from config.durations import SECOND_NS
from denyut.loading import summary_of
from simulators.load.load import Progress


def summary(seconds: float, wanted: int, sent: int, done: int) -> list[str]:
    """Of a load that was to last 10 s."""
    return list(summary_of(Progress(seconds, wanted, sent, done, again=0, connected=1), 10 * SECOND_NS))


def test_a_load_that_kept_up_is_told_in_one_line() -> None:
    assert summary(10.1, 2000, 2000, 2000) == ["2,000 messages in 10.1 s: 198/s"]


def test_a_load_that_was_behind_says_by_how_much_it_was_longer() -> None:
    assert summary(12.5, 2000, 2000, 2000) == [
        "2,000 messages in 12.5 s: 160/s",
        "2.5 s longer than 10s, for what was behind and on the way",
    ]


def test_a_load_that_could_not_send_all_says_how_much_it_left() -> None:
    assert summary(40.0, 9000, 8000, 7990) == [
        "8,000 messages in 40.0 s: 200/s, 10 not acknowledged",
        "30.0 s longer than 10s, for what was behind and on the way; 1,000 were not sent at all",
    ]


def test_a_load_that_was_stopped_has_left_nothing_behind() -> None:
    assert summary(4.0, 2000, 800, 800) == ["800 messages in 4.0 s: 200/s"]
