"""What a field of a kind's windows is called: "battery_last" is the battery charge, "speed_max" the highest speed."""

import re

from alerts.texts.figures import Figure
from alerts.texts.forms import Form
from config.language import N_

QUANTITIES = {
    "occupied": N_("occupied spaces"),
    "free": N_("free spaces"),
    "capacity": N_("number of spaces"),
    "out_of_service": N_("spaces out of service"),
    "open": N_("car park open"),
    "entries": N_("vehicles driving in"),
    "exits": N_("vehicles driving out"),
    "vehicle_count": N_("counted vehicles"),
    "light_count": N_("counted light vehicles"),
    "heavy_count": N_("counted heavy vehicles"),
    "motorcycle_count": N_("counted motorcycles"),
    "speed": N_("vehicle speed"),
    "occupancy": N_("detector occupancy"),
    "travel_time": N_("travel time"),
    "delay": N_("delay of vehicles"),
    "pm25": "PM2.5",
    "pm10": "PM10",
    "so2": "SO2",
    "co": "CO",
    "o3": "O3",
    "no2": "NO2",
    "hc": "HC",
    "temperature": N_("air temperature"),
    "humidity": N_("air humidity"),
    "pressure": N_("air pressure"),
    "wind_speed": N_("wind speed"),
    "wind_direction": N_("wind direction"),
    "rain_mm": N_("rainfall"),
    "solar": N_("solar radiation"),
    "laeq": N_("noise level LAeq"),
    "level_cm": N_("water level"),
    "flow": N_("water flow"),
    "very_satisfied": N_("very satisfied answers"),
    "satisfied": N_("satisfied answers"),
    "fair": N_("fair answers"),
    "not_satisfied": N_("dissatisfied answers"),
    "on": N_("lamp switched on"),
    "dimming": N_("brightness of the lamp"),
    "power_w": N_("power drawn"),
    "energy_kwh": N_("energy used"),
    "fill": N_("fill of the bin"),
    "battery": N_("battery charge"),
    "rssi": N_("signal strength"),
    "snr": N_("signal-to-noise ratio"),
}
_STATISTICS = {
    "count": N_("readings of {quantity}"),
    "mean": N_("mean {quantity}"),
    "std": N_("spread of {quantity}"),
    "min": N_("lowest {quantity}"),
    "max": N_("highest {quantity}"),
    "first": N_("first {quantity}"),
    "harmonic": N_("harmonic mean of {quantity}"),
    "increase": N_("increase of {quantity}"),
    "rate": N_("rate of {quantity}"),
    "flags": N_("doubts about {quantity}"),
    "anomaly": N_("how unusual {quantity} is, as a score"),
    "out_of_range": N_("values of {quantity} out of range"),
}
WITHOUT_UNIT = frozenset({"count", "flags", "anomaly", "out_of_range", "rate"})
"""Statistics that are not in the quantity's unit."""
SILENT = {
    "silent_intervals": Figure(N_("expected readings that did not come"), Form.COUNT),
    "silent_s": Figure(N_("time without a reading"), Form.SECONDS),
}
_NAMED = re.compile(r"(?P<quantity>.+?)_(?P<statistic>p\d[\d.]*|time_-?\d+|last|" + "|".join(_STATISTICS) + ")")


def figure_of_field(field: str) -> Figure:
    """Of a statistic that nobody here knows its own name."""
    if field in SILENT:
        return SILENT[field]
    named = _NAMED.fullmatch(field)
    if named is None:
        return figure_of_quantity(field)
    quantity, statistic = named["quantity"], named["statistic"]
    word = QUANTITIES.get(quantity, quantity.replace("_", " "))
    if statistic == "last":
        return figure_of_quantity(quantity)
    if statistic in _STATISTICS:
        return Figure(_STATISTICS[statistic], parts={"quantity": word})
    if statistic[0] == "p":
        return Figure(N_("percentile {number} of {quantity}"), parts={"quantity": word, "number": statistic[1:]})
    state = statistic.removeprefix("time_")
    return Figure(N_("time of {quantity} in state {state}"), parts={"quantity": word, "state": state})


def figure_of_quantity(quantity: str) -> Figure:
    return Figure(QUANTITIES.get(quantity, quantity.replace("_", " ")))


def quantity_of(field: str) -> str:
    """Of which it is a statistic; itself where it is none."""
    named = _NAMED.fullmatch(field)
    return field if named is None else named["quantity"]


def unit_holds(field: str) -> bool:
    """Whether the field is in the unit of its quantity."""
    named = _NAMED.fullmatch(field)
    return field not in SILENT and (named is None or named["statistic"] not in WITHOUT_UNIT)
