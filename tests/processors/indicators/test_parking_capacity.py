import math

import pytest

from processors.indicators.parking import parking


@pytest.fixture
def park(windows_of, figures_of):
    return lambda *rows, size_s=60: figures_of(parking(windows_of("parking", size_s, rows)))


def garage(zone="pasar", **fields):
    return {"zone": zone, "every_s": 10, "readings": 6, "capacity": 100} | fields


def occupied(mean, last=None, count=6, **fields):
    return {"occupied_mean": mean, "occupied_last": mean if last is None else last, "occupied_count": count} | fields


def free(last, count=6, **fields):
    return {"free_mean": last, "free_last": last, "free_count": count} | fields


def test_full_has_nothing_free_and_is_open_and_closed_has_nothing_free_and_is_not(park) -> None:
    found = park(garage("penuh", **occupied(100.0)), garage("tutup", open_last=0.0, **occupied(0.0)))
    assert (found["penuh", "parking_free"], found["penuh", "parking_open"]) == ((0, 1, 1), (1, 1, 1))
    assert (found["tutup", "parking_free"], found["tutup", "parking_open"]) == ((0, 1, 1), (0, 1, 1))
    assert found["penuh", "parking_occupancy"] == (1.0, 1.0, 1.0)
    assert math.isnan(found["tutup", "parking_occupancy"][0])


def test_silence_is_neither_open_nor_closed(park) -> None:
    found = park({"zone": "pasar", "every_s": 10, "capacity": 100})
    assert math.isnan(found["pasar", "parking_open"][0])
    assert found["pasar", "parking_open"][1:] == (0.0, 0.0)


def test_a_closed_car_park_leaves_the_occupancy_and_the_free_spaces_of_its_zone(park) -> None:
    found = park(garage(open_last=0.0, **free(100.0)), garage(open_last=1.0, **free(40.0)))
    assert found["pasar", "parking_occupancy"] == (0.6, 1.0, 1.0)
    assert found["pasar", "parking_free"] == (40, 1.0, 1.0)
    assert found["pasar", "parking_open"] == (0.5, 1.0, 1.0)


def test_what_stands_in_a_closed_car_park_is_counted_and_plausible(park) -> None:
    found = park(garage(open_last=0.0, **occupied(7.0)))
    assert found["pasar", "parking_accumulation"] == (7, 1.0, 1.0)


def test_a_capacity_of_zero_of_a_registered_car_park_is_closed_too(park) -> None:
    found = park(garage(capacity_last=0.0, **occupied(0.0)), garage(**occupied(50.0)))
    assert found["pasar", "parking_open"][0] == 0.5


def test_spaces_out_of_service_leave_the_capacity(park) -> None:
    found = park(garage(out_of_service_last=20.0, **occupied(60.0)))
    assert found["pasar", "parking_occupancy"] == (0.75, 1.0, 1.0)
    assert found["pasar", "parking_free"] == (20, 1.0, 1.0)
    assert found["pasar", "parking_open"] == (0.8, 1.0, 1.0)


def test_more_out_of_service_than_there_are_leaves_none(park) -> None:
    assert park(garage(out_of_service_last=120.0, **occupied(0.0)))["pasar", "parking_open"][0] == 0.0


def test_occupied_and_free_are_in_service_already(park) -> None:
    row = garage(capacity=math.nan, out_of_service_last=20.0, **occupied(60.0), **free(20.0))
    assert park(row)["pasar", "parking_occupancy"][0] == 0.75


def gates(entries, exits, **fields):
    """Running counters of a window: entries and exits at its first and its last reading."""
    ends = {"entries": entries, "exits": exits}
    found = {
        f"{name}_{end}": value
        for name, pair in ends.items()
        for end, value in zip(("first", "last"), pair, strict=True)
    }
    means = {f"{name}_mean": sum(pair) / 2 for name, pair in ends.items()}
    return found | means | {f"{name}_{end}": 6 for name in ends for end in ("count", "rate")} | fields


def test_running_counters_at_the_gates_leave_inside_what_came_in_and_did_not_go_out(park) -> None:
    found = park(garage(**gates((500.0, 520.0), (470.0, 470.0))))
    assert found["pasar", "parking_occupancy"] == (0.4, 1.0, 1.0)
    assert found["pasar", "parking_free"] == (50, 1.0, 1.0)
    assert found["pasar", "parking_accumulation"] == (50, 1.0, 1.0)


def test_counters_that_drifted_beyond_what_can_be_inside_lower_the_quality(park) -> None:
    beyond = park(garage(**gates((500.0, 520.0), (395.0, 395.0))))
    assert beyond["pasar", "parking_occupancy"] == (1.0, 1.0, 0.0)
    below = park(garage(**gates((500.0, 520.0), (510.0, 525.0))))
    assert below["pasar", "parking_accumulation"] == (0, 1.0, 0.0)


def test_what_is_counted_inside_wins_over_the_gates(park) -> None:
    found = park(garage(**gates((500.0, 520.0), (395.0, 395.0)), **occupied(30.0)))
    assert found["pasar", "parking_occupancy"] == (0.3, 1.0, 1.0)


def test_gates_that_send_what_passed_say_nothing_of_what_is_inside(park) -> None:
    passed = {name: value for name, value in gates((5.0, 5.0), (2.0, 2.0)).items() if not name.endswith("rate")}
    assert math.isnan(park(garage(**passed))["pasar", "parking_occupancy"][0])


def test_a_bay_that_reports_changes_is_occupied_for_its_share_of_the_time(park) -> None:
    bay = garage(capacity=1, readings=2, **occupied(0.5, 0.0, count=2, occupied_time_1=45.0))
    assert park(bay)["pasar", "parking_occupancy"][0] == 0.75
    assert park(bay | {"occupied_time_1": 60.000_001})["pasar", "parking_occupancy"][0] == 1.0


def test_the_time_in_state_one_of_a_whole_car_park_is_not_its_occupancy(park) -> None:
    assert park(garage(**occupied(50.0, occupied_time_1=6.0)))["pasar", "parking_occupancy"][0] == 0.5
