import numpy as np
import pytest

from config.settings import Device
from simulators.fleet import Fleet
from tests.simulators.events.cities import HOUR_NS, MINUTE_NS, Values, changed, eventful, told, town

KM = 1 / 111.2
HERE = {"longitude": 111.0, "every": "30s", "zone": "z"}
TOWN = town(
    Device(id="P1", kind="parking", name="Pasar", latitude=-7.0, capacity=120, **HERE),
    Device(id="P2", kind="parking", name="Pasar", latitude=-7.0 + 6 * KM, capacity=120, **HERE),
    Device(id="P3", kind="parking", name="Pasar", latitude=-7.0, capacity=30, **HERE),
    Device(id="A1", kind="air", latitude=-7.0 - 0.3 * KM, **HERE),
    Device(id="A2", kind="air", latitude=-7.0 + 0.3 * KM, **HERE),
    Device(id="A3", kind="air", latitude=-7.0 + 6 * KM, longitude=111.0, every="30s", zone="y"),
    Device(id="L1", kind="traffic", latitude=-7.0 + 0.1 * KM, **HERE),
    Device(id="L2", kind="traffic", latitude=-7.0 + 0.4 * KM, **HERE),
    Device(id="N1", kind="noise", latitude=-7.0 + 0.05 * KM, **HERE),
    Device(id="C1", kind="weather", latitude=-7.0, **HERE),
)
FIRE = {"device": "P1", "closes": ["P3"], "begin": HOUR_NS, "lasts": HOUR_NS}


@pytest.fixture(scope="module")
def fire() -> tuple[Values, Values]:
    """Without and with it, for four hours from 09:00 on."""
    first, second = (told(fleet, 0, 4 * HOUR_NS) for fleet in (Fleet(TOWN, 3), eventful(TOWN, fires=(FIRE,))))
    return first, second


def during(values: np.ndarray, begin_h: float, end_h: float) -> np.ndarray:
    """Of a report each 30 s."""
    return values[int(begin_h * 120) : int(end_h * 120)]


def test_the_lee_of_a_fire_has_more_of_its_smoke_than_the_windward_side(fire: tuple[Values, Values]) -> None:
    more = {device: fire[1]["air", device, "pm25"] - fire[0]["air", device, "pm25"] for device in ("A1", "A2", "A3")}
    # At ten the wind is from the south-west, so A2 in the north lies under the smoke.
    assert 225 < fire[0]["weather", "C1", "wind_direction"][120] < 250
    south, north = (during(more[device], 1.5, 2).mean() for device in ("A1", "A2"))
    assert north > 2 * south > 40
    assert not more["A3"].any()
    assert not during(more["A1"], 0, 1).any()


def test_its_car_park_closes_empties_and_opens_again(fire: tuple[Values, Values]) -> None:
    open_, occupied = (fire[1]["parking", "P1", name] for name in ("open", "occupied"))
    assert np.isnan(during(open_, 0, 1)).all()
    # One hour of fire, and one more until everything has been looked at.
    assert set(during(open_, 1, 3).tolist()) == {0.0}
    assert set(during(open_, 3.01, 4).tolist()) == {1.0}
    assert during(occupied, 1.3, 3).max() <= 1
    usual = fire[0]["parking", "P1", "occupied"]
    assert during(usual, 1.3, 3).min() > 50
    assert np.abs(during(occupied - usual, 3.3, 4)).max() <= 2


def test_nobody_drives_into_a_closed_car_park_and_all_who_stood_there_leave(fire: tuple[Values, Values]) -> None:
    entries, exits = (fire[1]["parking", "P1", name] for name in ("entries", "exits"))
    assert during(entries, 1.01, 2.99).sum() == 0
    left = during(exits, 1, 1.3).sum()
    assert left == pytest.approx(during(fire[0]["parking", "P1", "occupied"], 0.99, 1)[-1], abs=2)
    assert during(exits, 1.3, 2.99).sum() == 0
    assert min(entries.min(), exits.min()) >= 0


def test_a_second_car_park_without_gates_closes_with_it(fire: tuple[Values, Values]) -> None:
    assert during(fire[1]["parking", "P3", "occupied"], 1.3, 3).max() == 0


def test_the_nearest_road_is_closed_and_the_next_takes_its_traffic(fire: tuple[Values, Values]) -> None:
    seen = {road: during(fire[1]["traffic", road, "vehicle_count"], 1.2, 3).sum() for road in ("L1", "L2")}
    usual = {road: during(fire[0]["traffic", road, "vehicle_count"], 1.2, 3).sum() for road in ("L1", "L2")}
    assert seen["L1"] < 0.1 * usual["L1"]
    assert seen["L2"] > 1.05 * usual["L2"]


def test_sirens_are_heard(fire: tuple[Values, Values]) -> None:
    assert during(fire[1]["noise", "N1", "laeq"], 1.5, 2).mean() == pytest.approx(95, abs=1.5)


def test_nothing_changes_before_it_or_far_away(fire: tuple[Values, Values]) -> None:
    assert changed(*fire) == {"P1", "P3", "A1", "A2", "L1", "L2", "N1"}


def test_a_fire_over_midnight_leaves_the_car_park_as_it_would_be() -> None:
    late = {**FIRE, "begin": 14 * HOUR_NS}  # From 23:00 to 00:00, closed until 01:00.
    usual, burnt = (
        told(fleet, 13 * HOUR_NS, 18 * HOUR_NS) for fleet in (Fleet(TOWN, 3), eventful(TOWN, fires=(late,)))
    )
    occupied = burnt["parking", "P1", "occupied"]
    assert during(occupied, 1.3, 3).max() <= 1
    assert np.abs(during(occupied - usual["parking", "P1", "occupied"], 3.3, 5)).max() <= 2
    assert min(burnt["parking", "P1", name].min() for name in ("entries", "exits")) >= 0


def test_the_same_comes_out_however_time_is_cut_up() -> None:
    fleet = eventful(TOWN, fires=(FIRE,))
    once = told(fleet, HOUR_NS, 3 * HOUR_NS)
    assert changed(once, told(fleet, HOUR_NS, 3 * HOUR_NS, HOUR_NS + 1, HOUR_NS + 17 * MINUTE_NS)) == set()
