import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.roads import ROADS
from processors.indicators.passenger_units import equivalents, passenger_units, vehicles


@pytest.fixture
def street(windows_of):
    return lambda *rows, size_s=3600: windows_of("traffic", size_s, rows)


def hour(light=None, heavy=None, motorcycle=None, road=None, **fields):
    """A station that sends once an hour."""
    counts = {"light_count": light, "heavy_count": heavy, "motorcycle_count": motorcycle}
    row = {"zone": "kota", "every_s": 3600, "readings": 1} | ({"road_number": ROADS.index(road)} if road else {})
    sent = {name: number for name, number in counts.items() if number is not None}
    return row | {f"{n}_mean": v for n, v in sent.items()} | {f"{n}_count": 1 for n in sent} | fields


def test_a_carriageway_with_800_cars_100_trucks_and_2400_motorcycles_carries_1520_smp(street) -> None:
    # 3300 vehicles on two lanes are 1650 on each, more than 1050: 800 + 100 x 1.2 + 2400 x 0.25.
    assert passenger_units(street(hour(800, 100, 2400, "4/2-D"))).number.tolist() == [1520]


@pytest.mark.parametrize(
    ("road", "below", "heavy_below", "motorcycle_below", "heavy", "motorcycle"),
    [
        ("2/2-UD", 1799, 1.3, 0.40, 1.2, 0.25),
        ("2/2-UD-narrow", 1799, 1.3, 0.50, 1.2, 0.35),
        ("4/2-UD", 3699, 1.3, 0.40, 1.2, 0.25),
        ("2/1", 2 * 1050 - 1, 1.3, 0.40, 1.2, 0.25),
        ("4/2-D", 2 * 1050 - 1, 1.3, 0.40, 1.2, 0.25),
        ("3/1", 3 * 1100 - 1, 1.3, 0.40, 1.2, 0.25),
        ("6/2-D", 3 * 1100 - 1, 1.3, 0.40, 1.2, 0.25),
    ],
)
def test_the_equivalents_of_a_road_change_at_its_limit(
    street, road, below, heavy_below, motorcycle_below, heavy, motorcycle
) -> None:
    found = equivalents(street(hour(1, road=road), hour(1, road=road)), np.array([below, below + 1.0]))
    assert [each.tolist() for each in found] == [
        [heavy_below, heavy], [motorcycle_below, motorcycle], [False, False]
    ]  # fmt: skip


def test_registered_lanes_divide_the_flow_of_a_divided_road(street) -> None:
    both_directions = street(hour(3000, 100, 1000, "4/2-D", lanes=4))
    assert passenger_units(both_directions).number[0] == pytest.approx(3000 + 100 * 1.3 + 1000 * 0.40)


def test_registered_equivalents_win_over_the_table(street) -> None:
    at_signals = street(hour(800, 100, 2400, emp_heavy=1.3, emp_motorcycle=0.15))
    assert passenger_units(at_signals).number[0] == pytest.approx(800 + 130 + 360)
    assert passenger_units(at_signals).plausible.tolist() == [True]


def test_a_road_that_nobody_registered_has_units_that_are_not_plausible(street) -> None:
    found = passenger_units(street(hour(800, 100, 2400)))
    assert (found.number.tolist(), found.plausible.tolist()) == ([1520], [False])


def test_a_class_that_is_not_sent_has_no_vehicles_and_a_negative_one_makes_the_sum_unknown(street) -> None:
    found = passenger_units(street(hour(700, road="2/2-UD"), hour(700, -1, road="2/2-UD"), hour(road="2/2-UD")))
    assert np.array_equal(found.number, [700, np.nan, np.nan], equal_nan=True)
    assert found.plausible.tolist() == [True, False, False]


def test_a_station_that_sends_only_classes_counts_their_sum_as_its_vehicles(street) -> None:
    total = {"vehicle_count_mean": 3000.0, "vehicle_count_count": 1}
    found = vehicles(street(hour(800, 100, 2400), hour(800, 100, 2400, **total), hour(**total), hour()))
    assert np.array_equal(found.number, [3300, 3000, 3000, np.nan], equal_nan=True)
    assert found.came.tolist() == [1, 1, 1, 0]
    assert found.plausible.tolist() == [True, True, True, False]


def test_classes_of_quarters_are_judged_by_their_flow_in_an_hour(street) -> None:
    quarter = {f"{name}_count": value for name, value in (("light_count", 1), ("motorcycle_count", 1))}
    row = {"zone": "kota", "every_s": 900, "readings": 1, "road_number": ROADS.index("2/2-UD")}
    found = passenger_units(street(row | quarter | {"light_count_mean": 250, "motorcycle_count_mean": 250}, size_s=900))
    assert found.number.tolist() == [250 + 250 * 0.25]
    assert found.hourly.tolist() == [1250]


@given(st.permutations(range(6)), st.lists(st.integers(0, 4000), min_size=6, max_size=6))
def test_the_units_of_a_station_do_not_depend_on_the_others(windows_of, order, lights) -> None:
    rows = [hour(light, light // 10, 2 * light, ROADS[place]) for place, light in enumerate(lights)]
    together = passenger_units(windows_of("traffic", 3600, [rows[place] for place in order])).number
    alone = [passenger_units(windows_of("traffic", 3600, [rows[place]])).number[0] for place in order]
    assert together.tolist() == alone
