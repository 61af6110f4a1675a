import numpy as np
import pytest

from config.settings import Device, Settings
from simulators.fleet import Fleet, Reports
from simulators.low_cost_pm import growth

HOUR_NS = 3_600_000_000_000
# Monday 2 March 2026, 00:00 in Jakarta.
MONDAY_NS = 1_772_384_400_000_000_000


def day_of_sensors(count: int = 60) -> Reports:
    devices = tuple(Device(id=f"S{n}", kind="pm", every="10m") for n in range(count))
    (reports,) = Fleet(Settings(devices=devices)).reports(MONDAY_NS, MONDAY_NS + 24 * HOUR_NS)
    return reports


def test_particles_grow_with_humidity_as_the_theory_says() -> None:
    # 1 + 0.3 / 1.65 x a / (1 - a).
    grown = growth(np.array([0.0, 0.5, 0.8, 0.9, 0.95, 1.0]))
    assert grown == pytest.approx([1.0, 1.18182, 1.72727, 2.63636, 4.45455, 4.45455], abs=1e-5)


def test_a_sensor_reads_far_too_much_in_humid_air_and_a_little_in_dry() -> None:
    reports = day_of_sensors()
    ratio = reports.columns["pm25"] / reports.true["pm25"]
    humid, dry = reports.columns["humidity"] >= 85, reports.columns["humidity"] < 65
    assert 3.0 < np.median(ratio[humid]) < 5.0
    assert 1.1 < np.median(ratio[dry]) < 1.5


def test_each_copy_of_the_sensor_has_a_factor_of_its_own() -> None:
    reports = day_of_sensors()
    ratio = reports.columns["pm25"] / reports.true["pm25"]
    factors = np.array([np.median(ratio[reports.device == device]) for device in range(60)])
    assert 0.06 < np.std(np.log(factors)) < 0.2


def test_what_is_true_is_the_dust_of_the_same_air_that_stations_measure() -> None:
    devices = tuple(Device(id=f"A{n}", kind="air", every="10m") for n in range(60))
    (stations,) = Fleet(Settings(devices=devices)).reports(MONDAY_NS, MONDAY_NS + 24 * HOUR_NS)
    sensors = day_of_sensors()
    hour = [(each.time_ns - MONDAY_NS) // HOUR_NS for each in (stations, sensors)]
    by_station = np.array([stations.columns["pm25"][hour[0] == one].mean() for one in range(24)])
    truly = np.array([sensors.true["pm25"][hour[1] == one].mean() for one in range(24)])
    assert np.corrcoef(by_station, truly)[0, 1] > 0.95
    assert truly.mean() / by_station.mean() == pytest.approx(1.0, abs=0.15)


def test_its_own_box_is_warmer_and_so_drier_than_the_air() -> None:
    devices = tuple(Device(id=f"W{n}", kind="weather", every="10m") for n in range(60))
    (weather,) = Fleet(Settings(devices=devices)).reports(MONDAY_NS, MONDAY_NS + 24 * HOUR_NS)
    sensors = day_of_sensors()
    assert 1.0 < sensors.columns["temperature"].mean() - weather.columns["temperature"].mean() < 2.0
    assert sensors.columns["humidity"].mean() < weather.columns["humidity"].mean() - 3.0
