import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.indicator_rules import IndicatorRules
from processors.indicators.traffic import traffic
from tests.processors.indicators.test_catalogue import DOCS


@pytest.fixture
def drive(windows_of, figures_of):
    return lambda *rows, **said: figures_of(traffic(windows_of("traffic", 60, rows, **said)))


def spot(speed, vehicles=1.0, **fields):
    """A station whose readings all have the same speed."""
    row = {"zone": "kota", "every_s": 60, "readings": 1, "vehicle_count_mean": vehicles, "vehicle_count_count": 1}
    return row | {"speed_harmonic": speed, "speed_mean": speed, "speed_count": 1} | fields


def test_40_50_and_60_kmh_have_the_time_mean_50_and_the_space_mean_48_6(drive) -> None:
    found = drive(spot(40.0), spot(50.0), spot(60.0))
    assert found["kota", "traffic_speed_time_mean"] == (pytest.approx(50.0), 1.0, 1.0)
    assert found["kota", "traffic_speed"][0] == pytest.approx(48.649, abs=5e-4)


def test_12_vehicles_at_36_and_12_at_72_kmh_have_the_time_mean_54(drive) -> None:
    assert drive(spot(36.0, 12.0), spot(72.0, 12.0))["kota", "traffic_speed_time_mean"][0] == pytest.approx(54.0)


@given(st.lists(st.tuples(st.floats(1, 200), st.integers(1, 100)), min_size=1, max_size=12))
def test_the_space_mean_never_exceeds_the_time_mean(windows_of, figures_of, spots) -> None:
    rows = [spot(speed, float(vehicles)) for speed, vehicles in spots]
    found = figures_of(traffic(windows_of("traffic", 60, rows)))
    assert found["kota", "traffic_speed"][0] <= found["kota", "traffic_speed_time_mean"][0] * (1 + 1e-12)


@given(st.lists(st.tuples(st.floats(1, 200), st.integers(1, 100)), min_size=2, max_size=12), st.data())
def test_stations_in_parts_have_the_speed_and_density_of_the_whole(windows_of, figures_of, spots, data) -> None:
    """The harmonic mean of parts, weighted by their vehicles, is that of all."""
    cut = data.draw(st.integers(1, len(spots) - 1))
    parts = [[spot(speed, float(vehicles)) for speed, vehicles in part] for part in (spots[:cut], spots[cut:])]
    merged = []
    for rows in parts:
        found = figures_of(traffic(windows_of("traffic", 60, rows)))
        merged.append(spot(found["kota", "traffic_speed"][0], sum(row["vehicle_count_mean"] for row in rows)))
    whole = figures_of(traffic(windows_of("traffic", 60, parts[0] + parts[1])))
    found = figures_of(traffic(windows_of("traffic", 60, merged)))
    assert found["kota", "traffic_speed"][0] == pytest.approx(whole["kota", "traffic_speed"][0])
    stations = len(spots) / 2
    assert found["kota", "traffic_density"][0] == pytest.approx(whole["kota", "traffic_density"][0] * stations)


def test_vehicles_that_stand_are_in_the_time_mean_and_not_in_the_space_mean(drive) -> None:
    found = drive(spot(30.0) | {"speed_mean": 20.0, "speed_min": 0.0})
    assert found["kota", "traffic_speed"][0] == pytest.approx(30.0)
    assert found["kota", "traffic_speed_time_mean"][0] == pytest.approx(20.0)


def test_twenty_minutes_that_become_twenty_six_are_a_travel_time_index_of_1_3(drive) -> None:
    found = drive(spot(30.0, free_speed=39.0))
    assert found["kota", "traffic_time_index"] == (pytest.approx(1.3), 1.0, 1.0)
    assert found["kota", "traffic_los_street"] == (2, 1.0, 1.0)


def test_without_lengths_each_station_stands_for_as_much_road_however_many_vehicles_it_counts(drive) -> None:
    found = drive(spot(20.0, 3.0, free_speed=40.0), spot(60.0, 1.0, free_speed=60.0), spot(10.0, 9.0))
    time, free = 1 / 20 + 1 / 60, 1 / 40 + 1 / 60
    assert found["kota", "traffic_time_index"] == (pytest.approx(time / free), pytest.approx(2 / 3), 1.0)


def test_a_street_has_the_travel_time_through_its_stretches_by_their_lengths(drive) -> None:
    found = drive(
        spot(20.0, free_speed=40.0, length=600.0),
        spot(45.0, 50.0, free_speed=50.0, length=300.0),
        spot(10.0, free_speed=40.0, length=100.0),
    )
    assert found["kota", "traffic_time_index"][0] == pytest.approx((30 + 20 / 3 + 10) / (15 + 6 + 2.5))
    assert found["kota", "traffic_los_street"] == (3, 1.0, 1.0)


def test_a_station_without_a_length_stands_for_the_mean_of_its_zone_and_in_the_city_for_that_of_the_city(drive) -> None:
    found = drive(
        spot(20.0, free_speed=40.0, length=600.0),
        spot(45.0, free_speed=50.0),
        spot(10.0, free_speed=40.0, length=200.0),
        spot(30.0, free_speed=60.0) | {"zone": "desa"},
        spot(30.0, free_speed=30.0) | {"zone": "desa"},
    )
    assert found["kota", "traffic_time_index"][0] == pytest.approx((30 + 400 / 45 + 20) / (15 + 8 + 5))
    assert found["desa", "traffic_time_index"][0] == pytest.approx((1 / 30 + 1 / 30) / (1 / 60 + 1 / 30))
    whole = (30 + 400 / 45 + 20 + 400 / 30 + 400 / 30) / (15 + 8 + 5 + 400 / 60 + 400 / 30)
    assert found["all", "traffic_time_index"][0] == pytest.approx(whole)


def test_a_silent_station_lends_its_length_to_the_mean_and_no_time(drive) -> None:
    silent = {"zone": "kota", "every_s": 60, "free_speed": 40.0, "length": 200.0}
    found = drive(spot(20.0, free_speed=40.0, length=600.0), spot(45.0, free_speed=50.0), silent)
    assert found["kota", "traffic_time_index"] == (
        pytest.approx((30 + 400 / 45) / (15 + 8)),
        pytest.approx(2 / 3),
        1.0,
    )


def test_a_stretch_that_nobody_drove_through_has_no_travel_time(drive) -> None:
    found = drive(spot(20.0, free_speed=40.0, length=600.0), spot(50.0, 0.0, free_speed=50.0, length=300.0))
    assert found["kota", "traffic_time_index"][0] == pytest.approx(2.0)


def test_the_documented_street_is_at_level_c_by_its_lengths_and_at_d_without(drive) -> None:
    _, stations, _, results = DOCS.split("<!-- a street by its lengths -->", 1)[1].split("\n\n", 4)[:4]
    rows = [[float(cell) for cell in line.strip("|").split("|")[1:]] for line in stations.splitlines()[2:]]
    for line, lengths in zip(results.splitlines()[2:], (True, False), strict=True):
        _, index, level = (cell.strip() for cell in line.strip("|").split("|"))
        found = drive(
            *(spot(speed, free_speed=free) | ({"length": length} if lengths else {}) for length, free, speed in rows)
        )
        assert found["kota", "traffic_time_index"][0] == pytest.approx(float(index), abs=5e-5)
        assert found["kota", "traffic_los_street"][0] == float(level)


stretches = st.tuples(st.integers(1, 120), st.integers(1, 120), st.integers(1, 2000), st.integers(1, 3))


@given(st.lists(stretches, min_size=1, max_size=8))
def test_a_stretch_that_is_cut_in_pieces_changes_nothing(windows_of, figures_of, roads) -> None:
    whole, cut = [], []
    for speed, free, length, pieces in roads:
        about = {"free_speed": float(free)}
        whole.append(spot(float(speed), length=float(length), **about))
        cut += [spot(float(speed), length=length / pieces, **about)] * pieces
    one, other = (figures_of(traffic(windows_of("traffic", 60, rows))) for rows in (whole, cut))
    assert other["kota", "traffic_time_index"][0] == pytest.approx(one["kota", "traffic_time_index"][0])


def test_faster_than_free_is_an_index_below_one(drive) -> None:
    assert drive(spot(50.0, free_speed=40.0))["kota", "traffic_time_index"][0] == pytest.approx(0.8)


def test_a_street_beyond_its_capacity_is_at_level_f_however_fast_it_is(drive) -> None:
    jammed = spot(38.0, 60.0, free_speed=40.0, capacity=3500.0)
    assert drive(jammed)["kota", "traffic_los_street"][0] == 6
    assert drive(jammed | {"capacity": 3600.0})["kota", "traffic_los_street"][0] == 1


def test_without_a_free_speed_there_is_no_index_and_no_level_of_streets(drive) -> None:
    assert {name for _, name in drive(spot(30.0))}.isdisjoint({"traffic_time_index", "traffic_los_street"})


def test_the_level_by_speed_alone_follows_the_rules(drive) -> None:
    assert drive(spot(25.0))["kota", "traffic_los_speed"] == (6, 1.0, 1.0)
    in_town = IndicatorRules(los_speed=(80, 70, 60, 50, 10))
    assert drive(spot(25.0), rules=in_town)["kota", "traffic_los_speed"][0] == 5


def test_an_empty_road_has_no_speed_and_no_level(drive) -> None:
    found = drive(spot(math.nan, 0.0, free_speed=40.0) | {"speed_count": 0})
    for indicator in ("traffic_speed", "traffic_speed_time_mean", "traffic_los_speed", "traffic_time_index"):
        assert math.isnan(found["kota", indicator][0])
