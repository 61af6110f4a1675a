"""What each indicator is called where people read of it, in plain words, and how its value is written."""

from collections.abc import Mapping
from typing import NamedTuple

from alerts.texts.forms import PARAMETERS, Form
from config.language import N_, Language


class Figure(NamedTuple):
    words: str
    """In English, as it stands inside a sentence; looked up where it is shown."""
    form: Form = Form.NUMBER
    parts: Mapping[str, str] = {}
    """For the places of `words`; looked up too."""

    def name(self, language: Language) -> str:
        parts = {name: language.gettext(word) if word else "" for name, word in self.parts.items()}
        return language.gettext(self.words).format(**parts) if parts else language.gettext(self.words)


_COUNT, _SHARE, _TRUTH, _SERVICE = Form.COUNT, Form.SHARE, Form.TRUTH, Form.SERVICE

_PARKING = {
    "parking_occupancy": Figure(N_("parking occupancy"), _SHARE),
    "parking_free": Figure(N_("free parking spaces"), _COUNT),
    "parking_accumulation": Figure(N_("parked vehicles"), _COUNT),
    "parking_above_target": Figure(N_("parking occupancy above its target"), _TRUTH),
    "parking_open": Figure(N_("parking spaces in service"), _SHARE),
    "parking_index_load": Figure(N_("parking index by load")),
    "parking_index_peak": Figure(N_("parking index at the peak")),
    "parking_arrivals": Figure(N_("vehicles that drive in to park")),
    "parking_departures": Figure(N_("vehicles that leave the car parks")),
    "parking_turnover": Figure(N_("parking turnover")),
    "parking_duration": Figure(N_("parking duration"), Form.MINUTES),
    "parking_volume": Figure(N_("parking volume")),
    "parking_load": Figure(N_("parking load")),
    "parking_volume_hour": Figure(N_("parking volume of the last hour")),
    "parking_turnover_hour": Figure(N_("parking turnover of the last hour")),
    "parking_duration_hour": Figure(N_("parking duration of the last hour"), Form.MINUTES),
    "parking_gate_drift": Figure(N_("drift of the counters at parking gates")),
    "parking_above_target_hour": Figure(N_("share of the last hour with parking above its target"), _SHARE),
    "parking_above_target_day": Figure(N_("share of the last 24 hours with parking above its target"), _SHARE),
    "parking_minutes_to_full": Figure(N_("estimated time until parking is full"), Form.MINUTES),
    "parking_minutes_to_full_low": Figure(N_("shortest estimated time until parking is full"), Form.MINUTES),
    "parking_minutes_to_full_high": Figure(N_("longest estimated time until parking is full"), Form.MINUTES),
    "parking_dwell": Figure(N_("mean length of stays in parking bays"), Form.MINUTES),
    "parking_stays": Figure(N_("stays that ended in parking bays"), _COUNT),
    "parking_stays_open": Figure(N_("occupied parking bays"), _COUNT),
    "parking_stays_open_age": Figure(N_("mean length of stays that go on in parking bays"), Form.MINUTES),
}
_TRAFFIC = {
    "traffic_flow": Figure(N_("traffic flow")),
    "traffic_flow_smp": Figure(N_("traffic flow in passenger car units")),
    "traffic_peak_hour_factor": Figure(N_("peak hour factor")),
    "traffic_speed": Figure(N_("traffic speed")),
    "traffic_speed_time_mean": Figure(N_("mean spot speed of traffic")),
    "traffic_v85": Figure(N_("85th percentile of traffic speed")),
    "traffic_time_index": Figure(N_("travel time index")),
    "traffic_density": Figure(N_("traffic density")),
    "traffic_density_freeway": Figure(N_("traffic density on freeways")),
    "traffic_density_occupancy": Figure(N_("traffic density by detector occupancy")),
    "traffic_occupancy": Figure(N_("detector occupancy"), _SHARE),
    "traffic_saturation": Figure(N_("degree of saturation")),
    "traffic_los_saturation": Figure(N_("level of service by saturation"), _SERVICE),
    "traffic_los_street": Figure(N_("level of service of streets"), _SERVICE),
    "traffic_los_freeway": Figure(N_("level of service of freeways"), _SERVICE),
    "traffic_los_speed": Figure(N_("level of service by speed"), _SERVICE),
    "traffic_los_signal": Figure(N_("level of service of signals"), _SERVICE),
    "traffic_speed_loop": Figure(N_("traffic speed by loop detectors")),
    "traffic_congested": Figure(N_("share of traffic stations that are congested"), _SHARE),
    "traffic_travel_time": Figure(N_("travel time"), Form.SECONDS),
    "traffic_delay": Figure(N_("delay of vehicles"), Form.SECONDS),
    "traffic_route_time_index": Figure(N_("travel time index of routes")),
    "traffic_route_time_index_day": Figure(N_("travel time index of routes in the last 24 hours")),
    "traffic_planning_time_index": Figure(N_("planning time index")),
    "traffic_buffer_index": Figure(N_("buffer time index"), _SHARE),
    "traffic_lottr": Figure(N_("level of travel time reliability")),
    "traffic_signal_delay": Figure(N_("delay at signals"), Form.SECONDS),
}
_AIR: dict[str, Figure] = {
    "ispu": Figure("ISPU"),
    "ispu_critical": Figure(N_("critical parameter of the ISPU"), Form.PARAMETER),
    "ispu_indicative": Figure(N_("ISPU (indicative)")),
    "ispu_critical_indicative": Figure(N_("critical parameter of the ISPU (indicative)"), Form.PARAMETER),
    "ispu_category": Figure(N_("ISPU category"), Form.ISPU),
    "ispu_provisional": Figure(N_("the ISPU is provisional"), _TRUTH),
    "us_aqi": Figure("US AQI"),
    "us_aqi_day": Figure(N_("US AQI of the day")),
    "us_aqi_day_critical": Figure(N_("critical parameter of the US AQI of the day"), Form.PARAMETER),
    "o3_weighted_8h": Figure(N_("weighted 8-hour mean of O3")),
    "us_aqi_o3_weighted_8h": Figure(N_("US AQI of the weighted 8-hour mean of O3")),
}
for _name, _symbol in PARAMETERS.items():
    _parts = {"parameter": _symbol}
    _AIR[_name] = Figure(N_("{parameter} concentration"), parts=_parts)
    _AIR[f"ispu_{_name}"] = Figure(N_("ISPU of {parameter}"), parts=_parts)
    _AIR[f"ispu_{_name}_indicative"] = Figure(N_("ISPU of {parameter} (indicative)"), parts=_parts)
    if _name == "hc":
        continue
    _AIR[f"us_aqi_{_name}"] = Figure(N_("US AQI of {parameter}"), parts=_parts)
    _AIR[f"us_aqi_day_{_name}"] = Figure(N_("US AQI of the day of {parameter}"), parts=_parts)
    if _name not in ("pm25", "pm10"):
        continue
    _AIR[f"{_name}_nowcast"] = Figure(N_("NowCast of {parameter}"), parts=_parts)
    _AIR[f"us_aqi_{_name}_nowcast"] = Figure(N_("US AQI of the NowCast of {parameter}"), parts=_parts)
_NOISE = {
    "noise_laeq": Figure(N_("noise level LAeq")),
    "noise_l10": Figure(N_("noise level L10")),
    "noise_l50": Figure(N_("noise level L50")),
    "noise_l90": Figure(N_("noise level L90")),
    "noise_excess_indicative": Figure(N_("noise beyond the limit (indicative)")),
    "noise_over_limit_indicative": Figure(N_("share of sound level meters beyond the limit (indicative)"), _SHARE),
    "noise_ls": Figure(N_("noise level of the day LS")),
    "noise_lm": Figure(N_("noise level of the night LM")),
    "noise_lsm": Figure(N_("noise level of day and night LSM")),
    "noise_lden": Figure(N_("noise level Lden")),
    "noise_ldn": Figure(N_("noise level Ldn")),
    "noise_lsm_excess": Figure(N_("noise of day and night beyond the limit")),
    "noise_lsm_over_limit": Figure(N_("share of sound level meters beyond the limit of day and night"), _SHARE),
}
_WEATHER = {
    "heat_index": Figure(N_("heat index")),
    "heat_risk": Figure(N_("risk by heat"), Form.HEAT),
    "heat_danger_hours": Figure(N_("hours of dangerous heat"), _COUNT),
    "dew_point": Figure(N_("dew point")),
    "wet_bulb": Figure(N_("wet-bulb temperature")),
    "rain_intensity": Figure(N_("rain intensity")),
    "rain": Figure(N_("rainfall")),
    "rain_class": Figure(N_("rainfall class"), Form.RAIN),
    "rain_1h": Figure(N_("rainfall of the last hour")),
    "rain_1h_class": Figure(N_("rainfall class of the last hour"), Form.RAIN),
    "rain_day": Figure(N_("rainfall of the day")),
    "rain_day_class": Figure(N_("rainfall class of the day"), Form.RAIN),
    "rain_dasarian": Figure(N_("rainfall of the ten-day period")),
    "rain_dasarian_class": Figure(N_("rainfall class of the ten-day period"), Form.DASARIAN),
}
_WATER = {
    "water_level": Figure(N_("water level")),
    "water_rise": Figure(N_("rise of the water")),
    "water_rise_rate": Figure(N_("rate at which the water rises")),
    "water_rise_alarm": Figure(N_("the water rises fast"), _TRUTH),
    "water_siaga": Figure(N_("water stage"), Form.SIAGA),
    "water_siaga_held": Figure(N_("water stage"), Form.SIAGA),
    "water_upstream_siaga": Figure(N_("water stage upstream"), Form.SIAGA),
    "water_siaga_unknown": Figure(N_("share of water gauges of which nothing is known"), _SHARE),
    "water_arrival": Figure(N_("time until the flood wave arrives"), Form.MINUTES),
}
_CITIZENS = {
    "satisfaction_index": Figure(N_("citizen satisfaction index")),
    "satisfaction_very_satisfied": Figure(N_("share of very satisfied answers"), _SHARE),
    "satisfaction_satisfied": Figure(N_("share of satisfied answers"), _SHARE),
    "satisfaction_fair": Figure(N_("share of fair answers"), _SHARE),
    "satisfaction_not_satisfied": Figure(N_("share of dissatisfied answers"), _SHARE),
    "satisfaction_answers": Figure(N_("answers to the satisfaction survey"), _COUNT),
    "score_city": Figure(N_("score of the city")),
    "score_governance": Figure(N_("score of the pillar {pillar}"), parts={"pillar": N_("Governance")}),
    "score_branding": Figure(N_("score of the pillar {pillar}"), parts={"pillar": N_("Branding")}),
    "score_economy": Figure(N_("score of the pillar {pillar}"), parts={"pillar": N_("Economy")}),
    "score_living": Figure(N_("score of the pillar {pillar}"), parts={"pillar": N_("Living")}),
    "score_society": Figure(N_("score of the pillar {pillar}"), parts={"pillar": N_("Society")}),
    "score_environment": Figure(N_("score of the pillar {pillar}"), parts={"pillar": N_("Environment")}),
    "alert_response": Figure(N_("time until alerts are acknowledged"), Form.MINUTES),
}
_SENSORS = {
    "sensors_known": Figure(N_("known sensors"), _COUNT),
    "sensors_alive_share": Figure(N_("share of sensors that report"), _SHARE),
    "freshness_worst_s": Figure(N_("age of the oldest reading"), Form.SECONDS),
}
_BACKEND = {
    "denyut_journal_lag_s": Figure(N_("delay of the journal"), Form.SECONDS),
    "denyut_points_pending": Figure(N_("points that wait for the store"), _COUNT),
    "denyut_dead_letter_share": Figure(N_("share of messages that cannot be read"), _SHARE),
    "denyut_disk_free_share": Figure(N_("free share of the disk"), _SHARE),
    "denyut_notices_waiting": Figure(N_("notices that wait to be delivered"), _COUNT),
}
FIGURES: Mapping[str, Figure] = (
    _PARKING | _TRAFFIC | _AIR | _NOISE | _WEATHER | _WATER | _CITIZENS | _SENSORS | _BACKEND
)

KINDS = {
    "parking": N_("parking"),
    "traffic": N_("traffic"),
    "air": N_("air quality"),
    "noise": N_("noise"),
    "water": N_("water"),
    "weather": N_("weather"),
    "satisfaction": N_("satisfaction"),
}
_OF_KIND = {
    "_sensors_known": (N_("known sensors ({kind})"), _COUNT),
    "_sensors_alive_share": (N_("share of sensors that report ({kind})"), _SHARE),
    "_freshness_s": (N_("median age of the newest readings ({kind})"), Form.SECONDS),
    "_freshness_worst_s": (N_("age of the oldest reading ({kind})"), Form.SECONDS),
    "_data_quality": (N_("quality of the data ({kind})"), _SHARE),
    "_sensors_faulty": (N_("sensors that seem faulty ({kind})"), _COUNT),
    "_moved_together": (N_("share of sensors that moved together ({kind})"), _SHARE),
    "_anomaly_max": (N_("most unusual value, its score ({kind})"), Form.NUMBER),
    "_anomaly_share": (N_("share of unusual values ({kind})"), _SHARE),
}


def figure_of(indicator: str) -> Figure:
    """Of one that nobody here knows its own name."""
    if indicator in FIGURES:
        return FIGURES[indicator]
    for end, (words, form) in _OF_KIND.items():
        if indicator.endswith(end):
            kind = indicator.removesuffix(end)
            return Figure(words, form, {"kind": KINDS.get(kind, kind)})
    return Figure(indicator.replace("_", " "))
