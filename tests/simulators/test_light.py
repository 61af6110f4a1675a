from datetime import UTC, datetime

import numpy as np
import pytest

from config.settings import City, Device, Settings
from simulators.fleet import Fleet, Reports

MINUTE_NS = 60_000_000_000
HOUR_NS = 60 * MINUTE_NS
# Monday 2 March 2026, 00:00 in Jakarta.
MONDAY_NS = 1_772_384_400_000_000_000
BOJONEGORO = (-7.15, 111.88)
JAKARTA = (-6.2, 106.85)
BANDA_ACEH = (5.55, 95.32)


def day_of_lights(place: tuple[float, float], count: int = 40, from_h: int = 12) -> Reports:
    """24 hours, once a minute each."""
    latitude, longitude = place
    devices = tuple(
        Device(id=f"L{n}", kind="light", every="1m", latitude=latitude, longitude=longitude) for n in range(count)
    )
    start_ns = MONDAY_NS + from_h * HOUR_NS
    (reports,) = Fleet(Settings(devices=devices)).reports(start_ns, start_ns + 24 * HOUR_NS)
    return reports


def hours_when(reports: Reports, mask: np.ndarray, device: int) -> np.ndarray:
    """(n,) by the clock in Jakarta; after midnight beyond 24."""
    hours: np.ndarray = (reports.time_ns[mask & (reports.device == device)] - MONDAY_NS) / HOUR_NS
    return hours


def test_lights_burn_from_dusk_to_dawn_each_by_its_own_cell() -> None:
    reports = day_of_lights(BOJONEGORO)
    lit = [hours_when(reports, reports.columns["on"] == 1, device) for device in range(40)]
    dusk, dawn = np.array([each.min() for each in lit]), np.array([each.max() for each in lit])
    # The sun's centre passes the horizon at 17:47 and 05:41 then; it sinks by 3 degrees in 12 minutes.
    assert dusk.min() >= 17.75
    assert dusk.max() <= 18.1
    assert np.ptp(dusk) > 0.1
    assert dawn.min() - 24 >= 5.25
    assert dawn.max() - 24 <= 5.70


def test_they_burn_at_half_power_from_eleven_to_half_past_four() -> None:
    reports = day_of_lights(BOJONEGORO)
    dimmed = hours_when(reports, reports.columns["dimming"] == 50, 7)
    assert dimmed.min() == pytest.approx(23.0, abs=0.02)
    assert dimmed.max() == pytest.approx(28.5, abs=0.02)
    assert set(np.unique(reports.columns["dimming"])) == {0, 50, 100}


def test_what_the_meter_counts_is_the_power_over_time_and_begins_anew_at_noon() -> None:
    reports = day_of_lights(BOJONEGORO)
    for device in range(40):
        mine = reports.device == device
        watts, counted = reports.columns["power_w"][mine], reports.columns["energy_kwh"][mine]
        rises = np.diff(counted)
        assert (rises < -1e-9).sum() <= 1
        assert rises[rises > 0].sum() * 1000 == pytest.approx(watts.sum() / 60, rel=0.01)


def test_a_few_lamps_are_switched_on_and_do_not_burn() -> None:
    reports = day_of_lights(BOJONEGORO, 400, from_h=20)
    evening = reports.time_ns < MONDAY_NS + 21 * HOUR_NS
    assert (reports.columns["on"][evening] == 1).all()
    broken = {*reports.device[evening & (reports.columns["power_w"] < 1)].tolist()}
    assert 2 <= len(broken) <= 20
    assert all((reports.columns["power_w"][reports.device == one] < 1).all() for one in broken)


def test_the_night_is_that_of_the_place_and_not_of_the_clock() -> None:
    # Under one clock, WIB, the sun sets half an hour later in Banda Aceh than in Jakarta.
    nights = [day_of_lights(place) for place in (JAKARTA, BANDA_ACEH)]
    dusk = [hours_when(each, each.columns["on"] == 1, 0).min() for each in nights]
    assert 0.4 < dusk[1] - dusk[0] < 0.8


def test_a_city_that_does_not_say_where_it_lies_has_its_dusk_by_its_own_clock() -> None:
    devices = (Device(id="L", kind="light", every="1m"),)
    start_ns = int(datetime(2026, 3, 2, 3, tzinfo=UTC).timestamp()) * 1_000_000_000
    for timezone, noon_h in (("Asia/Jakarta", 2), ("Asia/Jayapura", 0)):
        fleet = Fleet(Settings(city=City(timezone=timezone), devices=devices))
        (reports,) = fleet.reports(start_ns + noon_h * HOUR_NS, start_ns + (noon_h + 12) * HOUR_NS)
        lit = reports.time_ns[reports.columns["on"] == 1].min()
        assert 6.0 < (lit - start_ns) / HOUR_NS - noon_h < 6.6
