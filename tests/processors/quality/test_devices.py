"""What is said of a device as a whole: gaps, its clock, values that were left out."""

import pytest

from config.settings import Quantity
from processors.quality.flags import Flag
from tests.processors.batches import SECOND_NS, Row
from tests.processors.quality.minutes import BEGIN, MINUTE_NS, figures, flags, send, station


def test_the_first_window_after_a_silence_of_more_than_three_intervals_says_so() -> None:
    fed = station(Quantity(), 2)
    send(fed, *([1.0 + minute, 2.0 + minute] for minute in range(5)), *([None, 3.0] for _ in range(4)), [9.0, 3.5])
    assert [flags(fed, 9, device) for device in (0, 1)] == [Flag.GAP, 0]
    assert figures(fed, 9)["street_data_quality"] == 1, "a gap lowers the coverage, not what came"


def test_a_window_with_fewer_than_half_of_the_readings_that_are_due_says_so() -> None:
    fed = station(Quantity(), 1)
    seconds = [minute * 60 + second for minute in range(3) for second in range(5, 60, 10)]
    rows = [Row(0, BEGIN + second * SECOND_NS, {"v": float(second)}) for second in [*seconds, 185, 205]]
    for row in rows:
        fed.take(row)
    fed.advance(BEGIN + 4 * MINUTE_NS)
    assert [flags(fed, minute, 0) for minute in (2, 3)] == [0, Flag.GAP]


def test_a_device_most_of_whose_readings_come_minutes_late_for_three_windows_has_a_wrong_clock() -> None:
    fed = station(Quantity(), 2)
    for minute in range(12):
        now_ns = BEGIN + minute * MINUTE_NS + 30 * SECOND_NS
        fed.take(
            Row(0, now_ns, {"v": float(minute)}), Row(1, now_ns - 5 * MINUTE_NS, {"v": float(minute)}), received=now_ns
        )
        fed.advance(BEGIN + (minute + 1) * MINUTE_NS)
    assert [flags(fed, minute, 1) for minute in (-3, -1, 0, 5)] == [0, Flag.CLOCK, Flag.CLOCK, Flag.CLOCK]
    assert {flags(fed, minute, 0) for minute in range(12)} == {0}
    assert figures(fed, 11)["street_sensors_faulty"] == 1


def test_a_device_that_is_ahead_of_its_time_is_faulty_though_none_of_its_readings_is_taken() -> None:
    fed = station(Quantity(), 2)
    for minute in range(4):
        now_ns = BEGIN + minute * MINUTE_NS + 30 * SECOND_NS
        fed.take(Row(0, now_ns, {"v": float(minute)}), Row(1, now_ns + 3600 * SECOND_NS, {"v": 1.0}), received=now_ns)
        fed.advance(BEGIN + (minute + 1) * MINUTE_NS)
    assert figures(fed, 3)["street_sensors_faulty"] == 1


def test_values_that_were_left_out_are_counted_by_device_and_quantity() -> None:
    fed = station(Quantity(min=0, max=100), 2)
    values = [(0, 50.0), (0, 999.0), (0, 998.0), (1, 60.0)]
    rows = [
        Row(device, BEGIN + (1 + number) * SECOND_NS, {"v": value, "w": 1.0})
        for number, (device, value) in enumerate(values)
    ]
    fed.take(*rows)
    fed.advance(BEGIN + MINUTE_NS)
    fields = fed.final[MINUTE_NS, BEGIN + MINUTE_NS, 0]
    assert (fields["v_out_of_range"], fields["v_flags"], fields["v_count"]) == (2, Flag.RANGE, 1)
    assert "v_out_of_range" not in fed.final[MINUTE_NS, BEGIN + MINUTE_NS, 1]
    assert figures(fed, 0)["street_sensors_faulty"] == 1


def test_where_nobody_speaks_there_is_no_data_on_faults_and_the_data_have_no_quality() -> None:
    fed = station(Quantity(), 2)
    send(fed, [1.0, 2.0], *([None, None] for _ in range(6)))
    found = figures(fed, 6)
    assert found["street_sensors_faulty"] == pytest.approx(float("nan"), nan_ok=True)
    assert found["street_data_quality"] == 0
