import numpy as np
import pytest

from config.settings import Device
from simulators.fleet import Fleet
from tests.simulators.events.cities import HOUR_NS, MINUTE_NS, Values, eventful, told, town

TOWN = town(
    Device(id="C1", kind="weather", every="1m"),
    Device(id="W1", kind="water", every="1m"),
    Device(id="L1", kind="traffic", every="1m"),
    Device(id="B1", kind="bin", every="1m"),
    Device(id="A1", kind="air", every="1m"),
    Device(id="P1", kind="parking", every="1m"),
)
RAIN = {"amount": 60, "begin": HOUR_NS, "lasts": 2 * HOUR_NS}


@pytest.fixture(scope="module")
def storm() -> tuple[Values, Values]:
    """Without and with it, for eight hours from 09:00 on; the plain day is dry."""
    first, second = (told(fleet, 0, 8 * HOUR_NS) for fleet in (Fleet(TOWN, 3), eventful(TOWN, rains=(RAIN,))))
    return first, second


def test_as_much_falls_as_the_scenario_says_strongest_in_its_middle(storm: tuple[Values, Values]) -> None:
    dry, wet = (values["weather", "C1", "rain_mm"] for values in storm)
    fallen = wet - dry
    share_here = fallen.sum() / 60
    assert 0.7 <= share_here <= 1.3
    assert 118 <= np.argmax(fallen) <= 122
    assert fallen.max() == pytest.approx(share_here * 1.0, abs=0.01)  # Twice the mean of 0.5 mm a minute.
    assert not fallen[:60].any()
    assert not fallen[182:].any()


def test_rain_wets_the_road_washes_the_air_cools_it_and_raises_the_river(storm: tuple[Values, Values]) -> None:
    dry, wet = storm
    middle = slice(100, 140)

    def more(kind: str, device: str, quantity: str, rows: slice) -> float:
        return float(np.nanmean(wet[kind, device, quantity][rows] - dry[kind, device, quantity][rows]))

    assert more("traffic", "L1", "speed", middle) < -1
    assert more("air", "A1", "pm25", slice(150, 170)) < -5
    assert more("weather", "C1", "temperature", middle) < -2
    assert more("water", "W1", "level_cm", slice(420, 480)) > 10


def test_a_car_park_does_not_feel_rain(storm: tuple[Values, Values]) -> None:
    dry, wet = storm
    assert np.array_equal(dry["parking", "P1", "occupied"], wet["parking", "P1", "occupied"])


def test_its_happening_names_every_device_that_gets_wet() -> None:
    (happening,) = eventful(TOWN, rains=(RAIN,)).happenings()
    assert (happening.kind, set(happening.devices)) == ("rains", {"C1", "W1", "L1", "A1", "B1"})
    assert happening.end_ns - happening.begin_ns == 120 * MINUTE_NS
