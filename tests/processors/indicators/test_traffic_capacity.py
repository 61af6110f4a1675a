import math

import pytest

from config.roads import ROADS
from processors.indicators.traffic import traffic
from tests.processors.indicators.in_turn import InTurn

HOUR_S = 3600


@pytest.fixture
def drive(windows_of, figures_of):
    return lambda *rows, size_s=HOUR_S, **said: figures_of(traffic(windows_of("traffic", size_s, rows, **said)))


def quarterly(zone="kota", readings=4, **fields):
    return {"zone": zone, "every_s": 900, "readings": readings} | fields


def classes(light, heavy, motorcycle, count=4):
    counts = {"light_count": light, "heavy_count": heavy, "motorcycle_count": motorcycle}
    means = {f"{name}_mean": number / count for name, number in counts.items()}
    return means | {f"{name}_count": count for name in counts}


def counted(mean, highest=None, count=4, **fields):
    peak = {} if highest is None else {"vehicle_count_max": highest}
    return {"vehicle_count_mean": mean, "vehicle_count_count": count} | peak | fields


DIVIDED = {"road_number": ROADS.index("4/2-D")}


def test_1520_smp_on_a_capacity_of_3300_are_a_saturation_of_46_percent_and_level_c(drive) -> None:
    found = drive(quarterly(capacity=3300, **DIVIDED, **classes(800, 100, 2400)))
    assert found["kota", "traffic_flow_smp"] == (1520, 1.0, 1.0)
    assert found["kota", "traffic_saturation"] == (pytest.approx(0.461, abs=5e-4), 1.0, 1.0)
    assert found["kota", "traffic_los_saturation"] == (3, 1.0, 1.0)


def test_the_capacity_of_pkji_2023_moves_the_same_traffic_to_level_b(drive) -> None:
    found = drive(quarterly(capacity=3400, **DIVIDED, **classes(800, 100, 2400)))
    assert found["kota", "traffic_saturation"][0] == pytest.approx(0.447, abs=5e-4)
    assert found["kota", "traffic_los_saturation"][0] == 2


def test_the_saturation_of_a_zone_is_the_sum_of_its_flows_over_the_sum_of_its_capacities(drive) -> None:
    rows = [
        quarterly(capacity=1000, **DIVIDED, **classes(900, 0, 0)),
        quarterly(capacity=3000, **DIVIDED, **classes(300, 0, 0)),
        quarterly(**DIVIDED, **classes(5000, 0, 0)),
    ]
    assert drive(*rows)["kota", "traffic_saturation"] == (pytest.approx(0.3), pytest.approx(2 / 3), 1.0)


def test_a_station_that_missed_readings_is_saturated_by_its_flow_and_not_by_what_it_counted(drive) -> None:
    half = quarterly(readings=2, capacity=1000, **DIVIDED, **classes(250, 0, 0, count=2))
    assert drive(half)["kota", "traffic_saturation"] == (pytest.approx(0.5), 0.5, 1.0)


def test_vehicles_that_are_not_told_apart_are_each_one_smp_and_not_plausible(drive) -> None:
    found = drive(quarterly(capacity=3300, **DIVIDED, **counted(825.0)))
    assert found["kota", "traffic_saturation"] == (1.0, 1.0, 0.0)
    assert found["kota", "traffic_los_saturation"] == (5, 1.0, 0.0)


def test_without_a_registered_capacity_there_is_no_saturation_and_without_classes_no_smp(drive) -> None:
    names = {name for _, name in drive(quarterly(**counted(825.0)))}
    assert names.isdisjoint({"traffic_saturation", "traffic_los_saturation", "traffic_flow_smp"})


def test_a_silent_station_with_a_capacity_has_no_data(drive) -> None:
    found = drive({"zone": "kota", "every_s": 900, "capacity": 3300}, units={"light_count": "vehicles"})
    for indicator in ("traffic_saturation", "traffic_los_saturation", "traffic_flow_smp"):
        assert math.isnan(found["kota", indicator][0])
        assert found["kota", indicator][1:] == (0.0, 0.0)


def test_the_peak_hour_factor_is_the_hour_over_four_times_its_busiest_quarter(drive) -> None:
    found = drive(quarterly(**counted(900.0, 1000.0)))
    assert found["kota", "traffic_peak_hour_factor"] == (pytest.approx(3600 / 4000), 1.0, 1.0)


def test_the_peak_hour_factor_of_a_zone_weighs_its_stations_by_their_busiest_quarters(drive) -> None:
    found = drive(quarterly(**counted(900.0, 1000.0)), quarterly(**counted(50.0, 100.0)))
    assert found["kota", "traffic_peak_hour_factor"][0] == pytest.approx((3600 + 200) / (4000 + 400))


@pytest.mark.parametrize(
    "row",
    [
        quarterly(readings=3, **counted(900.0, 1000.0, count=3)),
        quarterly(**counted(900.0, 1000.0, count=60)) | {"every_s": 60, "readings": 60},
        quarterly(**counted(900.0, 1000.0, vehicle_count_rate=1.0)),
        quarterly(**counted(0.0, 0.0)),
    ],
    ids=["a quarter is missing", "it reports each minute", "a running counter", "nobody passed"],
)
def test_without_four_quarters_with_vehicles_there_is_no_peak_hour_factor(drive, row) -> None:
    found = drive(row, quarterly(zone="desa", **counted(900.0, 900.0)))
    assert math.isnan(found["kota", "traffic_peak_hour_factor"][0])
    assert found["all", "traffic_peak_hour_factor"][0] == 1.0


def test_only_windows_of_a_quarter_or_a_whole_hour_have_a_peak_hour_factor(drive) -> None:
    for size_s in (60, 86_400):
        assert ("kota", "traffic_peak_hour_factor") not in drive(quarterly(**counted(900.0, 1000.0)), size_s=size_s)


def minutely(vehicles, readings=15, zone="kota"):
    """A quarter of an hour of a station that reports each minute."""
    count = {"vehicle_count_mean": vehicles / readings, "vehicle_count_count": readings}
    return {"zone": zone, "every_s": 60, "readings": readings} | count


def quarters(*vehicles, run=None):
    """The peak-hour factor after each quarter."""
    run = run or InTurn(traffic, "traffic", 900, (10, 60, 900))
    return [run(minutely(number))["kota", "traffic_peak_hour_factor"] for number in vehicles]


def test_the_peak_hour_factor_of_a_rolling_hour_is_made_of_its_four_quarters() -> None:
    found = quarters(800, 900, 1000, 900, 500)
    assert all(math.isnan(value) for value, *_ in found[:3])
    assert found[3] == (pytest.approx(3600 / 4000), 1.0, 1.0)
    assert found[4][0] == pytest.approx(3300 / 4000)


def test_a_quarter_that_was_not_counted_through_leaves_the_hours_it_is_in_without_a_factor() -> None:
    run = InTurn(traffic, "traffic", 900, (60, 900))
    quarters(800, 900, run=run)
    run(minutely(500, readings=10))
    assert [math.isnan(value) for value, *_ in quarters(900, 900, 900, 900, run=run)] == [True, True, True, False]


def test_a_quarter_without_any_window_breaks_the_hour() -> None:
    run = InTurn(traffic, "traffic", 900, (60, 900))
    quarters(800, 900, run=run)
    run.skip(1)
    assert math.isnan(quarters(900, run=run)[0][0])


def test_stations_of_a_zone_have_busiest_quarters_of_their_own() -> None:
    run = InTurn(traffic, "traffic", 900, (60, 900))
    for one, other in ((400, 100), (300, 100), (300, 200), (200, 200)):
        found = run(minutely(one), minutely(other))
    assert found["kota", "traffic_peak_hour_factor"][0] == pytest.approx((1200 + 600) / (4 * 400 + 4 * 200))


def test_a_revised_quarter_changes_the_factor_of_its_hour() -> None:
    run = InTurn(traffic, "traffic", 900, (60, 900))
    quarters(800, 900, 1000, 900, run=run)
    assert run.revise(4, minutely(1300))["kota", "traffic_peak_hour_factor"][0] == pytest.approx(4000 / 5200)
    assert run.revise(3, minutely(1000))["kota", "traffic_peak_hour_factor"][1] == 0, "its hour began before the run"
    quarters(800, 900, run=run)
    assert ("kota", "traffic_peak_hour_factor") not in run.revise(4, minutely(1300)), "what was written stands"


def test_197_vehicles_in_five_minutes_are_2364_an_hour(drive) -> None:
    row = {"zone": "kota", "every_s": 300, "readings": 1, "vehicle_count_mean": 197.0, "vehicle_count_count": 1}
    assert drive(row, size_s=300)["kota", "traffic_flow"][0] == 2364
