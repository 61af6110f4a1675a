import numpy as np
import pytest
from pydantic import ValidationError

from config.settings import Device, Settings
from simulators.events.gathering import Gathering
from simulators.fleet import Fleet
from tests.simulators.events.cities import HOUR_NS, MINUTE_NS, Values, changed, eventful, told, town

KM = 1 / 111.2
LOT = {"kind": "parking", "longitude": 111.0, "every": "30s", "zone": "z"}
TOWN = town(
    Device(id="P1", name="Kantor", latitude=-7.0, capacity=200, **LOT),
    Device(id="P2", name="Kantor", latitude=-7.0 + 5 * KM, capacity=200, **LOT),
    Device(id="P3", name="Kantor", latitude=-7.0, capacity=40, **LOT),
    Device(id="L1", kind="traffic", latitude=-7.0, longitude=111.0, every="10s"),
    Device(id="L2", kind="traffic", latitude=-7.0 + 5 * KM, longitude=111.0, every="10s"),
    Device(id="N1", kind="noise", latitude=-7.0 + 0.1 * KM, longitude=111.0, every="10s"),
    Device(id="N2", kind="noise", latitude=-7.0 + 5 * KM, longitude=111.0, every="10s"),
)
EVENING = {
    "devices": ("P1", "P3"),
    "begin": 9 * HOUR_NS,
    "arrive": HOUR_NS,
    "stay": 2 * HOUR_NS,
    "leave": HOUR_NS,
    "noise": 90,
}
"""From 18:00 to 22:00, where offices are nearly empty."""


@pytest.fixture(scope="module")
def evening() -> tuple[Values, Values]:
    """Without and with it, from 17:00 to 23:00."""
    fleets = (Fleet(TOWN, seed=3), eventful(TOWN, gatherings=(EVENING,)))
    first, second = (told(fleet, 8 * HOUR_NS, 14 * HOUR_NS) for fleet in fleets)
    return first, second


@pytest.mark.parametrize("device", ["P1", "P3"])
def test_its_car_parks_fill_while_people_arrive_stay_full_and_empty_again(
    evening: tuple[Values, Values], device: str
) -> None:
    plain, befallen = (values["parking", device, "occupied"] for values in evening)
    capacity = evening[0]["parking", device, "capacity"][0]
    each_half_hour = (befallen - plain)[::60] / capacity
    assert each_half_hour[:3].max() < 0.03
    assert 0.2 < each_half_hour[3] < 0.5
    assert each_half_hour[4:9].min() > 0.6
    assert 0.2 < each_half_hour[9] < 0.5
    assert each_half_hour[10:].max() < 0.03


def test_behind_gates_who_stands_there_drove_in_and_has_not_left(evening: tuple[Values, Values]) -> None:
    plain, befallen = evening
    more = {
        name: befallen["parking", "P1", name] - plain["parking", "P1", name]
        for name in ("occupied", "entries", "exits")
    }
    assert more["entries"].min() >= 0
    assert more["entries"].sum() == pytest.approx(more["exits"].sum(), abs=4)
    inside = np.cumsum(more["entries"] - more["exits"])
    assert np.abs(inside - more["occupied"]).max() <= 4


def test_no_car_park_holds_more_than_it_has_room_for(evening: tuple[Values, Values]) -> None:
    for device in ("P1", "P3"):
        occupied, free = (evening[1]["parking", device, name] for name in ("occupied", "free"))
        assert free.min() >= 0
        assert occupied.max() <= evening[1]["parking", device, "capacity"][0]


def test_roads_around_carry_more_while_people_come_and_go(evening: tuple[Values, Values]) -> None:
    plain, befallen = (values["traffic", "L1", "vehicle_count"] for values in evening)
    arriving, staying = slice(6 * 70, 6 * 110), slice(6 * 130, 6 * 230)
    assert befallen[arriving].sum() > 1.2 * plain[arriving].sum()
    assert befallen[staying].tolist() == plain[staying].tolist()


def test_the_crowd_is_heard_nearby(evening: tuple[Values, Values]) -> None:
    plain, befallen = (values["noise", "N1", "laeq"] for values in evening)
    assert befallen[6 * 150 : 6 * 200].mean() == pytest.approx(90, abs=1.5)
    assert plain[6 * 150 : 6 * 200].mean() < 80


def test_nothing_changes_far_away(evening: tuple[Values, Values]) -> None:
    assert changed(*evening) == {"P1", "P3", "L1", "N1"}


def test_running_totals_of_gates_never_step_back_within_a_day() -> None:
    kinds = {
        "parking": {"quantities": {"entries": {"kind": "counter"}, "exits": {"kind": "counter"}}},
    }
    settings = Settings.model_validate({**TOWN.model_dump(include={"city", "devices"}), "kinds": kinds})
    late = eventful(settings, gatherings=({**EVENING, "begin": 13 * HOUR_NS},))
    values = told(late, 12 * HOUR_NS, 18 * HOUR_NS)
    for name in ("entries", "exits"):
        total = values["parking", "P1", name]
        (back,) = np.flatnonzero(np.diff(total) < 0)
        # Midnight, when all totals begin anew: three hours after 21:00, a report each 30 s.
        assert back in (359, 360)


def test_the_same_comes_out_however_time_is_cut_up() -> None:
    fleet = eventful(TOWN, gatherings=(EVENING,))
    once = told(fleet, 9 * HOUR_NS, 10 * HOUR_NS)
    often = told(fleet, 9 * HOUR_NS, 10 * HOUR_NS, 9 * HOUR_NS + 1, 9 * HOUR_NS + 17 * MINUTE_NS)
    assert changed(once, often) == set()


def test_a_gathering_nowhere_is_refused() -> None:
    with pytest.raises(ValidationError, match="name the devices or the zones whose car parks fill"):
        Gathering()
