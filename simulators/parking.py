"""Car parks, their gates, and single spaces: how full they are follows from what stands around them."""

import numpy as np
from numpy.typing import NDArray

from config.civil_time import DAY_NS, HOUR_NS
from config.durations import SECOND_NS
from config.settings import Kind, Quantity
from simulators.conditions import Conditions
from simulators.draws import Draws, FloatArray
from simulators.land_uses import LAND_USES
from simulators.parking_events import befallen, crowd, still_open, still_there
from simulators.parking_fill import drawn_land_uses, land_use_of, passed, popularity_on
from simulators.parking_stays import fill_of, is_taken
from simulators.road_rhythms import pasaran_beside
from simulators.roster import Roster

DECIMALS = {
    "occupied": 0,
    "capacity": 0,
    "free": 0,
    "out_of_service": 0,
    "open": 0,
    "entries": 0,
    "exits": 0,
}

_GATE_FROM_SPACES = 60.0
_OPENS_H, _CLOSES_H = 6.0, 23.0
_SHOPPING = next(number for number, use in enumerate(LAND_USES) if "shopping" in use.words)
_MARKET = next(number for number, use in enumerate(LAND_USES) if "market" in use.words)
_MISSED = 0.006
"""The largest share of vehicles driving out that a gate does not see."""

Site = dict[str, FloatArray]
IntArray = NDArray[np.int64]


def sites(devices: Roster, kind: Kind, draws: Draws) -> Site:
    """Capacity in spaces (registered, else 20 to 320), the land use, by the name where it tells, and the gates.

    Large car parks count at their gates. Where gates are running totals (kind "counter"), some know nothing else.
    """
    capacity = devices.each(lambda device: device.capacity, np.rint(20.0 + 300.0 * draws.uniform(1) ** 2))
    named = devices.each(land_use_of, -1.0)
    land_use = np.where(named < 0, drawn_land_uses(draws.uniform(2)), named)
    runs = all(kind.quantities.get(name, Quantity()).kind == "counter" for name in ("entries", "exits"))
    empties = np.array([use.empty_at_night for use in LAND_USES])[land_use.astype(np.int64)]
    gates = capacity >= _GATE_FROM_SPACES
    return {
        "capacity": capacity,
        "land_use": land_use,
        "popularity": 0.85 + 0.3 * draws.uniform(3),
        "gates": gates.astype(np.float64),
        "counts": np.full(len(devices), float(runs)),
        "nothing_else": (gates & runs & empties & (draws.uniform(4) < 0.5)).astype(np.float64),
        "missed": _MISSED * draws.uniform(5),
        "closes": ((land_use == _SHOPPING) & gates).astype(np.float64),
        "blocked": np.floor(0.03 * capacity * draws.uniform(6)) * gates,
        "turn": draws.uniform(7),
        "pasaran": np.where(land_use == _MARKET, pasaran_beside(devices, draws.uniform(8)), -1.0),
    }


def readings(conditions: Conditions, site: Site) -> dict[str, FloatArray]:
    """Occupied and free spaces add up to the capacity in service; a single space says 1 or 0, and nothing else.

    `entries` and `exits` are what passed the gates since the reading before, or running totals that begin again at
    midnight. Behind gates what stands there is what drove in and has not left; a gate that misses vehicles drifts.
    """
    gated, single = site["gates"] > 0, site["capacity"] == 1.0
    entries, exits, occupied = (np.full(len(gated), np.nan) for _ in range(3))
    for mask, taken in ((single, is_taken), (~single & ~gated, _kerbside)):
        rows, here, place = _only(mask, conditions, site)
        occupied[rows] = taken(here, place)
    rows, here, place = _only(gated, conditions, site)
    entries[rows], exits[rows], occupied[rows] = _through_gates(here, place)
    spaces = site["capacity"] - site["blocked"]
    occupied = np.clip(occupied, 0.0, spaces)
    tells = site["nothing_else"] == 0.0
    hour = conditions.civil_ns % DAY_NS / HOUR_NS
    return {
        "occupied": np.where(tells, occupied, np.nan),
        "capacity": np.where(single, np.nan, site["capacity"]),
        "free": np.where(tells & ~single, spaces - occupied, np.nan),
        "out_of_service": np.where(site["blocked"] > 0, site["blocked"], np.nan),
        "open": still_open(conditions, np.where(site["closes"] > 0, (hour >= _OPENS_H) & (hour < _CLOSES_H), np.nan)),
        "entries": entries,
        "exits": exits,
    }


def _only(mask: NDArray[np.bool_], conditions: Conditions, site: Site) -> tuple[IntArray, Conditions, Site]:
    rows = np.flatnonzero(mask)
    return rows, conditions.of(rows), {name: values[rows] for name, values in site.items()}


def _kerbside(conditions: Conditions, site: Site) -> FloatArray:
    """(n,) spaces taken where nothing counts who comes: by the curve, and some more or less."""
    fill = fill_of(conditions, site)
    swing = 0.06 * conditions.wander(10, 4 * HOUR_NS) + 0.015 * conditions.wander(11, HOUR_NS // 30)
    popularity = popularity_on(conditions.civil_ns // DAY_NS, site["popularity"], conditions.draws.key).today
    return np.rint(site["capacity"] * (fill * popularity + swing + crowd(conditions)) * still_there(conditions))


def _through_gates(conditions: Conditions, site: Site) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(n,) entries, exits as the gates see them, and how many vehicles stand inside."""
    now_ns = conditions.civil_ns
    before_ns = now_ns - np.rint(conditions.interval_s * SECOND_NS).astype(np.int64)
    overnight = before_ns // DAY_NS < now_ns // DAY_NS
    spells, spells_before = (conditions.days.spells(ns // DAY_NS, site["pasaran"]) for ns in (now_ns, before_ns))
    stood, came, left = _totals(conditions, now_ns // DAY_NS, now_ns % DAY_NS, spells, site)
    day = before_ns // DAY_NS
    _, came_before, left_before = _totals(conditions, day, before_ns % DAY_NS, spells_before, site)
    came_at_night, left_at_night = np.zeros(len(day)), np.zeros(len(day))
    if overnight.any():
        _, came_at_night, left_at_night = _totals(conditions, day, np.full(len(day), DAY_NS), spells_before, site)
    runs = site["counts"] > 0
    seen, seen_before, seen_at_night = (
        np.floor(total * (1.0 - site["missed"])) for total in (left, left_before, left_at_night)
    )
    entries = came + np.where(overnight, came_at_night, 0.0) - came_before
    exits = seen + np.where(overnight, seen_at_night, 0.0) - seen_before
    return np.where(runs, came, entries), np.where(runs, seen, exits), stood + came - left


def _totals(
    conditions: Conditions, day: IntArray, since_ns: IntArray, spells: IntArray, site: Site
) -> tuple[FloatArray, ...]:
    """(n,) whole vehicles that stood there at a midnight, and that came and left until `since_ns` after it."""
    popularity = popularity_on(day, site["popularity"], conditions.draws.key)
    shares = passed(site["land_use"], popularity, spells, since_ns / HOUR_NS)
    if conditions.surroundings is not None:
        shares = befallen(shares, conditions, site, day * DAY_NS, since_ns, spells)
    return (
        np.rint(site["capacity"] * shares.stood),
        np.floor(site["capacity"] * shares.came),
        np.floor(site["capacity"] * shares.left),
    )
