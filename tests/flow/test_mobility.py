"""Indicators of traffic and parking from readings on: through windows, registered settings and learned intervals."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.default_kinds import effective_kinds
from config.settings import Device, Kind, Quantity, Settings
from ingest.devices import DeviceTable
from processors.processor import Processor
from tests.processors.batches import SECOND_NS, Fed, Row, at, batch, row, windows
from tests.processors.indicators.conftest import figures

STATION = Device(id="T1", kind="traffic", zone="kota", road="4/2-D", capacity=3300, free_speed=45)


@pytest.fixture
def recorded():
    """(zone, indicator) -> figures of the last window of recorded readings, which come one by one."""

    def of(size, *readings, kind="traffic", device=STATION, quantities=None):
        table = DeviceTable([device])
        number = table.row("c", kind, device.id)
        configured = Settings(kinds={kind: Kind(quantities=quantities or {})})
        processor = Processor(windows(size), effective_kinds(configured), table, "event")
        for clock, values in readings:
            processor.process(batch([row(number, clock, **values)], at("23:00:00"), kind))
        found = processor.finish().indicators
        return {
            key: figure
            for each in found
            if (each.size_ns, each.end_ns) == (found[-1].size_ns, found[-1].end_ns)
            for key, figure in figures(each).items()
        }

    return of


def quarter(clock, vehicles, **values):
    return clock, {"vehicle_count": vehicles} | values


def test_an_hour_of_quarters_has_its_peak_hour_factor_with_an_interval_that_was_learned(recorded) -> None:
    counts = (800, 900, 1000, 900)
    clocks = ("10:10:00", "10:25:00", "10:40:00", "10:55:00")
    found = recorded("1h", *(quarter(clock, count) for clock, count in zip(clocks, counts, strict=True)))
    assert found["kota", "traffic_peak_hour_factor"] == (pytest.approx(0.9), 1.0, 1.0)
    assert found["kota", "traffic_flow"] == (3600, 1.0, 1.0)


def test_registered_road_capacity_and_free_speed_reach_the_levels_of_service(recorded) -> None:
    classes = {"light_count": 200, "heavy_count": 25, "motorcycle_count": 600, "speed": 30}
    clocks = ("10:10:00", "10:25:00", "10:40:00", "10:55:00")
    found = recorded("1h", *((clock, classes) for clock in clocks))
    assert found["kota", "traffic_flow_smp"] == (pytest.approx(1520), 1.0, 1.0)
    assert found["kota", "traffic_los_saturation"][0] == 3
    assert found["kota", "traffic_time_index"][0] == pytest.approx(1.5)
    assert found["kota", "traffic_los_street"][0] == 3
    assert found["kota", "traffic_density"][0] == pytest.approx(110)


def test_an_occupancy_that_is_configured_in_percent_is_a_share(recorded) -> None:
    percent = {"occupancy": Quantity(unit="%", min=0, max=100)}
    found = recorded("1m", ("10:00:10", {"occupancy": 12}), ("10:00:40", {"occupancy": 24}), quantities=percent)
    assert found["kota", "traffic_occupancy"] == (pytest.approx(0.18), 1.0, 1.0)


def test_gates_that_are_running_counters_have_the_arrivals_of_their_increase(recorded) -> None:
    counter = {"entries": Quantity(kind="counter", unit="vehicles")}
    garage = Device(id="P1", kind="parking", zone="kota", capacity=100)
    clocks = [f"10:{minute:02}:00" for minute in range(60)]
    readings = [(clock, {"entries": 5000 + 2 * number, "occupied": 50}) for number, clock in enumerate(clocks)]
    found = recorded("1h", *readings, kind="parking", device=garage, quantities=counter)
    assert found["kota", "parking_arrivals"][0] == pytest.approx(2 * 59)
    assert found["kota", "parking_turnover"][0] == pytest.approx((50 + 2 * 59) / 100)


def test_a_gate_that_is_restarted_in_the_middle_of_a_window_loses_no_vehicle_inside(recorded) -> None:
    counter = {gate: Quantity(kind="counter", unit="vehicles") for gate in ("entries", "exits")}
    garage = Device(id="P1", kind="parking", zone="kota", capacity=100)
    readings = [
        ("10:05:00", {"entries": 500, "exits": 470}),
        ("10:20:00", {"entries": 505, "exits": 471}),
        ("10:25:00", {"entries": 2, "exits": 472}),
        ("10:40:00", {"entries": 6, "exits": 473}),
    ]
    inside = [
        recorded("15m", *readings[:number], kind="parking", device=garage, quantities=counter)[
            "kota", "parking_accumulation"
        ]
        for number in (1, 3, 4)
    ]
    # An interval learned from 15 and 5 min is a little shorter than the window.
    covered = pytest.approx(13.4 / 15)
    assert inside == [(30, 1.0, 1.0), (500 + 5 + 2 - 472, 1.0, 1.0), (505 + 6 - 473, covered, 1.0)]


def test_gates_that_lose_vehicles_are_corrected_and_say_so(recorded) -> None:
    counter = {gate: Quantity(kind="counter", unit="vehicles") for gate in ("entries", "exits")}
    garage = Device(id="P1", kind="parking", zone="kota", capacity=100)
    readings = [("10:05:00", {"entries": 500, "exits": 470}), ("10:20:00", {"entries": 500, "exits": 520})]
    emptied = recorded("15m", *readings, kind="parking", device=garage, quantities=counter)
    assert emptied["kota", "parking_accumulation"] == (0, 1.0, 0.0)
    assert emptied["kota", "parking_gate_drift"] == (20, 1.0, 1.0)
    found = recorded(
        "15m",
        *readings,
        ("10:35:00", {"entries": 507, "exits": 520}),
        kind="parking",
        device=garage,
        quantities=counter,
    )
    assert found["kota", "parking_accumulation"] == (7, 1.0, 1.0)


def test_a_bay_that_reports_only_changes_is_occupied_for_its_share_of_the_time(recorded) -> None:
    state = {"occupied": Quantity(kind="state")}
    bay = Device(id="B1", kind="parking", zone="kota", capacity=1)
    changes = [("10:00:00", {"occupied": 0}), ("10:00:10", {"occupied": 1}), ("10:00:55", {"occupied": 0})]
    found = recorded("1m", *changes, kind="parking", device=bay, quantities=state)
    assert found["kota", "parking_occupancy"][0] == pytest.approx(0.75)


def test_a_stay_on_a_bay_that_sends_only_changes_is_known_to_the_second(recorded) -> None:
    bay = Device(id="B1", kind="parking", zone="kota", capacity=1)
    changes = [("10:00:05", 0), ("10:03:10", 1), ("10:30:55", 0), ("10:40:00", 0)]
    readings = [(clock, {"occupied": taken}) for clock, taken in changes]
    found = recorded("1m", *readings, kind="parking", device=bay)
    assert found["kota", "parking_dwell"][0] == pytest.approx(27 + 45 / 60)
    assert found["kota", "parking_stays"][0] == 1


def test_a_car_park_that_closes_is_told_from_one_that_is_full(recorded) -> None:
    garage = Device(id="P1", kind="parking", zone="kota", capacity=100)
    closing = [("10:00:10", {"occupied": 100, "open": 1}), ("10:00:40", {"occupied": 0, "open": 0})]
    full = recorded("1m", closing[0], kind="parking", device=garage)
    closed = recorded("1m", *closing, kind="parking", device=garage)
    assert [found["kota", "parking_free"][0] for found in (full, closed)] == [0, 0]
    assert [found["kota", "parking_open"][0] for found in (full, closed)] == [1, 0]
    assert full["kota", "parking_occupancy"][0] == 1
    assert math.isnan(closed["kota", "parking_occupancy"][0])


COUNTER = Quantity(kind="counter")
HEARD = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(-90, 1),
        st.one_of(
            st.builds(lambda taken: {"occupied": float(taken)}, st.integers(0, 1)),
            st.builds(
                lambda came, left: {"entries": float(came), "exits": float(left)},
                st.integers(0, 50),
                st.integers(0, 50),
            ),
        ),
    ),
    min_size=1,
    max_size=4,
)
TURNS = st.lists(st.tuples(HEARD, st.integers(5, 90)), min_size=3, max_size=25)


def spaces_and_gates(turns, interrupted, gates):
    """Bays and gates that speak late and out of order; what came out, byte for byte."""
    quantities = {"occupied": Quantity(), "entries": gates, "exits": gates}
    fed = Fed(windows("10s", "1m", "15m", lateness="3m"), quantities, kind="parking")
    clock = at("10:00:00")
    for number, (heard, pause) in enumerate(turns):
        clock += pause * SECOND_NS
        if number in interrupted:
            fed.restart()
        fed.take(*(Row(device, clock + after * SECOND_NS, values) for device, after, values in heard), received=clock)
        fed.advance(clock)
    fed.finish()
    return [
        (each.size_ns, each.end_ns, each.zone, each.indicator, each.value.tobytes(), each.coverage.tobytes())
        for output in fed.outputs
        for each in output.indicators
    ]


@settings(max_examples=40)
@given(TURNS, st.sets(st.integers(0, 24), min_size=1), st.sampled_from([COUNTER, Quantity()]))
def test_stays_and_gates_of_an_interrupted_run_with_late_readings_are_the_same_byte_for_byte(
    turns, moments, gates
) -> None:
    whole = spaces_and_gates(turns, set(), gates)
    assert spaces_and_gates(turns, moments, gates) == whole


def test_gates_that_send_what_passed_fill_a_car_park_from_a_known_point_on(recorded) -> None:
    garage = Device(id="P1", kind="parking", zone="kota", capacity=100)
    readings = [
        ("10:00:30", {"entries": 7, "exits": 0}),
        ("10:01:30", {"entries": 1, "exits": 0, "free": 60}),
        ("10:02:20", {"entries": 5, "exits": 2}),
        ("10:02:50", {"entries": 1, "exits": 0}),
        ("10:04:30", {"entries": 0, "exits": 8}),
    ]
    inside = [
        recorded("1m", *readings[:number], kind="parking", device=garage)["kota", "parking_accumulation"]
        for number in (1, 2, 4, 5)
    ]
    assert math.isnan(inside[0][0])
    assert inside[1:] == [(40, 1.0, 1.0), (44, 1.0, 1.0), (36, 1.0, 1.0)]


def test_a_reading_of_gates_that_comes_late_is_counted_once_and_from_then_on() -> None:
    fed = Fed(windows("1m", lateness="10m"), {}, "event", "parking")
    for minute in range(5):
        said = {"entries": 2.0, "exits": 1.0} | ({"capacity": 50.0, "free": 40.0} if minute == 0 else {})
        clock = at(f"10:0{minute}:30")
        if minute != 2:
            fed.take(Row(0, clock, said), received=clock)
        fed.advance(clock)
    fed.take(Row(0, at("10:02:30"), {"entries": 6.0, "exits": 0.0}), received=at("10:05:10"))
    fed.advance(at("10:05:10"))
    fed.finish()
    found = {
        batch.end_ns // (60 * SECOND_NS) % 60: figures(batch)["all", "parking_accumulation"][0]
        for output in fed.outputs
        for batch in output.indicators
        if "parking_accumulation" in batch.indicator
    }
    assert found == {1: 10, 2: 11, 3: 17, 4: 12, 5: 19}, "what was written of 10:04 stands"
