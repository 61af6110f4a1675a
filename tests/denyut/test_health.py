"""What a run says of itself to whoever may start it again."""

import pytest

from denyut.health import Pulse, checkpoint_failing, journal_failing, journal_stuck, notices_stuck, outbox_full


def test_a_clock_that_ticks_is_well_and_one_that_stands_is_named() -> None:
    now = [100.0]
    pulse = Pulse(lambda: now[0])
    now[0] = 110.0
    assert pulse.failure() == ""
    now[0] = 111.4
    assert pulse.failure() == "the clock has not ticked for 11 s"
    pulse.beat()
    assert pulse.failure() == ""


def test_each_beat_is_felt() -> None:
    felt: list[int] = []
    pulse = Pulse(felt=lambda: felt.append(1))
    pulse.beat()
    pulse.beat()
    assert felt == [1, 1]


@pytest.mark.parametrize(
    ("lag_s", "last_error", "said"),
    [
        (0.0, "", ""),
        (10.0, "", ""),
        (12.3, "", "nothing has been committed for 12 s"),
        (60.0, "No space left on device", "nothing has been committed for 60 s: No space left on device"),
        (1.0, "No space left on device", ""),
    ],
)
def test_a_journal_that_is_stuck_is_named_after_ten_seconds(lag_s: float, last_error: str, said: str) -> None:
    assert journal_stuck(lag_s, last_error) == said


def test_a_journal_that_cannot_be_written_is_not_ready_at_once() -> None:
    assert journal_failing("") == ""
    assert journal_failing("No space left on device") == "it cannot be written: No space left on device"


def test_a_checkpoint_that_fails_for_long_is_not_ready() -> None:
    assert checkpoint_failing("") == ""
    assert checkpoint_failing("No space left on device") == "it could not be written for long: No space left on device"


def test_an_outbox_is_named_when_it_is_full_or_fails() -> None:
    assert outbox_full(0.99, "") == ""
    assert outbox_full(1.0, "") == "points that no store takes fill it"
    assert outbox_full(0.2, "Input/output error") == "it cannot be written: Input/output error"


def test_a_notice_that_waits_for_five_minutes_is_told_and_its_channel_is_not() -> None:
    assert notices_stuck(299.0) == ""
    assert notices_stuck(420.0) == "a notice has waited for 7 minutes: see the status"
