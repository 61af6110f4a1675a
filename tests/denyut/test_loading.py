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
        "9,000 due, 8,000 sent, 1,000 never sent; the percentiles are of those sent",
        "30.0 s longer than 10s, for what was behind and on the way",
    ]


def test_a_load_that_was_stopped_while_it_was_behind_says_what_was_due_until_then() -> None:
    assert summary(4.0, 900, 800, 800) == [
        "800 messages in 4.0 s: 200/s",
        "900 due, 800 sent, 100 never sent; the percentiles are of those sent",
    ]


def test_a_load_whose_broker_is_gone_at_once_is_summed_up_too() -> None:
    assert summary(0.0, 0, 0, 0) == ["0 messages in 0.0 s: 0/s"]
