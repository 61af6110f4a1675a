"""In windows of which sizes each indicator is made: a rule on others would wait for ever.

What `processors/indicators` does, told by names; a test holds the two against each other.
"""

from collections.abc import Callable, Collection
from fnmatch import fnmatchcase

from config.durations import UNITS_NS, format_duration
from config.periods import TAGS, usual_size_ns
from config.settings import Settings

_MINUTE_NS, _HOUR_NS, _DAY_NS = UNITS_NS["m"], UNITS_NS["h"], UNITS_NS["d"]
_QUARTER_NS = 15 * _MINUTE_NS
_KINDS = {"ispu": "air", "us_aqi": "air", "pm": "air", "o3": "air", "heat": "weather", "rain": "weather"}
"""Beginning of an indicator -> kind of device; others begin with their kind."""

_MINUTE_STEPS = (
    *("parking_above_target_hour", "parking_minutes_to_full*", "parking_dwell", "parking_stays*"),
    *("water_siaga_held", "water_siaga_unknown", "water_rise_rate", "water_rise_alarm", "water_upstream_siaga"),
    "water_arrival",
)
_QUARTER_STEPS = (
    *("parking_*_hour", "parking_above_target_day", "traffic_route_time_index_day", "traffic_planning_time_index"),
    *("traffic_buffer_index", "traffic_lottr"),
)
_HOUR_STEPS = (
    *("ispu_category", "ispu_provisional", "*_nowcast", "*o3_weighted_8h", "us_aqi_day*"),
    *("noise_ls", "noise_lm", "noise_lsm*", "noise_lden", "noise_ldn"),
    *("rain_1h*", "rain_day*", "rain_dasarian*", "heat_danger_hours"),
)
_JUDGED = ("*_moved_together",)
_SCORED = ("*_anomaly_max", "*_anomaly_share")
_ALIVE = ("*sensors_known", "*sensors_alive_share", "*freshness_s", "*freshness_worst_s")
_OF_ALL_KINDS = ("score_*", "sensors_known", "sensors_alive_share", "freshness_s", "freshness_worst_s")

_LENGTHS: tuple[tuple[tuple[str, ...], Callable[[int], bool]], ...] = (
    (("parking_index_*", "parking_load"), lambda ns: ns >= _QUARTER_NS),
    (("parking_turnover", "parking_duration", "parking_volume"), lambda ns: ns >= _HOUR_NS),
    (("traffic_peak_hour_factor",), lambda ns: ns in (_QUARTER_NS, _HOUR_NS)),
    (("ispu_*indicative",), lambda ns: ns != _DAY_NS),
    (("rain", "rain_class"), lambda ns: ns in (_HOUR_NS, _DAY_NS)),
    (("us_aqi_pm25", "us_aqi_pm10"), lambda ns: ns == _DAY_NS),
    (("us_aqi_o3", "us_aqi_co"), lambda ns: ns == 8 * _HOUR_NS),
    (("us_aqi_so2", "us_aqi_no2"), lambda ns: ns == _HOUR_NS),
    (("us_aqi",), lambda ns: ns in (_HOUR_NS, 8 * _HOUR_NS, _DAY_NS)),
)


def sizes_with(indicator: str, settings: Settings) -> list[str]:
    """Names of the sizes in which it is made, as far as the configuration has windows of these; ascending."""
    if indicator.startswith("denyut_"):
        return ["1m"]
    if _is(indicator, _OF_ALL_KINDS):
        return [format_duration(settings.scores.every)] if settings.scores.enabled else []
    if indicator == "alert_response":
        return []
    fixed_ns = _tumbling(indicator, settings)
    # Some figures are of a day where windows are that long, and of the steps of an hour beside it.
    days = [size for size in _all(indicator, settings) if usual_size_ns(size) == _DAY_NS]
    if _is(indicator, _MINUTE_STEPS):
        return _step(fixed_ns, _MINUTE_NS, lambda ns: _HOUR_NS % ns == 0 and ns <= _QUARTER_NS)
    if _is(indicator, _QUARTER_STEPS):
        return _step(fixed_ns, _QUARTER_NS, lambda ns: _DAY_NS % ns == 0 and ns <= _HOUR_NS)
    if _is(indicator, _HOUR_STEPS):
        return _hour_step(fixed_ns)
    if indicator.startswith("ispu") and not indicator.endswith("_indicative"):
        return [*_hour_step(fixed_ns), *days]
    if _is(indicator, _SCORED):
        return _hour_step([ns for ns in fixed_ns if ns >= _MINUTE_NS])
    told_ns = min((ns for ns in fixed_ns if ns >= _MINUTE_NS), default=max(fixed_ns, default=0))
    if _is(indicator, (*_ALIVE, *_JUDGED)):
        return [format_duration(told_ns)] if told_ns else []
    if _is(indicator, ("*_data_quality", "*_sensors_faulty")):
        return [size for size in _all(indicator, settings) if usual_size_ns(size) >= told_ns]
    if indicator == "traffic_congested":
        fixed = [size for size in _all(indicator, settings) if size not in TAGS.values()]
        return [size for size in fixed if _MINUTE_NS <= usual_size_ns(size) <= _HOUR_NS]
    fits = next((fits for names, fits in _LENGTHS if _is(indicator, names)), None)
    return [size for size in _all(indicator, settings) if fits is None or fits(usual_size_ns(size))]


def all_sizes(settings: Settings) -> list[str]:
    """Names of the sizes of all windows, as in the tag of their points."""
    sizes = [format_duration(window.size) for window in settings.windows.sizes]
    return [*dict.fromkeys(sizes), *(TAGS[period] for period in settings.windows.civil)]


def _all(indicator: str, settings: Settings) -> list[str]:
    sizes = [format_duration(window.size) for window in settings.windows.sizes if _has(indicator, window.kinds)]
    return sorted({*sizes, *(TAGS[period] for period in settings.windows.civil)}, key=lambda size: usual_size_ns(size))


def _tumbling(indicator: str, settings: Settings) -> list[int]:
    windows = settings.windows.sizes
    return sorted(
        window.size for window in windows if window.hop in (None, window.size) and _has(indicator, window.kinds)
    )


def _has(indicator: str, kinds: Collection[str]) -> bool:
    own = next((kind for beginning, kind in _KINDS.items() if indicator.startswith(beginning)), "")
    return not kinds or own in kinds or any(indicator.startswith(f"{kind}_") for kind in kinds)


def _step(fixed_ns: list[int], wished_ns: int, fits: Callable[[int], bool]) -> list[str]:
    """The longest size that divides what is wished for, else the shortest of all."""
    parts = [ns for ns in fixed_ns if wished_ns % ns == 0]
    step = max(parts) if parts else min(fixed_ns, default=0)
    return [format_duration(step)] if step and fits(step) else []


def _hour_step(fixed_ns: list[int]) -> list[str]:
    parts = [ns for ns in fixed_ns if _HOUR_NS % ns == 0]
    return [format_duration(max(parts))] if parts else []


def _is(indicator: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(indicator, pattern) for pattern in patterns)
