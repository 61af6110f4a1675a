import numpy as np
import pytest

from config.settings import City, Device, Kind, Settings
from simulators.fleet import Fleet, Reports

SECOND_NS = 1_000_000_000
HOUR_NS = 3600 * SECOND_NS
# Monday 2 February 2026, 00:00 in Jakarta.
MONDAY_NS = 1_769_965_200 * SECOND_NS


def at_hour(fleet: Fleet, hour: float, seconds: int = 5) -> dict[str, Reports]:
    start_ns = MONDAY_NS + round(hour * HOUR_NS)
    return {reports.kind: reports for reports in fleet.reports(start_ns, start_ns + seconds * SECOND_NS)}


@pytest.fixture(scope="module")
def fleet() -> Fleet:
    return Fleet(Settings(), seed=1)


def test_without_a_configuration_there_are_400_devices_of_nine_kinds(fleet: Fleet) -> None:
    counts = {kind: len(group.devices) for kind, group in fleet.groups.items()}
    six = {"parking": 60, "traffic": 100, "air": 45, "noise": 45, "water": 30, "weather": 40}
    assert counts == {**six, "pm": 30, "light": 30, "bin": 20}
    assert fleet.size == len(fleet.devices) == 400


def test_every_device_reports_once_in_each_interval(fleet: Fleet) -> None:
    for reports in at_hour(fleet, 9.0).values():
        assert sorted(reports.device.tolist()) == list(range(len(fleet.groups[reports.kind].devices)))
        assert np.all(np.diff(reports.time_ns) >= 0)
    assert fleet.count(MONDAY_NS, MONDAY_NS + 60 * SECOND_NS) == 400 * 12


def test_reports_are_spread_over_the_interval(fleet: Fleet) -> None:
    offsets = at_hour(fleet, 9.0)["traffic"].time_ns - MONDAY_NS - 9 * HOUR_NS
    by_second = np.bincount(offsets // SECOND_NS, minlength=5)
    assert by_second.min() >= 8


def test_a_device_reports_at_the_interval_of_its_registration_or_its_kind() -> None:
    settings = Settings(
        kinds={"air": Kind(every="1m"), "noise": Kind(every="1m")},
        devices=(
            Device(id="A", kind="air"),
            Device(id="N", kind="noise", every="10s"),
            Device(id="W", kind="water"),
        ),
    )
    fleet = Fleet(settings)
    counts = {reports.kind: len(reports.time_ns) for reports in fleet.reports(MONDAY_NS, MONDAY_NS + 600 * SECOND_NS)}
    assert counts == {"air": 10, "noise": 60, "water": 120}


def test_spaces_add_up_and_a_registered_capacity_is_kept() -> None:
    devices = (Device(id="P1", kind="parking", capacity=120), Device(id="P2", kind="parking"))
    columns = at_hour(Fleet(Settings(devices=devices)), 10.0, seconds=600)["parking"].columns
    blocked = np.nan_to_num(columns["out_of_service"])
    assert np.array_equal(columns["occupied"] + columns["free"] + blocked, columns["capacity"])
    assert columns["occupied"].min() >= 0
    assert 120.0 in columns["capacity"]


def test_an_office_car_park_is_full_in_the_morning_and_empty_at_night() -> None:
    office = Device(id="P1", kind="parking", name="Parkir Kantor Pemkab", capacity=1000)
    fleet = Fleet(Settings(devices=(office,)))
    morning, night = (at_hour(fleet, hour)["parking"].columns["occupied"].mean() for hour in (10.0, 2.0))
    assert morning > 700
    assert night < 250


def test_traffic_peaks_at_seven_and_at_seventeen(fleet: Fleet) -> None:
    counts = [np.nanmean(at_hour(fleet, hour, 600)["traffic"].columns["vehicle_count"]) for hour in range(24)]
    ranked = sorted(range(24), key=lambda hour: counts[hour], reverse=True)
    assert set(ranked[:2]) == {7, 17}
    assert counts[3] < counts[7] / 5


def test_speed_falls_where_traffic_is_dense(fleet: Fleet) -> None:
    rush, night = (at_hour(fleet, hour, 600)["traffic"].columns for hour in (7.0, 3.0))
    assert np.nanmean(rush["speed"]) < np.nanmean(night["speed"]) - 8.0
    assert np.nanmean(rush["occupancy"]) > 5 * np.nanmean(night["occupancy"])
    assert np.nanmax(rush["occupancy"]) <= 1.0


def test_a_detector_reports_a_speed_only_where_a_vehicle_passed(fleet: Fleet) -> None:
    columns = at_hour(fleet, 3.0, 600)["traffic"].columns
    counted, loops = np.isfinite(columns["vehicle_count"]), np.isfinite(columns["occupancy"])
    assert np.array_equal(np.isnan(columns["speed"][counted]), columns["vehicle_count"][counted] == 0)
    assert np.all(columns["occupancy"][loops & (columns["vehicle_count"] == 0)] == 0.0)


def test_pm10_holds_pm25_and_noise_follows_the_traffic(fleet: Fleet) -> None:
    rush, night = at_hour(fleet, 7.0, 600), at_hour(fleet, 3.0, 600)
    assert np.all(rush["air"].columns["pm10"] >= rush["air"].columns["pm25"])
    assert rush["noise"].columns["laeq"].mean() > night["noise"].columns["laeq"].mean() + 6.0


def test_a_river_rises_after_the_rain() -> None:
    fleet = Fleet(Settings(devices=tuple(Device(id=f"W{n}", kind="water", every="10m") for n in range(20))), seed=1)
    days = 40
    levels = np.array([at_hour(fleet, hour, 600)["water"].columns["level_cm"].mean() for hour in range(24 * days)])
    hours = MONDAY_NS + 7 * HOUR_NS + HOUR_NS * np.arange(24 * days)
    rain = fleet._sky.rain_between(hours - 6 * HOUR_NS, hours)
    assert np.median(levels[rain > 15.0]) > np.median(levels[rain < 0.1]) + 10.0


def test_some_devices_report_a_battery_and_it_never_leaves_its_range(fleet: Fleet) -> None:
    battery = at_hour(fleet, 9.0)["noise"].columns["battery"]
    assert 10 <= np.isfinite(battery).sum() <= 35
    assert np.nanmin(battery) >= 15.0
    assert np.nanmax(battery) <= 100.0


def test_the_hour_is_that_of_the_city() -> None:
    jayapura = Fleet(Settings(city=City(id="city", timezone="Asia/Jayapura")), seed=1)
    jakarta = Fleet(Settings(city=City(id="city", timezone="Asia/Jakarta")), seed=1)
    early, later = (
        np.nanmean(at_hour(city, 5.0, 600)["traffic"].columns["vehicle_count"]) for city in (jakarta, jayapura)
    )
    assert later > 2 * early


def test_no_reading_is_without_any_quantity(fleet: Fleet) -> None:
    for hour in (3.0, 12.0):
        for reports in at_hour(fleet, hour, 60).values():
            said = [np.isfinite(values) for name, values in reports.columns.items() if name != "battery"]
            assert np.any(said, axis=0).all(), reports.kind
