"""What keeps alerts quiet: it names what there is, and could happen at all."""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from config.alert_rules import Rule
from config.checks.city import RESERVED
from config.checks.finding import OTHER, Finding
from config.duty import Inhibition, Maintenance
from config.locate import Path
from config.mistakes import did_you_mean
from config.settings import Settings
from config.shipped_inhibitions import shipped_inhibitions
from config.shipped_rules import shipped


def check_quiet(settings: Settings) -> Iterator[Finding]:
    yield from _ids("inhibitions", [each.id for each in settings.inhibitions])
    yield from _ids("maintenance", [each.id for each in settings.maintenance])
    rules = {rule.id: rule for rule in (*settings.rules, *shipped(settings).rules)}
    known = {*rules, *(name for name, _ in shipped(settings).left_out)}
    with_them = shipped_inhibitions(rules)
    zones = [zone.id for zone in settings.zones]
    zone = ZoneInfo(settings.city.timezone)
    for index, inhibition in enumerate(settings.inhibitions):
        place: Path = ("inhibitions", index)
        unknown = [
            *_unknown("rule", "rules", inhibition.source, known, (*place, "source")),
            *_unknown("rule", "rules", inhibition.target, known, (*place, "target")),
        ]
        if inhibition not in with_them:
            yield from unknown or _in_vain(inhibition, rules, settings, place)
    for index, works in enumerate(settings.maintenance):
        place = ("maintenance", index)
        yield from _unknown("rule", "rules", works.rules, known, (*place, "rules"))
        yield from _unknown("zone", "zones", works.zones, [*zones, *RESERVED] if zones else [], (*place, "zones"))
        yield from _times(works, zone, place)


def _ids(section: str, ids: Sequence[str]) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, name in enumerate(ids):
        first = seen.setdefault(name, index)
        if first != index:
            paths = ((section, index, "id"), (section, first, "id"))
            yield Finding(f"{name!r} is {OTHER} too; ids stand once", paths)


def _unknown(what: str, section: str, names: Sequence[str], known: Collection[str], place: Path) -> Iterator[Finding]:
    """With none known nothing is said of zones; a rule must be one that there is."""
    for index, name in enumerate(names):
        if name not in known and (known or what == "rule"):
            hint = did_you_mean(name, sorted(known))
            yield Finding(f"there is no {what} {name!r}{hint}", ((*place, index), (section,)))


def _times(works: Maintenance, zone: ZoneInfo, place: Path) -> Iterator[Finding]:
    if works.begin is None and works.end is None and works.hours is None:
        yield Finding("works need begin and end, or hours; without a time they would hold for ever", (place,))
    if works.begin is not None and works.end is not None:
        begin, end = (each if each.tzinfo else each.replace(tzinfo=zone) for each in (works.begin, works.end))
        if begin >= end:
            message = f"begin {_written(works.begin)} must be before end {_written(works.end)}"
            yield Finding(message, ((*place, "begin"), (*place, "end")))
    if works.hours is None and works.end is None and works.begin is not None:
        yield Finding(f"works that begin {_written(works.begin)} need an end", ((*place, "begin"),))
    elif works.hours is None and works.begin is None and works.end is not None:
        yield Finding(f"works that end {_written(works.end)} need a begin", ((*place, "end"),))


def _written(moment: datetime) -> str:
    return moment.isoformat(" ", "minutes" if not moment.second else "seconds")


def _in_vain(inhibition: Inhibition, rules: dict[str, Rule], settings: Settings, place: Path) -> Iterator[Finding]:
    """Where nothing could ever be hidden; the first reason is enough."""
    source = [rules[name] for name in inhibition.source if name in rules]
    others = [rule for rule in rules.values() if rule.id not in inhibition.source or "gateway" in inhibition.equal]
    target = [rules[name] for name in inhibition.target if name in rules] if inhibition.target else others
    equal = (*place, "equal")
    if not source or (inhibition.target and not target):
        # They were left out, as nothing is there for them to watch.
        return
    if not target:
        yield Finding("there is no rule but those of source, so it hides nothing", ((*place, "source"), ("rules",)))
        return
    for name in ("gateway", "device"):
        for side, whose in (("source", source), ("target", target)):
            if name in inhibition.equal and not any(map(_is_of_devices, whose)):
                ids = ", ".join(rule.id for rule in whose)
                message = f"no alert of {side} ({ids}) is of a device, so none has a {name} that could be equal"
                yield Finding(message, (equal, (*place, side)))
                return
    if "gateway" in inhibition.equal and not _has_gateways(settings):
        yield Finding("no device has a gateway, so none is hidden", (equal, ("devices",)))
        return
    pairs = [(one, other) for one in source for other in target]
    for name, reason in _REASONS.items():
        if name in inhibition.equal and not any(reason(one, other) for one, other in pairs):
            yield Finding(f"no alert of target has the {name} of one of source, so it hides nothing", (equal,))
            return
    if not any(_are_two(one, other, inhibition) for one, other in pairs):
        ids = " and ".join(sorted({rule.id for rule in source}))
        shared = " and ".join(inhibition.equal)
        message = f"{ids} has one alert with the same {shared}, which does not hide itself"
        yield Finding(message, (equal, (*place, "target")))


def _is_of_devices(rule: Rule) -> bool:
    return rule.kind is not None or rule.field is not None


def _has_gateways(settings: Settings) -> bool:
    # The rows of CSV files are read after the settings are checked.
    return bool(settings.devices_csv) or any(device.gateway for device in settings.devices)


def _same_zone(one: Rule, other: Rule) -> bool:
    return not one.zones or not other.zones or bool({*one.zones} & {*other.zones})


def _same_kind(one: Rule, other: Rule) -> bool:
    return one.kind is None or other.kind is None or one.kind == other.kind


def _same_device(one: Rule, other: Rule) -> bool:
    is_listed = one.devices and other.devices
    return _same_kind(one, other) and (not is_listed or bool({*one.devices} & {*other.devices}))


_REASONS: dict[str, Callable[[Rule, Rule], bool]] = {"zone": _same_zone, "kind": _same_kind, "device": _same_device}


def _are_two(one: Rule, other: Rule, inhibition: Inhibition) -> bool:
    """Whether two alerts of them could have in common what `equal` asks for."""
    if one.id != other.id or "gateway" in inhibition.equal:
        return True
    if "device" in inhibition.equal:
        return False
    return _is_of_devices(one) or "zone" not in inhibition.equal
