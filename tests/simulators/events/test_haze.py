import numpy as np
import pytest

from config.settings import Device
from simulators.events.courses import Swell
from simulators.fleet import Fleet
from tests.simulators.events.cities import HOUR_NS, MINUTE_NS, changed, eventful, told, town

TOWN = town(
    *(Device(id=name, kind="air", every="30s", zone=zone) for name, zone in (("A1", "z"), ("A2", "z"), ("A3", "y"))),
    Device(id="C1", kind="weather", every="30s", zone="z"),
    Device(id="L1", kind="traffic", every="30s", zone="z"),
)


def during(values: np.ndarray, begin_h: float, end_h: float) -> np.ndarray:
    """Of a report each 30 s."""
    return values[int(begin_h * 120) : int(end_h * 120)]


def test_haze_raises_fine_dust_and_carbon_monoxide_and_follows_the_mixing_of_the_day() -> None:
    haze = {"amount": 200, "rises": MINUTE_NS, "stands": 24 * HOUR_NS}
    plain, hazy = (told(fleet, 0, 24 * HOUR_NS) for fleet in (Fleet(TOWN, 3), eventful(TOWN, hazes=(haze,))))
    more = {name: hazy["air", "A1", name] - plain["air", "A1", name] for name in ("pm25", "pm10")}
    noon, dawn = during(more["pm25"], 3, 6).mean(), during(more["pm25"], 20, 22).mean()
    assert dawn > 1.5 * noon > 60
    assert np.abs(more["pm10"] - more["pm25"]).max() < 0.21
    gases = [device for device in ("A1", "A2", "A3") if not np.isnan(plain["air", device, "co"][0])]
    assert all((hazy["air", name, "co"] - plain["air", name, "co"])[240:].min() > 500 for name in gases)
    assert changed(plain, hazy) == {"A1", "A2", "A3", "C1"}


def test_haze_over_one_zone_stays_there() -> None:
    haze = {"amount": 200, "zones": ["y"], "rises": MINUTE_NS}
    fleets = (Fleet(TOWN, 3), eventful(TOWN, hazes=(haze,)))
    assert changed(*(told(fleet, 0, HOUR_NS) for fleet in fleets)) == {"A3"}


def test_haze_rises_without_a_step() -> None:
    every = Swell(6 * HOUR_NS, 0, 6 * HOUR_NS)(np.arange(0.0, 12.0 * HOUR_NS, MINUTE_NS))
    assert np.abs(np.diff(every)).max() < 0.005
    assert every[[0, 180, 360, 540]].tolist() == pytest.approx([0, 0.5, 1, 0.5])
