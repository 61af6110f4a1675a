import math
from zoneinfo import ZoneInfo

import pytest

from config.indicator_rules import IndicatorRules
from processors.indicators.parking import parking
from tests.processors.indicators.in_turn import InTurn

QUARTER_S = 900
MIDNIGHT_NS = 1_763_830_800_000_000_000  # 2025-11-23 00:00 in WIB
JAKARTA = ZoneInfo("Asia/Jakarta")


class CarPark:
    """Running counters at the gates, read at the end of each window."""

    def __init__(self, run: InTurn, entries: float = 0.0, exits: float = 0.0, spaces: float = 100.0) -> None:
        self.run = run
        self.said = {"entries": entries, "exits": exits}
        self.spaces = spaces

    def row(self, **said: float) -> dict[str, float | str]:
        fields: dict[str, float | str] = {}
        for gate, last in said.items():
            before = self.said[gate]
            increase = last - before if last >= before else last
            fields |= {
                f"{gate}_first": last,
                f"{gate}_mean": last,
                f"{gate}_last": last,
                f"{gate}_max": last,
                f"{gate}_count": 1,
                f"{gate}_increase": increase,
                f"{gate}_rate": increase / QUARTER_S,
            }
        self.said = said
        return {"zone": "garasi", "every_s": QUARTER_S, "readings": 1, "capacity": self.spaces, **fields}

    def __call__(self, entries: float, exits: float):
        return self.run(self.row(entries=entries, exits=exits))


def quarters(rules=None, **said):
    return InTurn(parking, "parking", QUARTER_S, (60, 900), rules=rules or IndicatorRules(), **said)


def inside(found):
    return found["garasi", "parking_accumulation"]


def drift(found):
    return found["garasi", "parking_gate_drift"][0]


def test_what_came_in_and_did_not_go_out_stands_inside() -> None:
    park = CarPark(quarters())
    assert inside(park(30, 10)) == (20, 1.0, 1.0)
    assert inside(park(60, 15)) == (45, 1.0, 1.0)


def test_a_count_that_drifts_below_zero_is_held_there_goes_on_from_there_and_says_so_once() -> None:
    park = CarPark(quarters())
    park(50, 48)
    found = park(50, 55)
    assert inside(found) == (0, 1.0, 0.0)
    assert drift(found) == 5
    found = park(58, 55)
    assert inside(found) == (8, 1.0, 1.0)
    assert drift(found) == 0


def test_a_count_that_drifts_above_the_spaces_is_held_at_them() -> None:
    park = CarPark(quarters())
    park(100, 5)
    found = park(120, 5)
    assert inside(found) == (100, 1.0, 0.0)
    assert found["garasi", "parking_free"][0] == 0
    assert drift(found) == 15
    assert inside(park(120, 35)) == (70, 1.0, 1.0)


def test_without_a_known_capacity_there_is_no_upper_limit() -> None:
    assert inside(CarPark(quarters(), spaces=math.nan)(500, 100))[0] == 400


def test_a_gate_that_was_restarted_loses_no_vehicle_inside() -> None:
    park = CarPark(quarters())
    park(400, 340)
    assert inside(park(10, 345)) == (65, 1.0, 1.0)
    assert inside(park(20, 350)) == (70, 1.0, 1.0)
    assert inside(park(25, 4)) == (71, 1.0, 1.0)


def test_counters_that_both_fall_were_set_to_zero_when_nobody_was_inside() -> None:
    park = CarPark(quarters())
    park(400, 340)
    assert inside(park(3, 1))[0] == 2


def test_with_a_known_empty_hour_counters_that_both_fall_go_on_too() -> None:
    park = CarPark(quarters(IndicatorRules(parking_empty_hour=3)))
    park(400, 340)
    assert inside(park(3, 1))[0] == 62


def test_in_the_empty_hour_of_the_local_day_the_count_begins_again_at_zero_and_once() -> None:
    rules = IndicatorRules(parking_empty_hour=3)
    park = CarPark(quarters(rules, timezone=JAKARTA, begin_ns=MIDNIGHT_NS))
    found = {}
    for quarter in range(1, 13):
        found[quarter] = park(100 + quarter, 60)
    assert inside(found[12])[0] == 52, "03:00 ends the hour before"
    found = park(113, 60)
    assert (inside(found)[0], drift(found)) == (0, 53)
    assert inside(park(115, 60))[0] == 2, "who comes after the first quarter of the hour stays"
    for _ in range(14, 13 + 96):
        found = park(115, 60)
    assert inside(found)[0] == 0, "the next night"


def test_a_car_park_that_is_silent_in_its_empty_hour_goes_on_as_it_was() -> None:
    park = CarPark(quarters(IndicatorRules(parking_empty_hour=3), timezone=JAKARTA, begin_ns=MIDNIGHT_NS))
    park(100, 60)
    park.run.skip(30)
    assert inside(park(101, 60))[0] == 41


def test_revised_windows_correct_nothing() -> None:
    park = CarPark(quarters())
    park(50, 48)
    park(50, 55)
    row = park.row(entries=50, exits=51)
    assert inside(park.run.revise(1, row))[0] == 4, "with what was added since"
    park.said = {"entries": 50, "exits": 55}
    assert inside(park(58, 55))[0] == 8


def test_a_restart_between_two_windows_changes_nothing() -> None:
    park, whole = CarPark(quarters()), CarPark(quarters())
    for entries, exits in ((50, 48), (50, 55), (70, 56), (4, 60), (9, 1), (30, 2)):
        assert str(park(entries, exits)) == str(whole(entries, exits))
        park.run.restart()


def test_a_closed_car_park_may_hold_what_it_holds() -> None:
    run = quarters()
    park = CarPark(run)
    found = run(park.row(entries=50, exits=20) | {"open_last": 0.0})
    assert inside(found) == (30, 1.0, 1.0)
    assert drift(found) == 0


def test_each_car_park_has_its_own_drift() -> None:
    run = quarters()
    one, other = CarPark(run), CarPark(run)
    found = run(one.row(entries=50, exits=60), other.row(entries=50, exits=10))
    assert found["garasi", "parking_gate_drift"] == (10, 1.0, 1.0)
    assert inside(found) == (40, 1.0, 0.5)


def test_volume_and_load_of_an_hour_by_the_gates_alone() -> None:
    park = CarPark(quarters(units={"entries": "vehicles", "exits": "vehicles"}), entries=10)
    park.said = {"entries": 10, "exits": 0}
    found = {}
    for entries, exits in ((13, 3), (21, 10), (24, 15), (27, 16)):
        found = park(entries, exits)
    assert inside(found)[0] == 11
    assert found["garasi", "parking_gate_drift"] == (0, 1.0, 1.0)
    assert found["garasi", "parking_load"][0] == pytest.approx(11 / 4)
