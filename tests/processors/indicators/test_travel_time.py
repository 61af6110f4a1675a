import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.indicators.traffic import traffic
from processors.indicators.travel_time import percentiles
from tests.processors.indicators.conftest import Row
from tests.processors.indicators.in_turn import InTurn

QUARTER_S = 900
TEXTBOOK_MIN = (10, 11, 12, 12, 13, 14, 15, 16, 18, 20)
DAY = ("traffic_route_time_index_day", "traffic_planning_time_index", "traffic_buffer_index", "traffic_lottr")


def route(minutes, free_min=8.0, zone="koridor", **fields):
    """One travel time in the window; None: it kept silent."""
    row = {"zone": zone, "every_s": QUARTER_S} | ({} if free_min is None else {"free_travel_time": free_min * 60})
    if minutes is None:
        return row | fields
    seconds = minutes * 60.0
    said = {"travel_time_mean": seconds, "travel_time_min": seconds, "travel_time_count": 1}
    return row | {"readings": 1} | said | fields


def quarters(size_s=QUARTER_S, sizes_s=(10, 60, 900)):
    return InTurn(traffic, "traffic", size_s, sizes_s, units={"travel_time": "s"})


def test_the_worked_example_has_its_indices() -> None:
    run = quarters()
    for minutes in TEXTBOOK_MIN:
        found = run(route(minutes))
    index, planning, buffer, lottr = (found["koridor", name][0] for name in DAY)
    assert index == pytest.approx(14.1 / 8)
    assert index == pytest.approx(1.7625)
    assert planning == pytest.approx(2.3875)
    assert buffer == pytest.approx(0.3546, abs=5e-5)
    assert planning == pytest.approx(index * (1 + buffer))
    assert lottr == pytest.approx(16.4 / 13.5)
    assert found["koridor", DAY[0]][1:] == (pytest.approx(10 / 96), 1.0)


def test_twenty_minutes_that_become_26_are_an_index_of_1_3_and_a_delay_of_six_minutes() -> None:
    found = quarters()(route(26, free_min=20))
    assert found["koridor", "traffic_route_time_index"] == (pytest.approx(1.3), 1.0, 1.0)
    assert found["koridor", "traffic_delay"] == (360, 1.0, 1.0)
    assert found["koridor", "traffic_travel_time"] == (26 * 60, 1.0, 1.0)


def test_a_95th_percentile_of_36_minutes_where_20_are_free_is_a_planning_time_index_of_1_8() -> None:
    run = quarters()
    for _ in range(12):
        found = run(route(36, free_min=20))
    assert found["koridor", "traffic_planning_time_index"][0] == pytest.approx(1.8)
    assert found["koridor", "traffic_buffer_index"][0] == pytest.approx(0, abs=1e-6)


def test_a_mean_of_20_minutes_with_a_95th_percentile_of_28_is_a_buffer_of_40_percent() -> None:
    run = quarters()
    times = [18.5] * 17 + [28.0, 28.0, 29.5]
    for minutes in times:
        found = run(route(minutes, free_min=10))
    assert sum(times) / 20 == 20
    assert found["koridor", "traffic_buffer_index"][0] == pytest.approx((28.075 - 20) / 20)


def test_faster_than_free_is_an_index_below_one() -> None:
    assert quarters()(route(7.6))["koridor", "traffic_route_time_index"][0] == pytest.approx(0.95)


def test_fewer_than_ten_travel_times_have_no_percentile() -> None:
    run = quarters()
    for minutes in TEXTBOOK_MIN[:9]:
        found = run(route(minutes))
    assert all(math.isnan(found["koridor", name][0]) for name in DAY)


def test_what_lies_more_than_a_day_back_is_left_out() -> None:
    run = quarters()
    for _ in range(20):
        run(route(60))
    for _ in range(96):
        found = run(route(12))
    assert [found["koridor", name][0] for name in DAY] == pytest.approx([1.5, 1.5, 0, 1])
    assert found["koridor", DAY[1]][1] == 1


def test_a_zone_has_the_sums_of_its_routes_for_which_the_identity_still_holds() -> None:
    run = quarters()
    for minutes in TEXTBOOK_MIN:
        found = run(route(minutes), route(2 * minutes, free_min=30), route(5, zone="lain", free_min=5))
    index, planning, buffer, _ = (found["koridor", name][0] for name in DAY)
    assert index == pytest.approx((14.1 + 28.2) / 38)
    assert planning == pytest.approx((19.1 + 38.2) / 38)
    assert planning == pytest.approx(index * (1 + buffer))
    assert found["koridor", "traffic_delay"][0] == pytest.approx(60 * (12 + 10) / 2)
    assert found["all", "traffic_route_time_index"][0] == pytest.approx((20 + 40 + 5) / (8 + 30 + 5))


def test_without_a_free_time_there_are_a_buffer_and_lottr_but_no_index() -> None:
    run = quarters()
    for minutes in TEXTBOOK_MIN:
        found = run(route(minutes, free_min=None))
    assert math.isnan(found["koridor", "traffic_planning_time_index"][0])
    assert math.isnan(found["koridor", "traffic_delay"][0])
    assert found["koridor", "traffic_buffer_index"][0] == pytest.approx(0.3546, abs=5e-5)
    assert found["koridor", "traffic_travel_time"][0] == 20 * 60


def test_length_over_free_speed_is_a_free_time() -> None:
    found = quarters()(route(6, free_min=None, length=3000, free_speed=60))
    assert found["koridor", "traffic_route_time_index"][0] == pytest.approx(2)


def test_a_spot_speed_over_the_length_of_its_road_is_a_travel_time() -> None:
    spot: Row = {"zone": "koridor", "every_s": QUARTER_S, "readings": 1, "length": 3000, "free_speed": 60}
    run = InTurn(traffic, "traffic", QUARTER_S)
    found = run({**spot, "speed_harmonic": 30.0, "speed_count": 1})
    assert found["koridor", "traffic_travel_time"] == (pytest.approx(360), 1.0, 1.0)
    assert found["koridor", "traffic_delay"][0] == pytest.approx(180)


def test_without_a_route_there_are_no_travel_times() -> None:
    spot: Row = {"zone": "koridor", "every_s": QUARTER_S, "readings": 1, "speed_harmonic": 30.0, "speed_count": 1}
    found = InTurn(traffic, "traffic", QUARTER_S)(spot)
    assert not [name for _, name in found if "route" in name or "travel" in name]


@pytest.mark.parametrize("wrong", [{"travel_time_mean": -3.0}, {"travel_time_min": 0.0}])
def test_a_travel_time_of_nothing_is_left_out_and_lowers_the_quality(wrong) -> None:
    run = quarters()
    found = run(route(20), route(20) | wrong)
    assert found["koridor", "traffic_travel_time"] == (1200, 1.0, 0.5)


def test_a_silent_route_still_has_its_day() -> None:
    run = quarters()
    for minutes in TEXTBOOK_MIN:
        run(route(minutes))
    found = run(route(None))
    assert found["koridor", DAY[1]] == (pytest.approx(2.3875), pytest.approx(10 / 96), 1.0)
    assert math.isnan(found["koridor", "traffic_travel_time"][0])


def test_a_revised_quarter_takes_the_place_of_the_first() -> None:
    run = quarters()
    for minutes in (*TEXTBOOK_MIN[:9], 90):
        run(route(minutes))
    assert run.revise(10, route(20))["koridor", DAY[1]][0] == pytest.approx(2.3875)


def test_of_a_revised_quarter_whose_day_is_not_held_any_more_what_was_written_stands() -> None:
    run = quarters()
    for _ in range(150):
        run(route(12))
    assert run.revise(102, route(12))["koridor", DAY[1]] == (1.5, 1.0, 1.0)
    assert ("koridor", DAY[1]) not in run.revise(101, route(12))


def test_windows_of_a_minute_leave_the_day_to_those_of_a_quarter() -> None:
    assert not [name for _, name in quarters(size_s=60)(route(10)) if name in DAY]


COLUMNS = st.lists(
    st.lists(st.one_of(st.just(math.nan), st.floats(1, 1e4)), min_size=7, max_size=7), min_size=1, max_size=4
)


@given(COLUMNS)
def test_percentiles_are_those_of_numpy_without_what_is_missing(columns) -> None:
    found = percentiles(np.array(columns).T, (0.95, 0.8, 0.5))
    for place, column in enumerate(columns):
        known = [value for value in column if not math.isnan(value)]
        expected = [np.percentile(known, share) if known else math.nan for share in (95, 80, 50)]
        assert [each[place] for each in found] == pytest.approx(expected, nan_ok=True)


TIMES = st.lists(st.one_of(st.none(), st.integers(1, 60)), min_size=14, max_size=14)


@given(st.lists(TIMES, min_size=2, max_size=4), st.randoms(use_true_random=False), st.integers(0, 13))
def test_neither_the_order_of_the_routes_nor_an_interruption_changes_anything(routes, random, moment) -> None:
    order = random.sample(range(len(routes)), len(routes))
    whole, shuffled = quarters(), quarters()
    for number in range(14):
        rows = [route(minutes[number], zone=f"zone {place % 2}") for place, minutes in enumerate(routes)]
        expected = whole(*rows)
        found = shuffled(*(rows[place] for place in order))
        for key, figure in expected.items():
            assert found[key] == pytest.approx(figure, nan_ok=True), key
        if number == moment:
            shuffled.restart()
