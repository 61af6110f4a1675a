"""Rules of alerts: each names one figure that there is, and ends where it does not begin again."""

from collections.abc import Collection, Iterator

from config.checks.finding import OTHER, Finding
from config.checks.scores import known_indicators
from config.durations import format_duration
from config.mistakes import did_you_mean
from config.periods import TAGS
from config.settings import Settings


def check_rules(settings: Settings, indicators: Collection[str]) -> Iterator[Finding]:
    """`indicators`: the names of all that Denyut computes; none: names are not checked."""
    known = known_indicators(settings, indicators)
    seen: dict[str, int] = {}
    sizes = [format_duration(window.size) for window in settings.windows.sizes]
    sizes += [TAGS[period] for period in settings.windows.civil]
    zones = [zone.id for zone in settings.zones]
    for index, rule in enumerate(settings.rules):
        place = ("rules", index)
        first = seen.setdefault(rule.id, index)
        if first != index:
            yield Finding(f"{rule.id!r} is {OTHER} too; ids stand once", ((*place, "id"), ("rules", first, "id")))
        of_windows = [rule.kind, rule.field]
        if (None in of_windows) if rule.indicator is None else any(of_windows):
            yield Finding("a rule watches an indicator, or a field of a kind's windows", (place,))
        if indicators and rule.indicator is not None and rule.indicator not in known:
            hint = did_you_mean(rule.indicator, sorted(known))
            yield Finding(f"there is no indicator {rule.indicator!r}{hint}", ((*place, "indicator"),))
        if rule.size not in sizes:
            message = f"there are no windows of {rule.size}; there are {', '.join(sizes)}"
            yield Finding(message, ((*place, "size"), ("windows", "sizes")))
        if rule.exit is not None and (rule.exit > rule.enter if rule.when[0] == ">" else rule.exit < rule.enter):
            message = f"an alert that begins {rule.when} {rule.enter:g} cannot end at {rule.exit:g}, where it holds"
            yield Finding(message, ((*place, "exit"), (*place, "enter")))
        for number, zone in enumerate(rule.zones):
            if zones and zone not in (*zones, "all"):
                hint = did_you_mean(zone, zones)
                yield Finding(f"there is no zone {zone!r}{hint}", ((*place, "zones", number),))
        if rule.devices and rule.indicator is not None:
            yield Finding("an indicator is a figure of zones, not of devices", ((*place, "devices"),))
