import math

import pytest

from processors.indicators.traffic import traffic


@pytest.fixture
def drive(windows_of, figures_of):
    return lambda *rows, size_s=60: figures_of(traffic(windows_of("traffic", size_s, rows)))


def station(zone="kota", every_s=10, readings=6, **fields):
    row = {"zone": zone, "readings": readings} | fields
    return row | {"every_s": every_s} if every_s else row


def counted(mean, count=6, **fields):
    return {"vehicle_count_mean": mean, "vehicle_count_count": count} | fields


def speeds(harmonic, count=6, **fields):
    return {"speed_harmonic": harmonic, "speed_count": count} | fields


def test_flow_is_the_vehicles_of_an_hour_at_one_counting_station(drive) -> None:
    # 197 vehicles in five minutes: 197 x 12.
    assert drive(station(every_s=300, readings=1, **counted(197.0, 1)), size_s=300)["kota", "traffic_flow"] == (
        2364,
        1,
        1,
    )


def test_flow_of_a_zone_is_the_mean_of_stations_that_cover_the_same_time(drive) -> None:
    found = drive(station(**counted(2.0)), station(**counted(4.0)))
    assert found["kota", "traffic_flow"][0] == pytest.approx((720 + 1440) / 2)


def test_a_station_that_missed_readings_weighs_only_the_time_it_covered(drive) -> None:
    found = drive(station(**counted(2.0, 6)), station(readings=3, **counted(4.0, 3)))
    assert found["kota", "traffic_flow"] == (pytest.approx((12 + 12) * 3600 / (60 + 30)), 0.75, 1.0)


def test_a_reading_that_stands_for_a_minute_covers_a_minute_also_in_a_window_of_ten_seconds(drive) -> None:
    found = drive(station(every_s=60, readings=1, **counted(20.0, 1)), size_s=10)
    assert found["kota", "traffic_flow"] == (1200, 1.0, 1.0)


def test_without_a_known_interval_the_counts_cover_the_window(drive) -> None:
    assert drive(station(every_s=None, readings=4, **counted(5.0, 4)))["kota", "traffic_flow"][0] == 1200


def test_a_running_counter_flows_at_its_rate(drive) -> None:
    row = station(**counted(1_000_250.0, vehicle_count_rate=0.25, vehicle_count_increase=15.0))
    assert drive(row)["kota", "traffic_flow"][0] == pytest.approx(900)


def test_no_vehicle_is_a_flow_of_zero_and_not_missing_data(drive) -> None:
    found = drive(station(**counted(0.0)))
    assert found["kota", "traffic_flow"] == (0.0, 1.0, 1.0)
    assert math.isnan(found["kota", "traffic_speed"][0])
    assert found["kota", "traffic_speed"][1:] == (0.0, 0.0)


def test_a_negative_count_is_left_out_and_lowers_the_quality(drive) -> None:
    found = drive(station(**counted(-1.0)), station(**counted(2.0)))
    assert found["kota", "traffic_flow"] == (720, 1.0, 0.5)


def test_one_negative_count_lowers_the_quality_though_the_mean_is_fine(drive) -> None:
    assert drive(station(**counted(2.0, vehicle_count_min=-1.0)))["kota", "traffic_flow"] == (720, 1.0, 0.0)


def test_space_mean_speed_is_harmonic_over_vehicles(drive) -> None:
    # NPTEL: 12 vehicles at 10 m/s and 12 at 20 m/s have the space-mean speed 13.33 m/s.
    found = drive(station(**counted(2.0), **speeds(36.0)), station(**counted(2.0), **speeds(72.0)))
    assert found["kota", "traffic_speed"] == (pytest.approx(48.0), 1.0, 1.0)


def test_space_mean_speed_of_three_spot_speeds(drive) -> None:
    spots = [station(every_s=60, readings=1, **speeds(speed, 1)) for speed in (40.0, 50.0, 60.0)]
    assert drive(*spots)["kota", "traffic_speed"][0] == pytest.approx(48.649, abs=5e-4)


def test_a_station_with_more_vehicles_weighs_more(drive) -> None:
    found = drive(station(**counted(9.0), **speeds(30.0)), station(**counted(1.0), **speeds(60.0)))
    assert found["kota", "traffic_speed"][0] == pytest.approx(60 / (54 / 30 + 6 / 60))


def test_a_station_that_does_not_count_weighs_its_readings(drive) -> None:
    found = drive(station(readings=2, **speeds(30.0, 2)), station(**counted(1.0), **speeds(60.0)))
    assert found["kota", "traffic_speed"][0] == pytest.approx(8 / (2 / 30 + 6 / 60))


def test_v85_of_a_zone_is_the_mean_of_its_stations_weighted_by_vehicles(drive) -> None:
    found = drive(
        station(**counted(3.0), **speeds(40.0, speed_p85=50.0)), station(**counted(1.0), **speeds(60.0, speed_p85=70.0))
    )
    assert found["kota", "traffic_v85"] == (pytest.approx(55.0), 1.0, 1.0)


def test_without_percentiles_there_is_no_v85(drive) -> None:
    assert math.isnan(drive(station(**counted(3.0), **speeds(40.0)))["kota", "traffic_v85"][0])


def test_vehicles_that_stand_are_plausible_and_speeds_below_zero_are_not(drive) -> None:
    standing = station(**counted(2.0), **speeds(20.0, speed_min=0.0))
    backward = station(**counted(2.0), **speeds(20.0, speed_min=-5.0))
    assert drive(standing)["kota", "traffic_speed"] == (pytest.approx(20.0), 1.0, 1.0)
    assert drive(standing, backward)["kota", "traffic_speed"] == (pytest.approx(20.0), 1.0, 0.5)


def test_only_standing_vehicles_have_no_space_mean_speed(drive) -> None:
    found = drive(station(**counted(2.0), **speeds(math.nan, speed_min=0.0)))
    assert math.isnan(found["kota", "traffic_speed"][0])


def test_an_empty_road_answers_the_question_of_speed_and_a_mere_counter_does_not(drive) -> None:
    measuring = station(**counted(2.0), **speeds(40.0))
    assert drive(measuring, station(**counted(0.0)))["kota", "traffic_speed"][1] == 1.0
    assert drive(measuring, station(**counted(5.0)))["kota", "traffic_speed"][1] == 0.5
    assert drive(measuring, {"zone": "kota", "every_s": 10})["kota", "traffic_speed"][1] == 0.5
