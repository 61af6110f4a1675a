"""Rules of alerts: what each of them watches is there, it can begin and end, and what it names exists."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from config.alert_rules import Rule
from config.checks.city import RESERVED
from config.checks.finding import OTHER, Finding
from config.checks.watched import check_watched
from config.locate import Path
from config.mistakes import did_you_mean
from config.public_holidays import PublicHolidays
from config.settings import Settings
from config.shipped_rules import ALL, shipped_ids

_YEARS = range(2024, 2037)
"""Long enough for a movable holiday to fall on each day of the week."""


def check_rules(settings: Settings, indicators: Collection[str]) -> Iterator[Finding]:
    """`indicators`: the names of all that Denyut computes; none: names are not checked.

    The rules that ship with Denyut stand behind those of the configuration.
    """
    yield from _shipped(settings)
    seen: dict[str, int] = {}
    for index, rule in enumerate(settings.rules):
        place: Path = ("rules", index)
        first = seen.setdefault(rule.id, index)
        if first != index:
            yield Finding(f"{rule.id!r} is {OTHER} too; ids stand once", ((*place, "id"), ("rules", first, "id")))
        yield from check_watched(rule, settings, indicators, place)
        yield from _limits(rule, place)
        yield from _places(rule, settings, place)
        yield from _hours(rule, settings, place)
        yield from _parts(rule, settings.rules, place)
        yield from _orders(rule, settings, place)
    yield from _circles(settings.rules)


def _shipped(settings: Settings) -> Iterator[Finding]:
    known = [ALL, *shipped_ids()]
    for index, name in enumerate(settings.shipped_rules):
        if name not in known:
            hint = did_you_mean(name, known) or f"; there are {', '.join(known)}"
            yield Finding(f"no rule {name!r} comes with Denyut{hint}", (("shipped_rules", index),))


def _limits(rule: Rule, place: Path) -> Iterator[Finding]:
    given = rule.model_fields_set
    if rule.ways in (("all",), ("any",)):
        said = [name for name in ("when", "enter", "exit", "min_coverage") if name in given]
        if said:
            says = "says" if len(said) == 1 else "say"
            message = f"{' and '.join(said)} {says} nothing of a rule that is made of others: it holds, or does not"
            yield Finding(message, tuple((*place, name) for name in said))
        return
    if "enter" not in given:
        yield Finding("'enter' is missing: from which value on is it an alert?", (place,))
    elif rule.exit is not None and (rule.exit > rule.enter if rule.when[0] == ">" else rule.exit < rule.enter):
        message = f"an alert that begins {rule.when} {rule.enter:g} cannot end at {rule.exit:g}, where it holds"
        yield Finding(message, ((*place, "exit"), (*place, "enter")))


def _places(rule: Rule, settings: Settings, place: Path) -> Iterator[Finding]:
    zones = [zone.id for zone in settings.zones]
    for number, zone in enumerate(rule.zones):
        if zones and zone not in (*zones, *RESERVED):
            yield Finding(f"there is no zone {zone!r}{did_you_mean(zone, zones)}", ((*place, "zones", number),))
    if rule.devices and rule.indicator is not None:
        yield Finding("an indicator is a figure of zones, not of devices", ((*place, "devices"),))
    elif rule.devices and (rule.every or rule.some):
        yield Finding("what is made of other rules holds in zones, not for devices", ((*place, "devices"),))


def _hours(rule: Rule, settings: Settings, place: Path) -> Iterator[Finding]:
    """Holidays alone may never come; everything else does within a week."""
    hours = rule.hours
    if hours is None or hours.holidays != "only":
        return
    try:
        holidays = PublicHolidays(settings.calendar)
    except ValueError:
        return
    if not holidays.fall_on(hours.days, _YEARS):
        days = f" on {', '.join(hours.days)}" if hours.days else ""
        message = f"these hours never hold: the calendar knows no holiday{days}"
        yield Finding(message, ((*place, "hours", "holidays"), ("calendar",)))


def _parts(rule: Rule, rules: Sequence[Rule], place: Path) -> Iterator[Finding]:
    known = [each.id for each in rules]
    for key, members in (("all", rule.every), ("any", rule.some)):
        for number, member in enumerate(members):
            where = (*place, key, number)
            if member == rule.id:
                yield Finding(f"{member!r} cannot be made of itself", (where,))
            elif member not in known:
                yield Finding(f"there is no rule {member!r}{did_you_mean(member, known)}", (where, ("rules",)))


def _circles(rules: Sequence[Rule]) -> Iterator[Finding]:
    parts = {rule.id: {*rule.every, *rule.some} - {rule.id} for rule in rules}
    while chain := _circle(parts):
        index = next(number for number, rule in enumerate(rules) if rule.id == chain[0])
        key = "all" if rules[index].every else "any"
        message = f"rules are made of each other in a circle: {' of '.join(map(repr, chain))}"
        yield Finding(message, (("rules", index, key),))
        parts = {rule: members - {*chain} for rule, members in parts.items() if rule not in chain}


def _circle(parts: Mapping[str, Collection[str]]) -> list[str]:
    """From a rule, by what it is made of, to itself; empty where there is none."""
    try:
        TopologicalSorter(parts).prepare()
    except CycleError as error:
        return [*reversed(error.args[1])]
    return []


def _orders(rule: Rule, settings: Settings, place: Path) -> Iterator[Finding]:
    actuators = {each.id: each for each in settings.actuators}
    for number, order in enumerate(rule.orders):
        where = (*place, "orders", number)
        actuator = actuators.get(order.actuator)
        if actuator is None:
            hint = did_you_mean(order.actuator, actuators)
            yield Finding(f"there is no actuator {order.actuator!r}{hint}", ((*where, "actuator"), ("actuators",)))
        elif order.command not in actuator.commands:
            hint = did_you_mean(order.command, actuator.commands) or f"; it knows {', '.join(actuator.commands)}"
            message = f"actuator {order.actuator!r} has no command {order.command!r}{hint}"
            yield Finding(message, ((*where, "command"), ("actuators",)))
