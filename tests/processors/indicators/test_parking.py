import csv
import math
from pathlib import Path

import pytest

from processors.indicators.parking import parking

BIRMINGHAM = Path(__file__).parents[4] / "shared/data/parking_birmingham/birmingham_until_2016-11-14.csv"


@pytest.fixture
def park(windows_of, figures_of):
    return lambda *rows, size_s=60: figures_of(parking(windows_of("parking", size_s, rows)))


def garage(zone="pasar", capacity_last=100.0, **fields):
    return {"zone": zone, "every_s": 10, "readings": 6, "capacity_last": capacity_last} | fields


def occupied(mean, last, count=6, **fields):
    return {"occupied_mean": mean, "occupied_last": last, "occupied_count": count} | fields


def free(mean, last, count=6, **fields):
    return {"free_mean": mean, "free_last": last, "free_count": count} | fields


def test_occupancy_is_all_occupied_spaces_over_all_spaces_and_not_the_mean_of_the_car_parks(park) -> None:
    found = park(
        garage(capacity_last=100.0, **occupied(90.0, 95.0)),
        garage(capacity_last=300.0, **occupied(30.0, 20.0)),
    )
    assert found["pasar", "parking_occupancy"] == (pytest.approx(120 / 400), 1.0, 1.0)
    assert found["pasar", "parking_free"] == (5 + 280, 1.0, 1.0)


def test_the_mean_over_four_quarters_of_an_hour_is_the_load_over_the_space_hours(park) -> None:
    # NPTEL: 12 bays, accumulation 10, 11, 9, 11 in four intervals of 15 min: load index 85.4 %.
    row = {"zone": "pasar", "every_s": 900, "readings": 4, "capacity": 12}
    found = park(row | occupied((10 + 11 + 9 + 11) / 4, 11.0, count=4), size_s=3600)
    assert found["pasar", "parking_occupancy"][0] == pytest.approx(0.854, abs=5e-4)


def test_a_car_park_that_sends_only_free_spaces_has_its_occupancy_from_the_capacity(park) -> None:
    found = park(garage(**free(25.0, 20.0)))
    assert found["pasar", "parking_occupancy"] == (0.75, 1.0, 1.0)
    assert found["pasar", "parking_free"] == (20, 1.0, 1.0)


def test_a_car_park_that_sends_only_occupied_spaces_has_its_free_ones_from_the_capacity(park) -> None:
    assert park(garage(**occupied(40.0, 45.0)))["pasar", "parking_free"] == (55, 1.0, 1.0)


def test_the_capacity_in_the_readings_wins_over_the_registered_one(park) -> None:
    assert park(garage(capacity=50, **occupied(40.0, 40.0)))["pasar", "parking_occupancy"][0] == 0.4
    assert (
        park(garage(capacity_last=math.nan, capacity=50, **occupied(40.0, 40.0)))["pasar", "parking_occupancy"][0]
        == 0.8
    )
    assert park(garage(capacity_last=-1.0, capacity=50, **occupied(40.0, 40.0)))["pasar", "parking_occupancy"][0] == 0.8


def test_occupied_and_free_together_are_a_capacity(park) -> None:
    found = park(garage(capacity_last=math.nan, **occupied(30.0, 35.0), **free(10.0, 5.0)))
    assert found["pasar", "parking_occupancy"] == (0.75, 1.0, 1.0)
    assert found["pasar", "parking_free"] == (5, 1.0, 1.0)


def test_without_any_capacity_there_is_no_occupancy_but_the_free_spaces_stand(park) -> None:
    found = park(garage(capacity_last=math.nan, **free(10.0, 8.0)))
    assert math.isnan(found["pasar", "parking_occupancy"][0])
    assert found["pasar", "parking_occupancy"][1:] == (0.0, 0.0)
    assert found["pasar", "parking_free"] == (8, 1.0, 1.0)


def test_registered_bays_are_spaces_of_one(park) -> None:
    bay = {"zone": "pasar", "every_s": 60, "readings": 1, "capacity": 1}
    found = park(bay | occupied(1.0, 1.0, count=1), bay | occupied(0.0, 0.0, count=1))
    assert found["pasar", "parking_occupancy"] == (0.5, 1.0, 1.0)
    assert found["pasar", "parking_free"] == (1, 1.0, 1.0)


def test_an_unregistered_bay_is_taken_for_one_space_and_lowers_the_quality(park) -> None:
    bay = {"zone": "pasar", "every_s": 60, "readings": 1}
    found = park(bay | occupied(1.0, 1.0, count=1), bay | {"capacity": 1} | occupied(0.0, 0.0, count=1))
    assert found["pasar", "parking_occupancy"] == (0.5, 1.0, 0.5)
    assert found["pasar", "parking_free"] == (1, 1.0, 0.5)


def test_a_car_park_of_unknown_capacity_with_two_cars_is_no_bay(park) -> None:
    row = {"zone": "pasar", "every_s": 10, "readings": 6}
    found = park(row | occupied(1.0, 0.0, occupied_min=0.0, occupied_max=2.0))
    assert math.isnan(found["pasar", "parking_occupancy"][0])


def test_a_reading_below_zero_is_no_bay(park) -> None:
    row = {"zone": "pasar", "every_s": 10, "readings": 6}
    found = park(row | occupied(0.5, 1.0, occupied_min=-1.0, occupied_max=1.0))
    assert math.isnan(found["pasar", "parking_occupancy"][0])


@pytest.mark.parametrize(
    ("fields", "value"),
    [
        (occupied(110.0, 105.0, occupied_min=100.0, occupied_max=112.0), 1.0),
        (occupied(-2.0, -1.0, occupied_min=-5.0, occupied_max=0.0), 0.0),
        (free(-3.0, -3.0, free_min=-4.0, free_max=-1.0), 1.0),
        (free(130.0, 120.0, free_min=110.0, free_max=140.0), 0.0),
    ],
)
def test_what_is_above_the_capacity_or_below_zero_is_clamped_and_lowers_the_quality(park, fields, value) -> None:
    found = park(garage(**fields), garage(zone="alun-alun", **occupied(50.0, 50.0)))
    assert found["pasar", "parking_occupancy"] == (value, 1.0, 0.0)
    assert found["pasar", "parking_free"] == (100 - 100 * value, 1.0, 0.0)
    assert found["all", "parking_occupancy"] == ((value + 0.5) / 2, 1.0, 0.5)


@pytest.mark.parametrize(
    ("fields", "occupancy", "spaces"),
    [
        (occupied(-5.0, -5.0) | free(3.0, 3.0), 0.0, 3),
        (occupied(6.0, 6.0) | free(-9.0, -9.0), 1.0, 0),
    ],
)
def test_spaces_that_follow_from_readings_below_zero_are_not_below_zero(park, fields, occupancy, spaces) -> None:
    found = park(garage(capacity_last=math.nan, **fields))
    assert found["pasar", "parking_occupancy"] == (occupancy, 1.0, 0.0)
    assert found["pasar", "parking_free"][0] == spaces


def test_one_reading_above_the_capacity_lowers_the_quality_though_the_mean_is_fine(park) -> None:
    found = park(garage(**occupied(99.0, 98.0, occupied_min=97.0, occupied_max=101.0)))
    assert found["pasar", "parking_occupancy"] == (0.99, 1.0, 0.0)
    assert found["pasar", "parking_free"] == (2, 1.0, 1.0)


def test_a_car_park_out_of_service_leaves_the_denominator(park) -> None:
    found = park(garage(capacity_last=0.0, **occupied(0.0, 0.0)), garage(**occupied(60.0, 60.0)))
    assert found["pasar", "parking_occupancy"][0] == 0.6
    assert found["pasar", "parking_free"][0] == 40


def test_a_silent_car_park_of_known_size_is_taken_to_be_as_free_as_the_others(park) -> None:
    # Each minute one reading, windows of 10 s: one of six is due; its coverage is that of the car parks that answered.
    silent = {"zone": "pasar", "every_s": 60, "capacity": 100}
    speaking = silent | {"readings": 1} | occupied(40.0, 40.0, count=1)
    found = park(speaking, silent, silent, silent, silent, silent, size_s=10)
    assert found["pasar", "parking_occupancy"] == (0.4, 1.0, 1.0)
    assert found["pasar", "parking_free"] == (360, pytest.approx(1 / 6), 1.0)


def test_a_zone_whose_car_parks_are_silent_has_no_data(park) -> None:
    found = park({"zone": "terminal", "every_s": 10, "capacity": 80}, garage(**occupied(50.0, 50.0)))
    for indicator in ("parking_occupancy", "parking_free"):
        assert math.isnan(found["terminal", indicator][0])
        assert found["terminal", indicator][1:] == (0.0, 0.0)
        assert found["all", indicator][1] == 0.5


@pytest.mark.skipif(not BIRMINGHAM.is_file(), reason="the recording of Birmingham's car parks is not here")
def test_the_impossible_rows_of_birmingham_are_clamped_and_lower_the_quality(park) -> None:
    with BIRMINGHAM.open(newline="", encoding="utf-8") as file:
        rows = [(float(row["Occupancy"]), float(row["Capacity"])) for row in csv.DictReader(file)]
    impossible = sum(taken > spaces for taken, spaces in rows) + sum(taken < 0 for taken, _ in rows)
    assert impossible == 47 + 10
    found = park(
        *(
            {"zone": "kota", "every_s": 1800, "readings": 1, "capacity_last": spaces} | occupied(taken, taken, count=1)
            for taken, spaces in rows
        ),
        size_s=1800,
    )
    occupancy = sum(min(max(taken, 0), spaces) for taken, spaces in rows) / sum(spaces for _, spaces in rows)
    assert found["kota", "parking_occupancy"] == pytest.approx((occupancy, 1.0, 1 - impossible / len(rows)))
