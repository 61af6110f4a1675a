import numpy as np
import pytest

from config.settings import Device, Settings
from simulators.fleet import Fleet
from simulators.traffic import control_delay, relative_density

SECOND_NS = 1_000_000_000
HOUR_NS = 3600 * SECOND_NS
# Monday 2 February 2026, 00:00 in Jakarta.
MONDAY_NS = 1_769_965_200 * SECOND_NS


def test_flow_over_capacity_is_the_demand_up_to_capacity() -> None:
    demand = np.array([0.0, 0.25, 0.75, 1.0])
    density = relative_density(demand)
    # Greenshields: flow / capacity = 4 r (1 - r), with r = density / jam density.
    assert np.allclose(4.0 * density * (1.0 - density), demand)
    assert density[-1] == 0.5


def test_demand_beyond_capacity_queues_and_less_flows() -> None:
    density = relative_density(np.array([1.0, 1.1, 1.3, 9.0]))
    flow = 4.0 * density * (1.0 - density)
    assert np.all(np.diff(flow) < 0)
    assert density[-1] < 1.0


def columns_of(device: Device, hour: float, minutes: int = 60) -> dict[str, np.ndarray]:
    start_ns = MONDAY_NS + round(hour * HOUR_NS)
    (reports,) = Fleet(Settings(devices=(device,))).reports(start_ns, start_ns + minutes * 60 * SECOND_NS)
    return reports.columns


def test_classes_add_up_and_fill_the_registered_capacity_in_passenger_cars() -> None:
    street = Device(id="T1", kind="traffic", road="4/2-D", lanes=2, free_speed=50, capacity=3300, every="10s")
    columns = columns_of(street, 7.0)
    classes = columns["light_count"], columns["heavy_count"], columns["motorcycle_count"]
    assert np.array_equal(sum(classes), columns["vehicle_count"])
    light, heavy, motorcycles = (float(each.sum()) for each in classes)
    assert motorcycles > light > heavy > 0
    assert light + 1.3 * heavy + 0.4 * motorcycles <= 3300 * 1.05


def test_a_freeway_has_no_motorcycles() -> None:
    freeway = Device(id="T1", kind="traffic", road="freeway", lanes=2, free_speed=100, capacity=4400)
    assert columns_of(freeway, 7.0)["motorcycle_count"].sum() == 0


def test_a_station_without_a_capacity_tells_no_classes() -> None:
    columns = columns_of(Device(id="T1", kind="traffic"), 7.0, minutes=10)
    assert np.isnan(columns["light_count"]).all()
    assert np.isnan(columns["travel_time"]).all()


def test_density_by_occupancy_is_density_by_flow_and_speed() -> None:
    street = Device(id="T1", kind="traffic", lanes=2, free_speed=50, capacity=3300, detector_length=3.5, every="10s")
    columns = columns_of(street, 9.0)
    passed = columns["vehicle_count"] > 0
    by_flow = (columns["vehicle_count"] * 360 / 2 / columns["speed"])[passed]
    by_occupancy = (columns["occupancy"] * 1000 / 3.5)[passed]
    assert np.allclose(by_flow, by_occupancy, rtol=0.02, atol=0.05)


def test_travel_takes_longer_where_traffic_is_dense_and_never_much_less_than_on_the_empty_road() -> None:
    street = Device(id="T1", kind="traffic", lanes=2, free_speed=36, length=500, capacity=2400, every="10s")
    rush, night = (columns_of(street, hour)["travel_time"] for hour in (7.0, 2.0))
    # 500 m at 10 m/s are 50 s.
    assert 45 < np.nanmean(night) < 56
    assert np.nanmean(rush) > 1.05 * np.nanmean(night)


def test_a_signal_holds_up_longer_where_demand_exceeds_capacity() -> None:
    delay = control_delay(np.array([0.0, 0.5, 1.0, 1.3]))
    assert np.allclose(delay, [13.6125, 17.564516, 36.75, 72.75])


def test_only_a_crossing_has_a_delay() -> None:
    crossing, street = (Device(id=name, kind="traffic", name=name, every="10s") for name in ("Simpang Tiga", "Jalan"))
    assert np.isfinite(columns_of(crossing, 7.0)["delay"]).all()
    assert np.isnan(columns_of(street, 7.0)["delay"]).all()


def test_a_camera_tells_classes_of_vehicle_and_no_occupancy() -> None:
    columns = columns_of(Device(id="CCTV-07", kind="traffic", every="10s"), 7.0)
    assert np.isfinite(columns["motorcycle_count"]).all()
    assert np.array_equal(
        columns["light_count"] + columns["heavy_count"] + columns["motorcycle_count"], columns["vehicle_count"]
    )
    assert np.isnan(columns["occupancy"]).all()


def test_a_pair_of_readers_of_which_only_the_length_is_known_tells_travel_times_alone() -> None:
    pair = Device(id="T1", kind="traffic", length=1200, every="10s")
    rush, night = columns_of(pair, 7.0), columns_of(pair, 2.0)
    assert {name for name, values in rush.items() if np.isfinite(values).any()} == {"travel_time"}
    assert np.isfinite(night["travel_time"]).all()
    assert 60 < night["travel_time"].mean() < rush["travel_time"].mean() < 200


def test_made_stations_are_loops_cameras_and_pairs() -> None:
    start_ns = MONDAY_NS + 7 * HOUR_NS
    reports = {each.kind: each for each in Fleet(Settings(), count=4000).reports(start_ns, start_ns + 5 * SECOND_NS)}
    columns = reports["traffic"].columns
    loops, cameras = np.isfinite(columns["occupancy"]), np.isfinite(columns["light_count"])
    pairs = np.isnan(columns["vehicle_count"])
    assert [each.mean() for each in (loops, cameras, pairs)] == pytest.approx([0.65, 0.20, 0.15], abs=0.04)
    assert np.all(loops.astype(int) + cameras + pairs == 1)
