"""Car parks: how full they are follows from what stands around them."""

from collections.abc import Sequence

import numpy as np

from config.civil_time import HOUR_NS
from config.settings import Device
from simulators.conditions import Conditions, Curve
from simulators.draws import Draws, FloatArray

DECIMALS = {"occupied": 0, "capacity": 0, "free": 0}

_LAND_USES = ("market", "office", "shopping", "station", "hospital", "housing")
_WORDS = {
    "market": ("pasar", "market"),
    "office": ("kantor", "pemkab", "dinas", "office"),
    "shopping": ("mall", "plaza", "bravo", "shopping"),
    "station": ("stasiun", "terminal", "station"),
    "hospital": ("rsud", "rumah sakit", "hospital"),
    "housing": ("perumahan", "housing"),
}
_FILL: dict[str, tuple[Curve, Curve]] = {
    "market": (
        ((0, 0.08), (3, 0.25), (6, 0.85), (9, 0.90), (12, 0.55), (17, 0.30), (21, 0.10)),
        ((0, 0.10), (3, 0.30), (6, 0.92), (10, 0.97), (13, 0.60), (17, 0.35), (21, 0.12)),
    ),
    "office": (
        ((0, 0.04), (6, 0.10), (8, 0.82), (10, 0.92), (12, 0.80), (14, 0.90), (17, 0.35), (20, 0.06)),
        ((0, 0.03), (9, 0.10), (12, 0.12), (18, 0.05)),
    ),
    "shopping": (
        ((0, 0.03), (9, 0.08), (12, 0.45), (15, 0.40), (19, 0.75), (21, 0.40), (22, 0.08)),
        ((0, 0.04), (9, 0.15), (12, 0.70), (16, 0.85), (19, 0.97), (21, 0.60), (22, 0.10)),
    ),
    "station": (
        ((0, 0.35), (5, 0.45), (8, 0.88), (15, 0.85), (18, 0.55), (22, 0.38)),
        ((0, 0.45), (7, 0.60), (11, 0.75), (18, 0.70), (22, 0.50)),
    ),
    "hospital": (
        ((0, 0.25), (6, 0.35), (9, 0.90), (12, 0.75), (17, 0.80), (20, 0.45)),
        ((0, 0.22), (8, 0.40), (11, 0.60), (17, 0.70), (20, 0.40)),
    ),
    "housing": (
        ((0, 0.93), (6, 0.85), (8, 0.40), (13, 0.35), (17, 0.60), (20, 0.88), (22, 0.93)),
        ((0, 0.93), (9, 0.75), (13, 0.65), (18, 0.75), (22, 0.92)),
    ),
}


def sites(devices: Sequence[Device], draws: Draws) -> dict[str, FloatArray]:
    """Capacity in spaces (registered, else 20 to 320) and the land use, by the name where it tells."""
    drawn = np.rint(20.0 + 300.0 * draws.uniform(1) ** 2)
    registered = np.array([device.capacity or np.nan for device in devices])
    any_use = np.floor(draws.uniform(2) * len(_LAND_USES))
    named = np.array([_land_use(device) for device in devices])
    return {
        "capacity": np.where(np.isnan(registered), drawn, registered),
        "land_use": np.where(named < 0, any_use, named),
        "popularity": 0.85 + 0.3 * draws.uniform(3),
    }


def readings(conditions: Conditions, site: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Occupied and free spaces add up to the capacity."""
    fill = np.zeros(len(conditions.civil_ns))
    for number, use in enumerate(_LAND_USES):
        fill = np.where(site["land_use"] == number, conditions.daily(*_FILL[use]), fill)
    swing = 0.06 * conditions.wander(10, HOUR_NS) + 0.015 * conditions.wander(11, HOUR_NS // 30)
    occupied = np.clip(np.rint(site["capacity"] * (fill * site["popularity"] + swing)), 0.0, site["capacity"])
    return {"occupied": occupied, "capacity": site["capacity"], "free": site["capacity"] - occupied}


def _land_use(device: Device) -> int:
    text = f"{device.id} {device.name}".lower()
    for number, use in enumerate(_LAND_USES):
        if any(word in text for word in _WORDS[use]):
            return number
    return -1
