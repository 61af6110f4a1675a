"""Rules of indicators: each stands where the kind of device is that it speaks of."""

from collections.abc import Iterator

from config.checks.finding import Finding
from config.environment_rules import KINDS_OF_RULE
from config.settings import Settings

KIND_OF_RULE = {
    "us_aqi_above_300": "air",
    "noise_tolerance": "noise",
    "heat_risk": "weather",
    "rain_hour": "weather",
    "rain_day": "weather",
    "los_saturation": "traffic",
    "los_speed_share": "traffic",
    "los_density": "traffic",
    "los_speed": "traffic",
    "parking_target": "parking",
    "parking_debounce": "parking",
    "parking_silence": "parking",
    "parking_empty_hour": "parking",
    "congested_below": "traffic",
    "congested_until": "traffic",
    "congested_windows": "traffic",
    "los_delay": "traffic",
    "satisfaction_points": "satisfaction",
}


def check_indicators(settings: Settings) -> Iterator[Finding]:
    for kind, entry in settings.kinds.items():
        for rule in sorted(entry.indicators.model_fields_set):
            kinds = KINDS_OF_RULE.get(rule) or (KIND_OF_RULE[rule],)
            if kind not in kinds:
                wanted = " and ".join(map(repr, kinds))
                message = f"{rule} is a rule for kind {wanted}; it says nothing of {kind!r}"
                yield Finding(message, (("kinds", kind, "indicators", rule),))
        rules = entry.indicators
        if rules.congested_until < rules.congested_below:
            below, until = rules.congested_below, rules.congested_until
            message = f"congested_until ({until:g}) is below congested_below ({below:g})"
            yield Finding(message, (("kinds", kind, "indicators"),))
