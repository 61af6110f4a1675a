"""Road detectors: counts, speed, occupancy, travel time and delay that obey one fundamental diagram."""

import numpy as np

from config.civil_time import DAY_NS, HOUR_NS
from config.settings import Device, Kind
from simulators.conditions import Conditions
from simulators.draws import Draws, FloatArray
from simulators.road_rhythms import ROADS, surroundings
from simulators.roster import Roster

DECIMALS = {
    "vehicle_count": 0,
    "light_count": 0,
    "heavy_count": 0,
    "motorcycle_count": 0,
    "speed": 1,
    "occupancy": 4,
    "travel_time": 1,
    "delay": 1,
}

JAM_DENSITY = 130.0
"""Cars for each km and lane when nothing moves."""
DETECTED_LENGTH_M = 6.0
"""Mean length of a car and the detection zone: occupancy = density x this / 1000."""
EMP_HEAVY, EMP_MOTORCYCLE = 1.3, 0.4
"""Room that a vehicle takes on the road, in cars; MKJI 1997, below the limit of flow."""
_CYCLE_S, _GREEN = 90.0, 0.45
"""Of a traffic light, and its green share."""
_SIGNALS = ("simpang", "bundaran", "perlintasan")

_LOOP, _CAMERA, _PAIR = 0, 1, 2
_DRAWN_BELOW = (0.65, 0.85)
"""Of made stations: loops, then cameras, and pairs."""
_CAMERAS = ("cctv", "kamera", "camera", "anpr")

Site = dict[str, FloatArray]


def sites(devices: Roster, kind: Kind, draws: Draws) -> Site:  # noqa: ARG001
    """Lanes, free-flow speed in km/h, and demand in the busiest hour as a share of capacity.

    A station with a registered capacity (smp/h) tells classes of vehicle, so many motorcycles among them that together
    they fill that capacity. One with a length measures travel times, one at a crossing how long its signal holds up.
    A camera tells classes and no occupancy; a pair, of which nothing but a length is registered, travel times alone.
    """
    sort = devices.each(_sort_of, np.searchsorted(_DRAWN_BELOW, draws.uniform(7)).astype(np.float64))
    lanes = devices.each(lambda device: device.lanes, 1.0 + np.floor(draws.uniform(1) * 3.0))
    free_speed = devices.each(lambda device: device.free_speed, 38.0 + 8.0 * lanes + 10.0 * draws.uniform(2))
    capacity = devices.each(lambda device: device.capacity, free_speed * JAM_DENSITY / 4.0 * lanes)
    classes = (devices.each(lambda device: device.capacity is not None, 0.0) > 0) | (sort == _CAMERA)
    freeway = devices.each(lambda device: device.road == "freeway", 0.0) > 0
    heavy = np.where(classes, np.where(freeway, 0.2, 0.04 + 0.06 * draws.uniform(4)), 0.0)
    motorcycles = np.where(classes & ~freeway, 0.56 + 0.16 * draws.uniform(5), 0.0)
    room = 1.0 + heavy * (EMP_HEAVY - 1.0) - motorcycles * (1.0 - EMP_MOTORCYCLE)
    length = devices.each(
        lambda device: device.length, np.where(sort == _PAIR, 300.0 + 2200.0 * draws.uniform(8), np.nan)
    )
    return {
        "sort": sort,
        "lanes": lanes,
        "free_speed": free_speed,
        "demand": 0.35 + 0.75 * draws.uniform(3),
        **surroundings(devices, draws.uniform(6)),
        "capacity": capacity,
        "classes": classes.astype(np.float64),
        "heavy": heavy,
        "motorcycles": motorcycles,
        "room": room,
        "detected_m": devices.each(lambda device: device.detector_length, DETECTED_LENGTH_M * room),
        "free_time": devices.each(lambda device: device.free_travel_time, 3.6 * length / free_speed),
        "signal": devices.each(lambda device: any(word in device.name.lower() for word in _SIGNALS), 0.0),
    }


def readings(conditions: Conditions, site: Site) -> dict[str, FloatArray]:
    """Vehicles in the interval, their mean speed in km/h (absent where none passed), occupancy, 0 to 1, and seconds.

    Greenshields: speed = free speed x (1 - k / jam density); flow = density x speed, largest at half the jam density.
    """
    drift = 1.0 + _drift(conditions)
    wet = 1.0 - lost_in_rain(conditions.sky.rain_rate(conditions.civil_ns))
    traffic = conditions.along_each(ROADS, site["road"], site["pasaran"])
    room = wet * conditions.felt("road_capacity", 1.0)
    demand = traffic * site["demand"] * drift * conditions.felt("road_demand", 1.0) / room
    crowding = relative_density(demand)
    stream_speed = site["free_speed"] * wet * (1.0 - crowding)
    flow = 4.0 * crowding * (1.0 - crowding) * room * site["capacity"] / site["room"]
    counts = _counts(conditions, site, flow * conditions.interval_s / 3600.0)
    count = counts["vehicle_count"]
    passed = count > 0
    measured = np.maximum(stream_speed * (1.0 + 0.05 * conditions.draws.normal(13)), 2.0)
    per_lane = count * 3600.0 / conditions.interval_s / site["lanes"]
    occupancy = np.minimum(per_lane * site["detected_m"] / (1000.0 * measured), 1.0)
    way = site["free_time"] * site["free_speed"] / stream_speed * np.exp(0.08 * conditions.draws.normal(17))
    held = control_delay(demand) * np.exp(0.15 * conditions.draws.normal(18))
    pair = site["sort"] == _PAIR
    return {
        **{name: np.where(pair, np.nan, seen) for name, seen in counts.items()},
        "speed": np.where(passed & ~pair, measured, np.nan),
        "occupancy": np.where(site["sort"] == _LOOP, occupancy, np.nan),
        # A pair has nothing else to say, so it says how long the empty road takes.
        "travel_time": np.where(passed | pair, way, np.nan),
        "delay": np.where(passed & (site["signal"] > 0), held, np.nan),
    }


def _sort_of(device: Device) -> int:
    if any(word in f"{device.id} {device.name}".lower() for word in _CAMERAS):
        return _CAMERA
    of_a_detector = (device.capacity, device.lanes, device.road, device.free_speed, device.detector_length)
    return _PAIR if device.length is not None and not any(of_a_detector) else _LOOP


def lost_in_rain(rain_mm_h: FloatArray) -> FloatArray:
    """(n,) share of the capacity, and here also of the free speed, that rain takes away.

    Means of the Highway Capacity Manual 2010, exhibit 10-15: 2 % up to 0.10 in/h, 7 % up to 0.25, 14 % above; straight
    in between, so that a road does not jump at a limit.
    """
    return np.interp(rain_mm_h, (0.0, 1.3, 4.4, 10.0), (0.0, 0.020, 0.072, 0.141))


def _drift(conditions: Conditions) -> FloatArray:
    """(n,) about 0: days, hours and quarters of an hour differ, of every road by itself."""
    slow = 0.08 * conditions.wander(20, DAY_NS) + 0.07 * conditions.wander(21, 4 * HOUR_NS)
    return slow + 0.05 * conditions.wander(10, HOUR_NS // 2)


def relative_density(demand: FloatArray) -> FloatArray:
    """(n,) density over jam density; demand over capacity above 1 queues on the congested branch."""
    free_branch = 0.5 * (1.0 - np.sqrt(1.0 - np.clip(demand, 0.0, 1.0)))
    queue = 0.5 + 0.8 * np.clip(demand - 1.0, 0.0, 0.45)
    return np.where(demand <= 1.0, free_branch, queue)


def control_delay(demand: FloatArray) -> FloatArray:
    """(n,) mean seconds that a traffic light holds a vehicle up: Webster's uniform delay, and what does not clear."""
    share = np.clip(demand, 0.0, 1.0)
    uniform = 0.5 * _CYCLE_S * (1.0 - _GREEN) ** 2 / (1.0 - share * _GREEN)
    return uniform + 120.0 * np.clip(demand - 0.9, 0.0, 0.5)


def _counts(conditions: Conditions, site: Site, mean: FloatArray) -> dict[str, FloatArray]:
    """(n,) vehicles; where a station tells classes, also of each class, which add up to them."""
    tells = site["classes"] > 0
    light = conditions.draws.poisson(12, mean * (1.0 - site["heavy"] - site["motorcycles"]))
    heavy = conditions.draws.poisson(15, mean * site["heavy"])
    motorcycles = conditions.draws.poisson(16, mean * site["motorcycles"])
    return {
        "vehicle_count": light + heavy + motorcycles,
        "light_count": np.where(tells, light, np.nan),
        "heavy_count": np.where(tells, heavy, np.nan),
        "motorcycle_count": np.where(tells, motorcycles, np.nan),
    }
