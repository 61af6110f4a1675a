"""A rule of alerts in one line, as people would say it."""

from collections.abc import Iterator

from config.alert_rules import Rule
from config.calendar import Hours
from config.durations import UNITS_NS, format_duration

_OPPOSITE = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}


def rule_words(rule: Rule) -> str:
    """Such as "warning, parking_occupancy in 1m >= 0.95 for 5m, until < 0.9, coverage from 0.5"."""
    return f"{rule.severity}, " + ", ".join(_parts(rule))


def _parts(rule: Rule) -> Iterator[str]:
    lasting = f" for {format_duration(rule.lasting)}" if rule.lasting else ""
    if rule.every or rule.some:
        yield f"{'all' if rule.every else 'any'} of {', '.join(rule.every or rule.some)} in a zone{lasting}"
    else:
        yield f"{_watched(rule)} {rule.when} {rule.enter:g}{lasting}"
    if rule.exit is not None:
        yield f"until {_OPPOSITE[rule.when]} {rule.exit:g}"
    if rule.keep:
        yield f"over after {format_duration(rule.keep)}"
    if rule.min_coverage:
        yield f"coverage from {rule.min_coverage:g}"
    if rule.zones:
        yield f"zones {', '.join(rule.zones)}"
    if rule.devices:
        yield f"devices {', '.join(rule.devices)}"
    if rule.hours is not None:
        yield hours_words(rule.hours)
    for order in rule.orders:
        yield f"when {order.on}: {order.actuator} {order.command}"


def _watched(rule: Rule) -> str:
    devices = f"each {rule.kind}" if rule.kind else "each device"
    if rule.quantity is not None:
        return f"each reading of {rule.quantity} of {devices}"
    if rule.indicator is not None:
        figure = rule.indicator + (f" / {rule.against}" if rule.against else "")
    else:
        figure = f"{rule.field} of {devices}"
    change = f"change of {figure} over {format_duration(rule.over)}" if rule.over else figure
    return f"{change} in {rule.size}"


def hours_words(hours: Hours) -> str:
    """Such as "mon, thu 22:00-02:00, not on holidays"."""
    days = ", ".join(hours.days) if hours.days else "each day"
    holidays = {"too": "", "only": ", holidays only", "never": ", not on holidays"}[hours.holidays]
    return f"{days} {_clock(hours.begin)}-{_clock(hours.end)}{holidays}"


def _clock(time_ns: int) -> str:
    minutes = time_ns // UNITS_NS["m"]
    return f"{minutes // 60:02}:{minutes % 60:02}"
