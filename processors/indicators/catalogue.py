"""All indicators: which function makes those of which kind of device, and their units."""

from collections.abc import Callable

from processors.indicators.air import air
from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.indicators.parking import parking
from processors.indicators.traffic import traffic

CATALOGUE: dict[str, Callable[[ZoneWindows], IndicatorBatch]] = {
    "parking": parking,
    "traffic": traffic,
    "air": air,
}
"""Kind of device -> its indicators. A kind that is not listed has none yet."""

UNITS = {
    "parking_occupancy": "",
    "parking_free": "spaces",
    "traffic_flow": "vehicles/h",
    "traffic_speed": "km/h",
    "traffic_v85": "km/h",
    "pm25": "µg/m³",
    "pm10": "µg/m³",
    "ispu_pm25": "",
    "ispu_pm10": "",
    "ispu": "",
    "ispu_pm25_indicative": "",
    "ispu_pm10_indicative": "",
    "ispu_indicative": "",
}
"""Indicator -> unit; empty: a share or an index."""
