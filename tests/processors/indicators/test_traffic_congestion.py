import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.indicator_rules import IndicatorRules
from processors.indicators.traffic import traffic
from tests.processors.indicators.in_turn import InTurn

MINUTE_S = 60
CONGESTED = "traffic_congested"


def station(speed, zone="kota", free_speed=50, **fields):
    """One reading of so many km/h in the window; None: it kept silent."""
    row = {"zone": zone, "every_s": MINUTE_S} | ({} if free_speed is None else {"free_speed": free_speed}) | fields
    if speed is None:
        return row
    harmonic = {"speed_harmonic": speed} if speed > 0 else {}
    return (
        row | {"readings": 1, "speed_count": 1, "speed_mean": speed, "speed_min": speed, "speed_max": speed} | harmonic
    )


def minutes(rules=None, size_s=MINUTE_S):
    return InTurn(traffic, "traffic", size_s, (10, 60, 900), rules=rules or IndicatorRules())


def shares(*speeds, run=None, **fields):
    run = run or minutes()
    return [run(station(speed, **fields))["kota", CONGESTED][0] for speed in speeds]


def test_two_slow_windows_in_a_row_are_a_congestion() -> None:
    assert shares(50, 24, 24, 24) == [0, 0, 1, 1]
    assert shares(24, 50, 24, 50, 24) == [0, 0, 0, 0, 0]


def test_half_of_the_free_speed_is_not_below_half() -> None:
    assert shares(25, 25, 25) == [0, 0, 0]


def test_a_congestion_lasts_until_the_speed_is_above_60_percent() -> None:
    assert shares(20, 20, 28, 30, 30.1, 28, 26) == [0, 1, 1, 1, 0, 0, 0]


def test_between_the_limits_a_station_stays_what_it_was() -> None:
    assert shares(50, 27, 27, 27) == [0, 0, 0, 0]
    assert shares(20, 20, 27, 27, 27) == [0, 1, 1, 1, 1]


def test_the_rules_set_the_limits_and_the_number_of_windows() -> None:
    rules = IndicatorRules(congested_below=0.4, congested_until=0.8, congested_windows=3)
    assert shares(22, 22, 22, 22, run=minutes(rules)) == [0, 0, 0, 0]
    assert shares(19, 19, 19, 39, 41, run=minutes(rules)) == [0, 0, 1, 1, 0]
    assert shares(20, run=minutes(IndicatorRules(congested_windows=1))) == [1]


def test_the_share_of_a_zone_counts_its_stations_each_once() -> None:
    run = minutes()
    for _ in range(2):
        found = run(station(20), station(45), station(49), station(10, zone="ring"))
    assert found["kota", CONGESTED] == (pytest.approx(1 / 3), 1.0, 1.0)
    assert found["all", CONGESTED] == (0.5, 1.0, 1.0)


def test_a_station_without_a_free_speed_is_not_judged_and_lowers_the_coverage() -> None:
    run = minutes()
    assert run(station(20), station(20, free_speed=None))["kota", CONGESTED] == (0, 0.5, 1.0)
    assert ("kota", CONGESTED) not in minutes()(station(20, free_speed=None))


def test_vehicles_that_all_stand_are_a_speed_of_zero() -> None:
    assert shares(0, 0) == [0, 1]


def test_an_empty_road_is_free() -> None:
    run = minutes()
    shares(20, 20, run=run)
    empty = {"readings": 1, "vehicle_count_mean": 0.0, "vehicle_count_count": 1}
    assert run(station(None, **empty))["kota", CONGESTED] == (0, 1.0, 1.0)


def test_a_covered_detector_that_counts_nobody_says_nothing() -> None:
    run = minutes()
    shares(20, 20, run=run)
    covered = {"vehicle_count_mean": 0.0, "vehicle_count_count": 1, "occupancy_mean": 0.9, "occupancy_count": 1}
    assert math.isnan(run(station(None, readings=1, **covered))["kota", CONGESTED][0])
    assert shares(28, run=run) == [1]


def test_a_silent_station_is_no_data_and_goes_on_where_it_was() -> None:
    run = minutes()
    shares(20, 20, run=run)
    found = run(station(None))
    assert math.isnan(found["kota", CONGESTED][0])
    assert found["kota", CONGESTED][1:] == (0, 0)
    assert shares(28, run=run) == [1]


def test_after_an_hour_of_silence_a_station_begins_anew() -> None:
    run = minutes()
    shares(20, 20, run=run)
    run.skip(60)
    assert shares(28, run=run) == [1], "silent for an hour, not longer"
    run.skip(61)
    assert shares(28, 20, 20, run=run) == [0, 0, 1]


def test_windows_of_ten_seconds_have_no_congestion_and_those_of_a_quarter_their_own() -> None:
    assert ("kota", CONGESTED) not in minutes(size_s=10)(station(20))
    assert shares(20, 20, run=minutes(size_s=900)) == [0, 1]


def test_late_readings_move_no_congestion_and_what_was_written_stands() -> None:
    run = minutes()
    shares(20, 20, run=run)
    assert ("kota", CONGESTED) not in run.revise(1, station(50))
    assert shares(28, run=run) == [1]


def plain(shares_of_free, below=0.5, until=0.6, windows=2):
    congested, slow, states = False, 0, []
    for share in shares_of_free:
        if share is not None:
            slow = slow + 1 if share < below else 0
            if slow >= windows:
                congested = True
            elif share > until:
                congested = False
        states.append(congested)
    return states


PERCENT = st.lists(st.one_of(st.none(), st.integers(1, 100)), min_size=1, max_size=12)


@given(st.lists(PERCENT, min_size=2, max_size=5), st.randoms(use_true_random=False), st.integers(0, 11))
def test_congestion_is_that_of_a_plain_loop_in_any_order_with_an_interruption(stations, random, moment) -> None:
    order = random.sample(range(len(stations)), len(stations))
    run = minutes()
    expected = [plain([None if each is None else each / 100 for each in percent]) for percent in stations]
    for number in range(min(map(len, stations))):
        if number == moment:
            run.restart()
        found = run(*(station(stations[place][number], free_speed=100) for place in order))
        spoke = [place for place in order if stations[place][number] is not None]
        share = sum(expected[place][number] for place in spoke) / len(spoke) if spoke else math.nan
        assert found["kota", CONGESTED][0] == pytest.approx(share, nan_ok=True)
