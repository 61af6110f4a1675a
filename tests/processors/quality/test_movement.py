"""What one value says beside the one before, and beside what the neighbours say."""

import pytest

from config.quality_rules import QualityRules
from config.settings import Quantity
from processors.quality.flags import Flag
from tests.processors.batches import SECOND_NS, Row
from tests.processors.quality.minutes import BEGIN, MINUTE_NS, figures, flags, send, station, trembling

LEVEL = Quantity(unit="cm", max_change=200)


def test_a_sensor_that_repeats_itself_while_the_others_move_is_stuck_after_thirty_readings() -> None:
    fed = station(Quantity(), 5)
    send(fed, *([25.0, *trembling(minute, 4)] for minute in range(32)))
    assert [flags(fed, minute, 0) for minute in (29, 30, 31)] == [0, Flag.STUCK, Flag.STUCK]
    assert [flags(fed, 31, device) for device in (1, 2, 3, 4)] == [0, 0, 0, 0]
    assert figures(fed, 31)["street_sensors_faulty"] == 1


def test_a_sensor_that_moves_again_is_not_stuck_any_more() -> None:
    fed = station(Quantity(), 5)
    after = send(fed, *([25.0, *trembling(minute, 4)] for minute in range(32)))
    send(fed, [25.1, *trembling(after, 4)], first=after)
    assert flags(fed, after, 0) == 0


def test_where_nothing_moves_nobody_is_stuck() -> None:
    fed = station(Quantity(), 5)
    send(fed, *([25.0, 26.0, 27.0, 28.0, 29.0] for _ in range(60)))
    assert [flags(fed, 59, device) for device in range(5)] == [0, 0, 0, 0, 0]


def test_a_sensor_is_not_stuck_before_it_rests_eight_times_as_long_as_the_others() -> None:
    """The others change every tenth minute, so thirty are nothing; they rest for up to nine."""
    fed = station(Quantity(), 5)
    send(fed, *([25.0, *([100.0 + minute // 10] * 4)] for minute in range(76)))
    assert [flags(fed, minute, 0) for minute in (40, 69, 71, 72)] == [0, 0, Flag.STUCK, Flag.STUCK]


@pytest.mark.parametrize(
    ("quantity", "value"),
    [(Quantity(min=0), 0.0), (Quantity(steady=True), 25.0), (Quantity(kind="state"), 1.0)],
    ids=["no rain", "a capacity", "a door"],
)
def test_what_may_rest_is_never_stuck(quantity: Quantity, value: float) -> None:
    fed = station(quantity, 5)
    send(fed, *([value, *trembling(minute, 4)] for minute in range(40)))
    assert flags(fed, 39, 0) == 0


def test_a_sensor_alone_is_flat_where_it_moved_once_and_then_no_more_for_long() -> None:
    fed = station(Quantity(), 2, rules=QualityRules(flat="20m"))
    send(fed, [10.0, 7.0], *([11.0, 7.0] for _ in range(22)))
    assert [flags(fed, minute, 0) for minute in (20, 21, 22)] == [0, Flag.FLAT, Flag.FLAT]
    assert flags(fed, 22, 1) == 0, "what never moved may be a constant"


def learned(devices: int, quantity: Quantity | None = None):
    """A station whose usual changes are known, and the next minute."""
    fed = station(Quantity() if quantity is None else quantity, devices)
    return fed, send(fed, *(trembling(minute, devices) for minute in range(20)))


def test_one_value_far_off_its_neighbours_in_time_is_a_spike_and_the_next_one_is_none() -> None:
    fed, minute = learned(4)
    spike, back = trembling(minute, 4), trembling(minute + 1, 4)
    send(fed, [spike[0] + 50, *spike[1:]], back, first=minute)
    assert [flags(fed, minute, 0), flags(fed, minute + 1, 0)] == [Flag.SPIKE, 0]
    assert flags(fed, minute, 1) == 0


def test_a_value_that_stays_where_it_jumped_to_is_believed_with_the_second_window() -> None:
    fed, minute = learned(4)
    moved = [[value + 50 * (device == 0) for device, value in enumerate(trembling(minute + n, 4))] for n in range(3)]
    send(fed, *moved, first=minute)
    assert [flags(fed, minute + n, 0) for n in range(3)] == [Flag.SPIKE, 0, 0]


def test_a_level_that_rose_faster_than_water_can_is_doubted_until_it_could_have_risen_so_far() -> None:
    fed, minute = learned(4, LEVEL)
    jumped = [[value + 500 * (device == 0) for device, value in enumerate(trembling(minute + n, 4))] for n in range(28)]
    send(fed, *jumped, first=minute)
    assert {flags(fed, minute + n, 0) for n in range(24)} == {Flag.RATE}
    assert flags(fed, minute + 26, 0) == 0, "500 cm take 25 min at 200 cm in 10 min"


def test_readings_within_one_window_that_lie_too_far_apart_are_too_fast() -> None:
    fed = station(LEVEL, 1)
    send(fed, [100.0])
    times = [BEGIN + MINUTE_NS + second * SECOND_NS for second in (1, 30)]
    fed.take(Row(0, times[0], {"v": 0.0}), Row(0, times[1], {"v": 201.0}), received=times[1])
    fed.advance(BEGIN + 2 * MINUTE_NS)
    assert flags(fed, 1, 0) == Flag.RATE


def test_when_all_gauges_rise_it_rains_and_no_gauge_is_doubted() -> None:
    fed, minute = learned(5)
    send(fed, [value + 50 for value in trembling(minute, 5)], first=minute)
    assert [flags(fed, minute, device) for device in range(5)] == [Flag.EVENT] * 5
    found = figures(fed, minute)
    assert (found["street_moved_together"], found["street_sensors_faulty"]) == (1, 0)
    assert found["street_data_quality"] == 1


def test_when_one_gauge_alone_jumps_it_is_the_gauge() -> None:
    fed, minute = learned(5)
    send(fed, [150.0 + 50, *trembling(minute, 5)[1:]], first=minute)
    assert [flags(fed, minute, device) for device in range(5)] == [Flag.SPIKE, 0, 0, 0, 0]
    found = figures(fed, minute)
    assert found["street_moved_together"] == pytest.approx(1 / 5)
    assert (found["street_sensors_faulty"], found["street_data_quality"]) == (1, pytest.approx(4 / 5))


def test_gauges_that_move_the_other_way_are_no_witnesses() -> None:
    fed, minute = learned(5)
    calm = trembling(minute, 5)
    send(fed, [calm[0] + 50, *(value - 50 for value in calm[1:])], first=minute)
    assert [flags(fed, minute, device) for device in range(5)] == [Flag.SPIKE, *[Flag.EVENT] * 4]


def test_with_fewer_than_two_neighbours_nobody_can_tell_and_the_sensor_is_doubted() -> None:
    fed, minute = learned(2)
    send(fed, [value + 50 for value in trembling(minute, 2)], first=minute)
    assert [flags(fed, minute, device) for device in range(2)] == [Flag.SPIKE] * 2


def test_a_wind_that_turns_past_north_has_turned_by_little() -> None:
    fed = station(Quantity(kind="angle", max_change=30), 1)
    send(fed, [355.0], [5.0], [50.0])
    assert [flags(fed, minute, 0) for minute in range(3)] == [0, 0, Flag.RATE]
