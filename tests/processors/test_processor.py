import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Device, Kind, Quantity, Window, Windows
from ingest.devices import DeviceTable
from processors.indicators.indicator_batch import IndicatorBatch
from processors.outcomes import Outcome
from processors.processor import Output, Processor
from tests.processors.batches import SECOND_NS, Fed, Row, at, batch, row, window, windows

HOUR_NS = 3600 * SECOND_NS
SPEED = {"speed": Quantity(min=0, max=250)}


def parking_figures(output: Output) -> IndicatorBatch:
    (found,) = [batch for batch in output.indicators if "parking_occupancy" in batch.indicator]
    return found


def test_the_watermark_stays_where_it_is_when_the_receive_clock_steps_back_an_hour() -> None:
    fed = Fed(windows("10s", delay="2s"))
    fed.take(row(0, "10:00:01", v=1), received="10:00:01")
    fed.advance("10:00:12")
    fed.advance("09:00:12")
    assert fed.processor.state.watermark_ns == at("10:00:10")
    assert fed.take(row(0, "10:00:13", v=3), received="09:00:13") == [Outcome.ACCEPTED]
    assert fed.take(row(0, "10:00:02", v=3), received="09:00:14") == [Outcome.LATE]
    assert fed.processor.state.watermark_ns == at("10:00:10")
    fed.advance("10:00:22")
    assert window(fed, "10s", "10:00:20", 0)["v_count"] == 1


def test_a_device_whose_clock_is_a_year_ahead_is_rejected_and_moves_nobodys_window() -> None:
    fed = Fed(windows("10s"))
    wrong = Row(1, at("10:00:02") + 365 * 24 * HOUR_NS, {"v": 9})
    outcomes = fed.take(row(0, "10:00:01", v=1), wrong, received="10:00:02")
    assert outcomes == [Outcome.ACCEPTED, Outcome.TIME_AHEAD]
    assert fed.advance("10:00:09") == []
    assert fed.take(row(0, "10:00:03", v=3), received="10:00:09") == [Outcome.ACCEPTED]
    fed.advance("10:00:10")
    assert window(fed, "10s", "10:00:10", 0)["v_mean"] == 2
    assert {device for *_, device in fed.final} == {0}


def test_a_clock_may_be_ahead_as_far_as_the_configuration_allows() -> None:
    fed = Fed(windows("10s"))
    edge = at("10:00:00") + 60 * SECOND_NS
    outcomes = fed.take(Row(0, edge, {"v": 1}), Row(1, edge + 1, {"v": 1}), received="10:00:00")
    assert outcomes == [Outcome.ACCEPTED, Outcome.TIME_AHEAD]


def test_a_rejected_time_is_not_remembered_and_may_come_again_when_it_is_due() -> None:
    fed = Fed(windows("10s"))
    early = row(0, "10:05:00", v=1)
    assert fed.take(early, received="10:00:00") == [Outcome.TIME_AHEAD]
    assert fed.take(early, received="10:05:00") == [Outcome.ACCEPTED]


def test_recorded_data_closes_its_windows_by_event_time_whenever_it_was_received() -> None:
    fed = Fed(windows("10s", delay="5s"), time_base="event")
    fed.take(row(0, "10:00:01", v=1), received="23:00:00")
    assert fed.advance("23:00:00") == []
    fed.take(row(0, "10:00:14", v=2), received="23:00:00")
    assert fed.advance("23:00:00") == []
    fed.take(row(0, "10:00:15", v=3), received="23:00:00")
    assert [closed.end_ns for closed in fed.advance("23:00:00")] == [at("10:00:10")]
    assert [closed.end_ns for closed in fed.finish()] == [at("10:00:20")]


def test_finish_closes_every_window_that_holds_a_reading() -> None:
    fed = Fed(windows("10s", "15m", "1m/10s"), time_base="event")
    fed.take(row(0, "10:00:01", v=1), row(1, "10:14:59", v=2))
    fed.finish()
    assert {size // SECOND_NS for size, _, _ in fed.final} == {10, 900, 60}
    assert len([key for key in fed.final if key[0] == 60 * SECOND_NS]) == 12
    assert fed.finish() == []


def test_implausible_values_stay_out_and_a_reading_of_nothing_else_is_out_of_range() -> None:
    fed = Fed(windows("10s"), SPEED)
    outcomes = fed.take(
        row(0, "10:00:01", speed=300),
        row(0, "10:00:02", speed=-1, v=4),
        row(0, "10:00:03", speed=50),
    )
    assert outcomes == [Outcome.OUT_OF_RANGE, Outcome.ACCEPTED, Outcome.ACCEPTED]
    fed.advance("10:00:10")
    fields = window(fed, "10s", "10:00:10", 0)
    assert (fields["readings"], fields["speed_count"], fields["speed_max"], fields["v_mean"]) == (2, 1, 50, 4)
    assert fed.processor.state.implausible == {("street", "speed"): 2}


@pytest.mark.parametrize("clock", ["10:00:02", "09:00:00"])
def test_an_implausible_reading_stays_out_also_where_its_window_has_closed(clock: str) -> None:
    fed = Fed(windows("10s"), SPEED)
    fed.take(row(0, "10:00:01", speed=40))
    fed.advance("10:00:10")
    assert fed.take(row(0, clock, speed=300), received="10:00:11") == [Outcome.OUT_OF_RANGE]
    assert fed.advance("10:00:12") == []


def test_a_kind_without_windows_is_accepted_and_gives_none() -> None:
    settings = Windows(sizes=(Window(size=10 * SECOND_NS, kinds=("air",)),), delay=0)
    fed = Fed(settings)
    assert fed.take(row(0, "10:00:01", v=1)) == [Outcome.ACCEPTED]
    assert fed.take(row(0, "10:00:01", v=1)) == [Outcome.DUPLICATE]
    assert fed.finish() == []


def test_registered_devices_count_before_they_speak_and_as_often_as_configured() -> None:
    table = DeviceTable([Device(id="d1", kind="parking", every=30 * SECOND_NS, capacity=50, zone="kota")])
    processor = Processor(windows("1m", delay="0s"), {"parking": Kind(every=60 * SECOND_NS)}, table)
    processor.expect("c", [Device(id="d1", kind="parking", every=30 * SECOND_NS), Device(id="d2", kind="parking")])
    readings = [row(0, "10:00:01", occupied=10, capacity=50), row(0, "10:00:31", occupied=20, capacity=50)]
    processor.process(batch(readings, at("10:00:31"), "parking"))
    indicators = parking_figures(processor.advance(at("10:01:00")))
    found = dict(zip(zip(indicators.zone, indicators.indicator, strict=True), indicators.coverage, strict=True))
    zones = {zone for zone, _ in found}
    assert zones == {"kota", "unassigned", "all"}
    assert found["kota", "parking_occupancy"] == 1.0
    assert found["all", "parking_occupancy"] == pytest.approx(2 / 3)


def test_a_late_reading_revises_the_indicators_of_all_devices_and_not_of_one() -> None:
    table = DeviceTable()
    rows = [table.row("c", "parking", name, "kota") for name in ("a", "b")]
    processor = Processor(windows("1m", delay="0s"), {}, table)
    for device in rows:
        processor.process(batch([row(device, "10:00:01", occupied=10, capacity=50)], at("10:00:01"), "parking"))
    processor.advance(at("10:01:00"))
    late = processor.process(batch([row(0, "10:00:30", occupied=30, capacity=50)], at("10:01:05"), "parking"))
    assert late.tolist() == [Outcome.LATE]
    indicators = parking_figures(processor.advance(at("10:01:06")))
    at_zone = indicators.zone.index("kota")
    assert indicators.revision[at_zone] == 1
    occupancy = indicators.value[indicators.indicator.index("parking_occupancy")]
    assert occupancy == pytest.approx((20 + 10) / 100)
    assert np.isfinite(indicators.coverage[at_zone])


def test_a_kind_heard_of_late_is_late_by_the_same_measure_as_the_others() -> None:
    fed = Fed(windows("10s", delay="0s", lateness="1m"))
    fed.advance("10:10:00")
    assert fed.take(row(0, "10:08:50", v=1.0), received="10:10:01") == [Outcome.TOO_LATE]
    assert fed.take(row(0, "10:09:30", v=2.0), received="10:10:01") == [Outcome.LATE]


@pytest.mark.parametrize("registered", [False, True])
def test_before_the_first_closing_nothing_is_too_late_and_each_window_is_written_once(registered: bool) -> None:
    fed = Fed(windows("10s", "1m", delay="2s"))
    if registered:
        fed.processor.expect("c", [Device(id="d0", kind="street")])
    assert fed.take(row(0, "00:00:01", x=1), row(1, "10:00:01", x=2), received="10:00:02") == [Outcome.ACCEPTED] * 2
    assert fed.take(row(0, "00:00:02", x=3), received="10:00:03") == [Outcome.ACCEPTED]
    fed.advance("10:00:04")
    assert fed.take(row(0, "00:00:03", x=9), row(0, "00:00:01", x=1), received="10:00:05") == [
        Outcome.TOO_LATE,
        Outcome.DUPLICATE,
    ]
    fed.advance("10:02:00")
    old = [batch for batch in fed.written if len(batch) and batch.end_ns <= at("00:01:00")]
    assert [(batch.end_ns, batch.revision.tolist()) for batch in old] == [(at("00:00:10"), [0]), (at("00:01:00"), [0])]
    assert {window(fed, size, end, 0)["x_mean"] for size, end in (("10s", "00:00:10"), ("1m", "00:01:00"))} == {2}


def test_the_clock_is_due_when_a_pane_has_ended_or_late_readings_came_and_not_in_between() -> None:
    fed = Fed(windows("10s", delay="2s"))
    assert not fed.processor.due(at("10:00:00"))
    fed.take(row(0, "10:00:03", v=1.0))
    fed.advance("10:00:03")
    assert not fed.processor.due(at("10:00:11.9"))
    assert fed.processor.due(at("10:00:12"))
    fed.advance("10:00:12")
    assert not fed.processor.due(at("10:00:12.5"))
    fed.take(row(0, "10:00:09", v=2.0), received="10:00:13")
    assert fed.processor.due(at("10:00:13"))


def test_late_readings_close_nothing_so_they_may_wait_for_each_other() -> None:
    fed = Fed(windows("10s", delay="2s"))
    fed.take(row(0, "10:00:03", v=1.0))
    fed.advance("10:00:03")
    assert fed.processor.closes(at("10:00:12"))
    fed.advance("10:00:12")
    fed.take(row(0, "10:00:09", v=2.0), received="10:00:13")
    assert (fed.processor.due(at("10:00:13")), fed.processor.closes(at("10:00:13"))) == (True, False)
    assert fed.processor.closes(at("10:00:22"))


@given(st.lists(st.tuples(st.integers(-40, 3), st.integers(0, 9)), max_size=20))
def test_a_clock_that_is_asked_only_when_it_is_due_closes_the_same_windows(steps: list[tuple[int, int]]) -> None:
    often, when_due = (Fed(windows("10s", "20s/10s", delay="2s", lateness="20s")) for _ in range(2))
    clock = at("10:00:00")
    for after, pause in steps:
        clock += pause * SECOND_NS
        for fed in (often, when_due):
            fed.take(Row(0, clock + after * SECOND_NS, {"v": float(pause)}), received=clock)
        often.advance(clock)
        if when_due.processor.due(clock):
            when_due.advance(clock)
    assert often.final == when_due.final


def fed_with_three_devices() -> Fed:
    fed = Fed(windows("10s", "1m", lateness="10m"))
    fed.advance("10:00:00")
    rows = (row(device, clock, v=device) for clock in ("10:00:01", "10:00:58") for device in range(3))
    fed.take(*rows, received="10:00:59")
    return fed


def test_large_windows_are_closed_one_by_one_and_none_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    together = fed_with_three_devices()
    assert len(together.advance("10:01:00")) == 3
    apart = fed_with_three_devices()
    for module in ("processor", "kind_windows"):
        monkeypatch.setattr(f"processors.{module}.CLOSED_AT_ONCE", 3)
    for _ in range(3):
        assert apart.processor.due(at("10:01:00"))
        assert len(apart.advance("10:01:00")) == 1
    assert not apart.processor.due(at("10:01:00"))
    assert apart.final == together.final


def test_a_restart_between_two_large_windows_loses_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("processors.kind_windows.CLOSED_AT_ONCE", 3)
    fed = fed_with_three_devices()
    fed.advance("10:01:00")
    fed.restart()
    assert len(fed.advance("10:01:00")) == 1
    assert fed.finish() != []
    assert sorted({(size, end) for size, end, _ in fed.final}) == [
        (10 * SECOND_NS, at("10:00:10")),
        (10 * SECOND_NS, at("10:01:00")),
        (60 * SECOND_NS, at("10:01:00")),
    ]


def test_the_end_of_a_recording_closes_large_windows_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("processor", "kind_windows"):
        monkeypatch.setattr(f"processors.{module}.CLOSED_AT_ONCE", 1)
    fed = fed_with_three_devices()
    assert len(fed.finish()) == 3
