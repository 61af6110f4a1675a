"""A backlog: readings that a broker kept for an hour come within a second, and each belongs where its time says."""

import numpy as np

from processors.backlogs import FEWEST, NEWEST, Backlogs
from processors.outcomes import Outcome
from tests.processors.batches import SECOND_NS, Fed, Row, at, row, windows

MINUTE_NS = 60 * SECOND_NS
NOON = "12:00:00"
MINUTELY = [at("11:00:00") + number * MINUTE_NS for number in range(60)]


def hour_of(fed: Fed, source: str = "mqtt", each: int = 40) -> list[Outcome]:
    """Of one device, in batches of a minute, all of them received at noon."""
    outcomes = []
    for minute in MINUTELY:
        rows = [Row(0, minute + second * SECOND_NS, {"v": 1}) for second in range(each)]
        outcomes += fed.take(*rows, received=NOON, source=source, behind=True)
        fed.advance()
    return outcomes


def counts(fed: Fed) -> dict[int, float]:
    return {end_ns: fields["v_count"] for (_, end_ns, _), fields in fed.final.items()}


def test_an_hour_that_comes_at_once_falls_into_its_own_windows() -> None:
    fed = Fed(windows("1m", delay="2s", lateness="0s"))
    fed.take(row(0, "10:59:00", v=1))
    assert hour_of(fed) == [Outcome.ACCEPTED] * 2400
    fed.advance("12:00:02")
    assert counts(fed) == {at("11:00:00"): 1} | {minute + MINUTE_NS: 40 for minute in MINUTELY}


def test_windows_close_while_the_backlog_is_read() -> None:
    fed = Fed(windows("1m", delay="2s"))
    hour_of(fed)
    assert fed.processor.state.watermark_ns == at("11:56:30")
    assert len(counts(fed)) == 56


def test_readings_without_a_time_move_nothing_while_others_are_behind() -> None:
    fed = Fed(windows("1m", delay="2s", lateness="0s"))
    fed.take(row(0, "10:59:00", v=1))
    untimed = [Row(1, at(NOON), {"v": 1}, timed=False, sequence=number) for number in range(100)]
    assert fed.take(*untimed, received=NOON, behind=True) == [Outcome.ACCEPTED] * 100
    fed.advance()
    assert fed.processor.state.watermark_ns == at("10:58:58")
    assert hour_of(fed) == [Outcome.ACCEPTED] * 2400


def test_the_first_reading_after_the_backlog_moves_the_time_by_its_receipt() -> None:
    fed = Fed(windows("1m", delay="2s"))
    hour_of(fed)
    assert len(fed.processor.state.backlogs.times["mqtt"]) == NEWEST
    fed.take(row(0, "12:00:05", v=1))
    assert fed.processor.state.watermark_ns == at("12:00:03")
    assert not fed.processor.state.backlogs


def test_one_device_with_a_wrong_clock_moves_nobodys_window() -> None:
    fed = Fed(windows("1m", delay="2s", lateness="0s"))
    fed.take(row(1, "11:00:00", v=1))
    upload = [Row(9, at("11:50:00") + number, {"v": 1}, message=0) for number in range(1000)]
    fed.take(*upload, received=NOON, behind=True)
    more = [Row(9, at("11:51:00") + number, {"v": 1}) for number in range(FEWEST - 2)]
    fed.take(*more, received=NOON, behind=True)
    fed.advance()
    assert fed.processor.state.watermark_ns == at("10:59:58")
    assert set(hour_of(fed)) == {Outcome.ACCEPTED}


def test_readings_ahead_of_their_receipt_move_the_time_to_the_receipt_at_most() -> None:
    fed = Fed(windows("1m", delay="2s"))
    fed.take(*[Row(0, at("12:00:30") + number, {"v": 1}) for number in range(50)], received=NOON, behind=True)
    assert fed.processor.state.watermark_ns == at("11:59:58")


def test_a_restart_in_the_middle_of_a_backlog_changes_nothing() -> None:
    whole, interrupted = Fed(windows("1m", delay="2s")), Fed(windows("1m", delay="2s"))
    for fed in (whole, interrupted):
        for minute in MINUTELY:
            rows = [Row(0, minute + second * SECOND_NS, {"v": second}) for second in range(20)]
            fed.take(*rows, received=NOON, behind=True)
            fed.advance()
            if fed is interrupted:
                fed.restart()
    assert interrupted.processor.state.watermark_ns == whole.processor.state.watermark_ns
    assert interrupted.final == whole.final


def test_a_recording_follows_its_event_times_as_ever() -> None:
    fed = Fed(windows("1m", delay="2s"), time_base="event")
    fed.take(row(0, "11:00:10", v=1), received=NOON, behind=True)
    assert fed.processor.state.watermark_ns == at("11:00:08")


def test_a_live_source_moves_no_time_while_another_is_behind() -> None:
    fed = Fed(windows("1m", delay="2s", lateness="0s"))
    fed.processor.fall_behind("slow")
    live = [Row(1, at(NOON) + number * SECOND_NS, {"v": 1}) for number in range(30)]
    for reading in live[:20]:
        fed.take(reading, source="live")
    fed.advance()
    assert hour_of(fed, source="slow") == [Outcome.ACCEPTED] * 2400
    for reading in live[20:]:
        fed.take(reading, source="live")
    fed.advance()
    assert fed.processor.state.watermark_ns == at("11:56:30")
    fed.take(row(0, "12:00:30", v=1), source="slow")
    assert fed.processor.state.watermark_ns == at("12:00:28")


def test_of_two_that_are_behind_the_time_is_that_of_the_one_further_behind() -> None:
    fed = Fed(windows("1m", delay="2s", lateness="0s"))
    fed.processor.fall_behind("quick")
    fed.processor.fall_behind("slow")
    for start, source in (("11:50:00", "quick"), ("11:10:00", "slow")):
        assert fed.processor.state.watermark_ns < at("11:00:00")
        rows = [Row(0, at(start) + number * SECOND_NS, {"v": 1}) for number in range(FEWEST)]
        assert set(fed.take(*rows, received=NOON, source=source, behind=True)) == {Outcome.ACCEPTED}
    assert fed.processor.state.watermark_ns == at("11:10:14")


def test_the_clock_ends_a_backlog_that_nobody_saw_the_end_of() -> None:
    fed = Fed(windows("1m", delay="2s"))
    fed.processor.fall_behind("slow")
    fed.take(row(0, "12:00:00", v=1), source="live")
    assert fed.processor.state.watermark_ns < at("11:00:00")
    fed.advance("12:00:01")
    assert not fed.processor.state.backlogs
    fed.take(row(0, "12:00:05", v=1), source="live")
    assert fed.processor.state.watermark_ns == at("12:00:03")


def test_the_newest_times_are_kept_one_for_each_message() -> None:
    backlogs = Backlogs()
    backlogs.follow("mqtt", np.array([5, 6, 7, 9]), np.array([2, 2, 4, 5]))
    assert backlogs.times["mqtt"].tolist() == [5, 7, 9]
    backlogs.follow("mqtt", np.array([1]), np.array([0]))
    assert backlogs.times["mqtt"].tolist() == [5, 7, 9, 1]
    backlogs.follow("mqtt", np.arange(NEWEST), np.arange(NEWEST))
    assert backlogs.times["mqtt"].tolist() == list(range(NEWEST))


def test_the_time_is_reached_that_half_of_the_readings_have_passed() -> None:
    backlogs = Backlogs()
    assert backlogs.reached() is None
    backlogs.follow("mqtt", np.arange(FEWEST - 1), np.arange(FEWEST - 1))
    assert backlogs.reached() is None
    backlogs.follow("mqtt", np.arange(FEWEST - 1, FEWEST), np.zeros(1, np.int64))
    assert backlogs.reached() == FEWEST // 2
    backlogs.begin("other")
    assert backlogs.reached() is None
