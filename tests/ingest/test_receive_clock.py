"""Time goes on as it should while somebody sets the clock of the machine."""

import logging
from dataclasses import dataclass, field

import numpy as np
import pytest

from config.durations import SECOND_NS
from ingest.readings import NO_SEQUENCE, ReadingBatch
from ingest.receive_clock import ReceiveClock, boot_time_ns, median_lag_ns

NOON = 1_700_000_000 * SECOND_NS
HOUR = 3600 * SECOND_NS
LATENCY = -50_000_000
"""What a device's time differs by when its clock and ours are right: its message was a little while under way."""


@dataclass
class Machine:
    """Its wall clock can be set; its other clock runs on."""

    wall_ns: int = NOON
    elapsed_ns: int = 7 * HOUR
    not_before_ns: int = 0
    clock: ReceiveClock = field(init=False)

    def __post_init__(self) -> None:
        self.clock = ReceiveClock(self.not_before_ns, lambda: self.wall_ns, lambda: self.elapsed_ns)

    def passes(self, seconds: float, every_s: float = 0.25, drift_ppm: int = 0) -> int:
        """The time at the end."""
        for _ in range(round(seconds / every_s)):
            step = round(every_s * SECOND_NS)
            self.elapsed_ns += step
            self.wall_ns += step + step * drift_ppm // 1_000_000
            self.clock.now_ns()
        return self.clock.now_ns()

    def is_set(self, by_ns: int) -> None:
        self.wall_ns += by_ns

    def hears(self, true_time_ns: int, batches: int = 5, late_by_ns: int = -LATENCY) -> None:
        """Devices that know the true time send so many batches."""
        for _ in range(batches):
            self.clock.observe(true_time_ns - late_by_ns - self.clock.now_ns())


def seconds_since_noon(time_ns: int) -> float:
    return (time_ns - NOON) / SECOND_NS


def test_it_agrees_with_a_wall_clock_that_is_left_alone() -> None:
    machine = Machine()
    assert machine.clock.now_ns() == NOON
    assert seconds_since_noon(machine.passes(60)) == 60


def test_a_clock_that_drifts_is_followed() -> None:
    machine = Machine()
    machine.passes(3600, every_s=1, drift_ppm=500)
    assert machine.wall_ns - machine.elapsed_ns - NOON + 7 * HOUR == 1_800_000_000
    assert machine.clock.now_ns() == machine.wall_ns


def test_a_small_step_is_made_good_little_by_little() -> None:
    machine = Machine()
    machine.passes(1)
    machine.is_set(by_ns=SECOND_NS // 2)
    assert seconds_since_noon(machine.passes(10)) == pytest.approx(11.1)
    assert machine.passes(60) == machine.wall_ns


@pytest.mark.parametrize("step", [HOUR, -HOUR])
def test_an_hour_that_devices_contradict_is_not_followed_and_comes_back_unnoticed(
    step: int, caplog: pytest.LogCaptureFixture
) -> None:
    machine = Machine()
    machine.is_set(by_ns=step)
    for second in range(1, 1200):
        machine.hears(NOON + second * SECOND_NS, batches=1)
        assert seconds_since_noon(machine.passes(1)) == second
    machine.is_set(by_ns=-step)
    with caplog.at_level(logging.INFO, logger="denyut"):
        assert seconds_since_noon(machine.passes(1)) == 1200
    word = "ahead" if step > 0 else "back"
    assert [record.getMessage() for record in caplog.records] == [
        f"the clock of this machine was set 3,600 s {word}: not followed until devices agree",
        f"the clock of this machine is wrong by 3,600 s {word}: devices contradict it",
        "the clock of this machine is back where it was",
    ]


def test_a_clock_that_is_put_right_is_followed_as_soon_as_devices_agree(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine(wall_ns=NOON - HOUR)
    machine.passes(10)
    machine.is_set(by_ns=HOUR)
    assert seconds_since_noon(machine.passes(1)) == 11 - 3600
    machine.hears(NOON + 11 * SECOND_NS, batches=4)
    assert seconds_since_noon(machine.clock.now_ns()) == 11 - 3600
    machine.hears(NOON + 11 * SECOND_NS, batches=1)
    assert seconds_since_noon(machine.clock.now_ns()) == 11
    assert "is followed: devices agree with it" in caplog.text


def test_put_back_to_the_right_time_it_waits_there_until_time_has_caught_up() -> None:
    machine = Machine(wall_ns=NOON + HOUR)
    machine.passes(10)
    machine.is_set(by_ns=-HOUR)
    assert seconds_since_noon(machine.passes(1)) == 3611
    machine.hears(NOON + 11 * SECOND_NS)
    assert seconds_since_noon(machine.passes(1800)) == 3611
    assert seconds_since_noon(machine.passes(1801)) == 3612


def test_one_device_with_a_wrong_clock_decides_nothing() -> None:
    machine = Machine()
    machine.is_set(by_ns=HOUR)
    machine.passes(1)
    machine.hears(NOON + HOUR, batches=2)
    machine.hears(NOON + SECOND_NS, batches=3)
    assert seconds_since_noon(machine.passes(60)) == 61


def test_without_a_witness_the_wall_clock_is_believed_after_five_minutes(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine()
    machine.is_set(by_ns=HOUR)
    assert seconds_since_noon(machine.passes(300)) == 300
    assert seconds_since_noon(machine.passes(1)) == 3901
    assert "is followed: no device has told the time since" in caplog.text


def test_few_witnesses_are_heard_after_five_minutes_too() -> None:
    machine = Machine()
    machine.is_set(by_ns=HOUR)
    machine.passes(1)
    machine.hears(NOON + SECOND_NS, batches=1)
    assert seconds_since_noon(machine.passes(900)) == 901


def test_devices_that_contradicted_it_once_need_not_repeat_it() -> None:
    machine = Machine()
    machine.is_set(by_ns=-HOUR)
    machine.passes(1)
    machine.hears(NOON + SECOND_NS)
    assert seconds_since_noon(machine.passes(1800)) == 1801


def test_a_machine_that_stood_still_is_right_again_once_devices_say_so() -> None:
    """A virtual machine that was paused: neither of its clocks ran, then one is set."""
    machine = Machine()
    machine.is_set(by_ns=HOUR)
    machine.passes(1)
    machine.hears(NOON + HOUR + SECOND_NS)
    assert seconds_since_noon(machine.clock.now_ns()) == 3601


def test_buffered_uploads_that_are_hours_old_make_no_false_witness() -> None:
    machine = Machine()
    machine.is_set(by_ns=HOUR)
    machine.passes(1)
    machine.hears(NOON, late_by_ns=2 * HOUR)
    assert seconds_since_noon(machine.passes(10)) == 11


def test_after_a_restart_it_does_not_go_below_what_was_given_out() -> None:
    machine = Machine(wall_ns=NOON - HOUR, not_before_ns=NOON)
    assert seconds_since_noon(machine.passes(1)) == 1
    machine.hears(NOON + SECOND_NS)
    assert seconds_since_noon(machine.passes(1)) == 2


def test_a_clock_that_is_disciplined_while_it_is_not_followed_is_named_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    machine = Machine()
    machine.is_set(by_ns=HOUR)
    machine.passes(1)
    machine.hears(NOON + SECOND_NS)
    machine.passes(7200, every_s=1, drift_ppm=-500)
    assert len(caplog.records) == 2
    assert machine.clock.difference_ns == pytest.approx(HOUR - 3.6 * SECOND_NS, abs=SECOND_NS / 100)


@pytest.mark.parametrize("stops", [1, 3])
def test_a_process_that_stood_still_between_its_looks_at_the_clocks_takes_neither_for_set(
    stops: int, caplog: pytest.LogCaptureFixture
) -> None:
    machine = Machine()
    stops_ns = [5 * SECOND_NS] * stops

    def stopped_after_the_look_at_the_wall_clock() -> int:
        seen = machine.wall_ns
        if stops_ns:
            pause = stops_ns.pop()
            machine.wall_ns += pause
            machine.elapsed_ns += pause
        return seen

    machine.clock._wall_ns = stopped_after_the_look_at_the_wall_clock
    assert seconds_since_noon(machine.clock.now_ns()) == 5 * stops
    assert seconds_since_noon(machine.passes(1)) == 5 * stops + 1
    assert caplog.messages == []


def test_the_clock_that_nobody_sets_runs() -> None:
    before = boot_time_ns()
    assert 0 <= boot_time_ns() - before < SECOND_NS


def batch(*lags_s: int, timed: list[bool]) -> ReadingBatch:
    n = len(lags_s)
    return ReadingBatch(
        source="s",
        kind="air",
        quantities=("pm25",),
        device=np.zeros(n, np.int32),
        stream=np.zeros(n, np.int32),
        time_ns=NOON + np.array(lags_s, np.int64) * SECOND_NS,
        timed=np.array(timed),
        sequence=np.full(n, NO_SEQUENCE),
        values=np.ones((1, n)),
        message=np.arange(n),
        received_ns=NOON,
    )


def test_the_lag_of_a_batch_is_the_median_of_the_readings_that_bear_a_time() -> None:
    assert median_lag_ns([]) is None
    assert median_lag_ns([batch(0, timed=[False])]) is None
    mixed = [batch(-3, 0, timed=[True, False]), batch(-1, -9, timed=[True, True])]
    assert median_lag_ns(mixed) == -3 * SECOND_NS


def test_a_later_time_that_an_earlier_run_gave_out_is_not_gone_back_behind() -> None:
    machine = Machine()
    machine.clock.not_before(NOON - HOUR)
    assert seconds_since_noon(machine.clock.now_ns()) == 0
    machine.clock.not_before(NOON + HOUR)
    assert seconds_since_noon(machine.passes(10)) == 3610
    machine.hears(true_time_ns=machine.wall_ns)
    assert seconds_since_noon(machine.passes(10)) == 3610, "it waits until the time that devices tell has come"
