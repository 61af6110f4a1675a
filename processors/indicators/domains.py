"""Which kind of device an indicator speaks of."""

from config.checks.scores import BY_KIND
from processors.indicators.catalogue import CATALOGUE, HOURLY
from processors.indicators.ispu import CONCENTRATION

_BEGINNINGS = {
    **{f"{kind}_": kind for kind in CATALOGUE},
    **dict.fromkeys(("ispu", "us_aqi"), "air"),
    **dict.fromkeys(("heat_", "rain"), "weather"),
}
_NAMES = {**dict.fromkeys((*CONCENTRATION, *HOURLY), "air"), **dict.fromkeys(("dew_point", "wet_bulb"), "weather")}


def kind_of(indicator: str) -> str:
    """Of "parking_occupancy" it is "parking"; empty for what is made of several kinds, such as a score.

    A figure that each kind has of its own begins with the kind: "lamp_sensors_alive_share".
    """
    if indicator in _NAMES:
        return _NAMES[indicator]
    known = next((kind for beginning, kind in _BEGINNINGS.items() if indicator.startswith(beginning)), "")
    if known:
        return known
    ends = (f"_{name}" for name in BY_KIND)
    return next((indicator.removesuffix(end) for end in ends if indicator.endswith(end)), "")
