import math

import pytest

from config.roads import ROADS
from processors.indicators.traffic import traffic


@pytest.fixture
def drive(windows_of, figures_of):
    return lambda *rows, size_s=60, **said: figures_of(traffic(windows_of("traffic", size_s, rows, **said)))


def station(zone="kota", every_s=10, readings=6, **fields):
    return {"zone": zone, "readings": readings, "every_s": every_s} | fields


def counted(mean, count=6):
    return {"vehicle_count_mean": mean, "vehicle_count_count": count}


def speeds(harmonic, count=6):
    return {"speed_harmonic": harmonic, "speed_count": count}


def covered(mean, count=6, **fields):
    return {"occupancy_mean": mean, "occupancy_count": count} | fields


def test_1200_vehicles_an_hour_at_60_kmh_are_20_on_a_km_and_so_says_an_occupancy_of_12_percent(drive) -> None:
    found = drive(station(**counted(20.0 / 6), **speeds(60.0), **covered(0.12)))
    assert found["kota", "traffic_density"] == (pytest.approx(20.0), 1.0, 1.0)
    assert found["kota", "traffic_density_occupancy"] == (pytest.approx(20.0), 1.0, 1.0)
    assert found["kota", "traffic_occupancy"] == (pytest.approx(0.12), 1.0, 1.0)


def test_1200_vehicles_an_hour_on_a_loop_that_is_covered_for_12_percent_drive_60_kmh(drive) -> None:
    found = drive(station(**counted(20.0 / 6), **covered(0.12)))
    assert found["kota", "traffic_speed_loop"] == (pytest.approx(60.0), 1.0, 1.0)
    longer = drive(station(**counted(20.0 / 6), **covered(0.12), detector_length=7.0))
    assert longer["kota", "traffic_speed_loop"][0] == pytest.approx(70.0)


def test_the_vehicles_of_a_road_with_loops_in_two_lanes_are_those_of_both(drive) -> None:
    found = drive(station(**counted(40.0 / 6), **covered(0.12), lanes=2))
    assert found["kota", "traffic_speed_loop"][0] == pytest.approx(60.0)


def test_the_loop_speed_of_a_zone_is_harmonic_over_its_vehicles(drive) -> None:
    found = drive(station(**counted(20.0 / 6), **covered(0.12)), station(**counted(20.0 / 6), **covered(0.24)))
    assert found["kota", "traffic_speed_loop"][0] == pytest.approx(40.0)


@pytest.mark.parametrize(("share", "coverage"), [(0.0, 1.0), (0.9, 0.5)], ids=["empty", "stuck, or under a queue"])
def test_a_loop_that_counts_nobody_has_no_speed(drive, share, coverage) -> None:
    found = drive(station(**counted(0.0), **covered(share)), station(zone="ring", **counted(2.0), **covered(0.1)))
    assert math.isnan(found["kota", "traffic_speed_loop"][0])
    assert found["all", "traffic_speed_loop"][1] == coverage


def test_density_is_divided_by_the_space_mean_speed_and_weighed_by_time(drive) -> None:
    slow, fast = station(**counted(2.0), **speeds(36.0)), station(readings=3, **counted(2.0, 3), **speeds(72.0, 3))
    # 20 vehicles on a km for 60 s, 10 for 30 s.
    assert drive(slow, fast)["kota", "traffic_density"] == (pytest.approx((20 * 60 + 10 * 30) / 90), 0.75, 1.0)


def test_an_empty_road_has_a_density_of_zero(drive) -> None:
    assert drive(station(**counted(0.0)))["kota", "traffic_density"] == (0.0, 1.0, 1.0)
    assert drive(station(**counted(0.0), **covered(0.0)))["kota", "traffic_density"] == (0.0, 1.0, 1.0)


def test_a_road_on_which_vehicles_stand_is_not_taken_for_an_empty_one(drive) -> None:
    found = drive(station(**counted(0.0), **covered(0.9)))
    assert math.isnan(found["kota", "traffic_density"][0])
    assert found["kota", "traffic_density_occupancy"][0] == pytest.approx(150.0)
    assert math.isnan(drive(station(**counted(3.0), **speeds(math.nan)))["kota", "traffic_density"][0])


def test_a_mere_counter_has_no_density(drive) -> None:
    found = drive(station(**counted(2.0)), station(**counted(2.0), **speeds(36.0)))
    assert found["kota", "traffic_density"] == (pytest.approx(20.0), 0.5, 1.0)


def test_the_registered_length_of_a_detector_holds(drive) -> None:
    found = drive(station(detector_length=5.0, **covered(0.1)), station(**covered(0.1)))
    assert found["kota", "traffic_density_occupancy"][0] == pytest.approx((20.0 + 100 / 6) / 2)


def test_an_occupancy_in_percent_is_known_by_its_unit(drive) -> None:
    found = drive(station(**covered(12.0)), units={"occupancy": "%"})
    assert found["kota", "traffic_occupancy"] == (pytest.approx(0.12), 1.0, 1.0)


@pytest.mark.parametrize("fields", [{"occupancy_max": 1.2}, {"occupancy_min": -0.1}])
def test_a_detector_with_readings_that_are_no_share_is_left_out_and_lowers_the_quality(drive, fields) -> None:
    found = drive(station(**covered(0.8, **fields)), station(**covered(0.2)))
    assert found["kota", "traffic_occupancy"] == (pytest.approx(0.2), 1.0, 0.5)


def test_occupancy_has_figures_only_where_it_was_ever_sent(drive) -> None:
    assert ("kota", "traffic_occupancy") not in drive(station(**counted(2.0)))
    silent = drive(station(**counted(2.0)), units={"occupancy": "fraction"})
    assert math.isnan(silent["kota", "traffic_occupancy"][0])


def test_the_density_of_a_freeway_counts_passenger_cars_on_each_of_its_lanes(drive) -> None:
    freeway = {"road_number": ROADS.index("freeway"), "lanes": 3}
    classes = {"light_count_mean": 40.0, "light_count_count": 6, "heavy_count_mean": 5.0, "heavy_count_count": 6}
    found = drive(station(**freeway, **classes, **speeds(100.0)), station(**counted(90.0), **speeds(10.0)))
    # (40 + 5 x 2) x 360 = 18000 smp/h on three lanes at 100 km/h.
    assert found["kota", "traffic_density_freeway"] == (pytest.approx(60.0), 0.5, 1.0)
    assert found["kota", "traffic_los_freeway"] == (6.0, 0.5, 1.0)


def test_a_freeway_without_classes_counts_each_vehicle_as_one_which_is_not_plausible(drive) -> None:
    found = drive(station(road_number=ROADS.index("freeway"), **counted(5.0), **speeds(90.0)))
    assert found["kota", "traffic_density_freeway"] == (pytest.approx(10.0), 1.0, 0.0)


def test_without_a_freeway_there_is_no_level_of_freeways(drive) -> None:
    assert not [name for _, name in drive(station(**counted(5.0), **speeds(90.0))) if "freeway" in name]
