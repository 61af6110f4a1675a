import numpy as np
import pytest

from config.settings import Device
from simulators.fleet import Fleet
from tests.simulators.events.cities import HOUR_NS, MINUTE_NS, Values, eventful, told, town

DEVICES = [
    Device(id=f"{kind}-{zone}-{number}", kind=kind, zone=zone, every="10s", gateway=f"G{number % 2}-{zone}")
    for kind in ("water", "traffic")
    for zone in ("dark", "bright")
    for number in range(12)
]
TOWN = town(*DEVICES)
CUT = {"begin": 20 * MINUTE_NS, "lasts": 15 * MINUTE_NS}


def silent(**cut: object) -> set[str]:
    """Devices that do not speak during it."""
    befallen = told(eventful(TOWN, power_cuts=({**CUT, **cut},)), 21 * MINUTE_NS, 34 * MINUTE_NS)
    return {device.id for device in DEVICES if not len(befallen.get((device.kind, device.id, "time_ns"), ()))}


@pytest.fixture(scope="module")
def plain() -> Values:
    return told(Fleet(TOWN, seed=3), 0, HOUR_NS)


def test_mains_devices_of_the_zone_fall_silent_and_those_on_batteries_go_on(plain: Values) -> None:
    on_battery = {device.id for device in DEVICES if not np.isnan(told_battery(plain, device))}
    dark = {device.id for device in DEVICES if device.zone == "dark"}
    assert silent(zones=["dark"]) == dark - on_battery
    assert len(dark & on_battery) == 8


def test_only_those_that_fall_silent_are_named_as_feeling_it() -> None:
    for cut in ({"zones": ["dark"]}, {"gateways": ["G1-dark"]}, {}):
        (happening,) = eventful(TOWN, power_cuts=({**CUT, **cut},)).happenings()
        assert set(happening.devices) == silent(**cut)


def told_battery(plain: Values, device: Device) -> float:
    return float(plain.get((device.kind, device.id, "battery"), np.array([np.nan]))[0])


def test_what_was_said_before_and_is_said_after_is_the_same(plain: Values) -> None:
    befallen = told(eventful(TOWN, power_cuts=({**CUT, "zones": ["dark"]},)), 0, HOUR_NS)
    times_ns = plain["traffic", "traffic-dark-1", "time_ns"]
    begin_ns = times_ns[0] // HOUR_NS * HOUR_NS + CUT["begin"]
    heard = (times_ns < begin_ns) | (times_ns >= begin_ns + CUT["lasts"])
    assert heard.sum() == 270
    for quantity in ("time_ns", "vehicle_count", "speed"):
        said = befallen["traffic", "traffic-dark-1", quantity]
        assert np.array_equal(said, plain["traffic", "traffic-dark-1", quantity][heard], equal_nan=True)


def test_other_zones_say_the_same_all_the_time(plain: Values) -> None:
    befallen = told(eventful(TOWN, power_cuts=({**CUT, "zones": ["dark"]},)), 0, HOUR_NS)
    elsewhere = [key for key in plain if "bright" in key[1]]
    assert all(np.array_equal(plain[key], befallen[key], equal_nan=True) for key in elsewhere)


def test_through_a_gateway_without_power_nothing_is_heard_with_a_battery_or_without() -> None:
    assert silent(gateways=["G1-dark"]) == {device.id for device in DEVICES if device.gateway == "G1-dark"}


def test_without_zones_or_gateways_it_is_the_whole_city() -> None:
    assert {name for name in silent() if "traffic" in name} == {d.id for d in DEVICES if d.kind == "traffic"}


def test_readings_that_are_due_are_those_that_come() -> None:
    fleet = eventful(TOWN, power_cuts=(CUT,))
    (happening,) = fleet.happenings()
    start_ns, end_ns = happening.begin_ns - 5 * MINUTE_NS, happening.end_ns + 5 * MINUTE_NS
    assert fleet.count(start_ns, end_ns) == sum(len(report.time_ns) for report in fleet.reports(start_ns, end_ns))
    assert fleet.count(start_ns, end_ns) < Fleet(TOWN, seed=3).count(start_ns, end_ns)
