"""All indicators: which function makes those of which kind of device, and their units."""

from collections.abc import Callable

from processors.indicators.air import air
from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.indicators.ispu import CONCENTRATION
from processors.indicators.parking import parking
from processors.indicators.traffic import traffic

CATALOGUE: dict[str, Callable[[ZoneWindows], IndicatorBatch]] = {
    "parking": parking,
    "traffic": traffic,
    "air": air,
}
"""Kind of device -> its indicators. A kind that is not listed has none yet."""

ISPU_PARTS = ("", "_critical", *(f"_{parameter}" for parameter in CONCENTRATION))

UNITS = {
    "parking_occupancy": "",
    "parking_free": "spaces",
    "traffic_flow": "vehicles/h",
    "traffic_speed": "km/h",
    "traffic_v85": "km/h",
    **dict.fromkeys(CONCENTRATION, "µg/m³"),
    **{f"ispu{part}{suffix}": "" for part in ISPU_PARTS for suffix in ("", "_indicative")},
    **{f"us_aqi{part}": "" for part in ("", "_pm25", "_pm10", "_o3", "_co", "_so2", "_no2")},
}
"""Indicator -> unit; empty: a share or an index."""
