"""All indicators: which function makes those of which kind of device, and their units."""

from collections.abc import Callable

from config.pillars import PILLARS
from processors.indicators.air import air
from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.indicators.ispu import CONCENTRATION
from processors.indicators.noise import noise
from processors.indicators.noise_days import LEVELS
from processors.indicators.parking import parking
from processors.indicators.pillars import CITY
from processors.indicators.satisfaction import ANSWERS, satisfaction
from processors.indicators.traffic import traffic
from processors.indicators.water import water
from processors.indicators.weather import weather

CATALOGUE: dict[str, Callable[[ZoneWindows], IndicatorBatch]] = {
    "parking": parking,
    "traffic": traffic,
    "air": air,
    "noise": noise,
    "weather": weather,
    "water": water,
    "satisfaction": satisfaction,
}
"""Kind of device -> its indicators. A kind that is not listed has none yet."""

HOURLY = ("pm25_nowcast", "pm10_nowcast", "o3_weighted_8h")
ISPU_PARTS = ("", "_critical", *(f"_{parameter}" for parameter in CONCENTRATION))

UNITS = {
    "parking_occupancy": "",
    "parking_free": "spaces",
    "parking_accumulation": "vehicles",
    "parking_above_target": "",
    "parking_open": "",
    "parking_index_load": "%",
    "parking_index_peak": "%",
    "parking_arrivals": "vehicles/h",
    "parking_departures": "vehicles/h",
    "parking_turnover": "vehicles/space",
    "parking_duration": "min",
    "parking_volume": "vehicles",
    "parking_load": "vehicle h",
    "parking_volume_hour": "vehicles",
    "parking_turnover_hour": "vehicles/space",
    "parking_duration_hour": "min",
    "parking_gate_drift": "vehicles",
    "parking_above_target_hour": "",
    "parking_above_target_day": "",
    **dict.fromkeys((f"parking_minutes_to_full{end}" for end in ("", "_low", "_high")), "min"),
    "parking_dwell": "min",
    "parking_stays": "stays",
    "parking_stays_open": "stays",
    "parking_stays_open_age": "min",
    "traffic_flow": "vehicles/h",
    "traffic_flow_smp": "smp/h",
    "traffic_peak_hour_factor": "",
    "traffic_speed": "km/h",
    "traffic_speed_time_mean": "km/h",
    "traffic_v85": "km/h",
    "traffic_time_index": "",
    "traffic_density": "vehicles/km",
    "traffic_density_freeway": "smp/km/lane",
    "traffic_density_occupancy": "vehicles/km/lane",
    "traffic_occupancy": "",
    "traffic_saturation": "",
    "traffic_los_saturation": "",
    "traffic_los_street": "",
    "traffic_los_freeway": "",
    "traffic_los_speed": "",
    "traffic_speed_loop": "km/h",
    "traffic_congested": "",
    "traffic_travel_time": "s",
    "traffic_delay": "s",
    "traffic_route_time_index": "",
    "traffic_route_time_index_day": "",
    "traffic_planning_time_index": "",
    "traffic_buffer_index": "",
    "traffic_lottr": "",
    "traffic_signal_delay": "s",
    "traffic_los_signal": "",
    **dict.fromkeys(CONCENTRATION, "µg/m³"),
    **{f"ispu{part}{suffix}": "" for part in ISPU_PARTS for suffix in ("", "_indicative")},
    **dict.fromkeys(("ispu_category", "ispu_provisional"), ""),
    **{f"us_aqi{part}": "" for part in ("", "_pm25", "_pm10", "_o3", "_co", "_so2", "_no2")},
    **{f"us_aqi_day{part}": "" for part in ("", "_critical", "_pm25", "_pm10", "_o3", "_co", "_so2", "_no2")},
    **dict.fromkeys(HOURLY, "µg/m³"),
    **{f"us_aqi_{name}": "" for name in HOURLY},
    **dict.fromkeys(("noise_laeq", "noise_l10", "noise_l50", "noise_l90"), "dB(A)"),
    "noise_excess_indicative": "dB",
    "noise_over_limit_indicative": "",
    **dict.fromkeys(LEVELS, "dB(A)"),
    "noise_lsm_excess": "dB",
    "noise_lsm_over_limit": "",
    **dict.fromkeys(("heat_index", "dew_point", "wet_bulb"), "°C"),
    "heat_risk": "",
    "rain_intensity": "mm/h",
    "rain": "mm",
    "rain_class": "",
    **dict.fromkeys(("rain_1h", "rain_day", "rain_dasarian"), "mm"),
    **dict.fromkeys(("rain_1h_class", "rain_day_class", "rain_dasarian_class"), ""),
    "heat_danger_hours": "h",
    **dict.fromkeys(("water_level", "water_rise"), "cm"),
    "water_siaga": "",
    **dict.fromkeys(("water_siaga_held", "water_siaga_unknown", "water_upstream_siaga", "water_rise_alarm"), ""),
    "water_rise_rate": "cm/10 min",
    "water_arrival": "min",
    "satisfaction_index": "",
    **{f"satisfaction_{answer}": "" for answer in ANSWERS},
    "satisfaction_answers": "answers",
    **{f"score_{pillar}": "" for pillar in (*PILLARS, CITY)},
    "sensors_known": "sensors",
    "sensors_alive_share": "",
    "freshness_worst_s": "s",
    "alert_response": "min",
    "denyut_journal_lag_s": "s",
    "denyut_points_pending": "points",
    "denyut_dead_letter_share": "",
    "denyut_disk_free_share": "",
    "denyut_notices_waiting": "notices",
}
"""Indicator -> unit; empty: a share or an index."""
