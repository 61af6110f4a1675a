"""What may be a slip of the pen, but may as well be meant."""

import re
from collections.abc import Iterator, Mapping, Set

from config.addresses import is_of_this_machine, listen_address
from config.alert_rules import SILENCES, Rule
from config.default_kinds import effective_kinds
from config.mistakes import did_you_mean
from config.service import Http
from config.settings import Kind, Settings
from config.topics import city_of


def open_to_others(http: Http) -> str | None:
    """Said where other machines can ask for figures without a token."""
    guarded = http.token_env or http.token_file or is_of_this_machine(listen_address(http.listen)[0])
    if guarded or not http.enabled:
        return None
    return f"http.listen {http.listen}: every machine that reaches it can read the figures; set token_env or token_file"


def other_cities(settings: Settings) -> list[str]:
    """Topics of a city that is not the configured one: perhaps it was renamed at one place only."""
    own = settings.city
    named = ((topic, city_of(topic, source.topic)) for source in settings.sources for topic in source.topics)
    # A configuration that does not name its city is about all that come.
    return [
        f"topics {topic} bring the city {city}, but city.id is {own.id}"
        for topic, city in dict.fromkeys(named)
        if city not in (None, own.id) and "id" in own.model_fields_set
    ]


def unregistered(settings: Settings) -> list[str]:
    """Devices that are named, and not registered where others are: they may still come."""
    registered = {device.id for device in settings.devices}
    gateways = {device.gateway: f"gateway of {device.id!r}" for device in reversed(settings.devices) if device.gateway}
    named = [*((name, f"maintenance {works.id!r}") for works in settings.maintenance for name in works.devices)]
    named += [(name, place) for name, place in sorted(gateways.items())]
    return [
        f"{place}: no device {name!r} is registered{did_you_mean(name, registered)}"
        for name, place in named
        if registered and name not in registered
    ]


def out_of_reach(settings: Settings) -> list[str]:
    """Offices that answer for devices and have nobody, officers whom nothing reaches; where there are officers."""
    offices = {officer.office for officer in settings.officers}
    if not offices:
        return []
    empty = [office for office in settings.offices if office.kinds and office.id not in offices]
    silent = [officer for officer in settings.officers if not officer.contacts]
    return [
        *(f"office {each.id!r}: it has no officers; its alerts are told to operators" for each in empty),
        *(f"officer {each.id!r}: no contacts; nothing can be told" for each in silent),
        *_unable(settings),
    ]


def _unable(settings: Settings) -> Iterator[str]:
    """Ladders that climb to a head that an office lacks."""
    named = [ladder.id for ladder in settings.ladders for step in ladder.steps if "head" in step.to]
    headless = [office.id for office in settings.offices if office.kinds and not office.head]
    if named and headless:
        yield f"ladder {named[0]!r} climbs to the head of the office; {', '.join(map(repr, headless))} has none"


_SHARES = ("parking_occupancy", "parking_above_target", "parking_open", "traffic_occupancy", "noise_over_limit")
"""What is 0 to 1, or a little above; more are told by their names."""
_STATISTIC = re.compile(
    r"(?P<quantity>.+)_(count|mean|std|min|max|first|last|harmonic|increase|rate|flags|anomaly|out_of_range"
    r"|p\d[\d.]*|time_-?\d+)"
)


_ENDS = ("mean", "last", "max", "min", "rate", "anomaly")
"""Statistics that are offered for a field that is none."""


def odd_rules(settings: Settings) -> list[str]:
    """Rules of alerts that can be meant, but hardly as they stand."""
    kinds = effective_kinds(settings)
    registered = {device.id for device in settings.devices}
    return [hint for rule in settings.rules if (hint := _odd(rule, kinds, registered))]


def _odd(rule: Rule, kinds: Mapping[str, Kind], registered: Set[str]) -> str:
    place = f"rule {rule.id!r}"
    if rule.indicator is not None:
        if "_siaga" in rule.indicator and "unknown" not in rule.indicator and rule.when[0] == ">":
            return f"{place}: Siaga 1 is the most dangerous and 4 is normal; when = '<=' fires as it falls"
        is_itself = rule.against is None and rule.over is None
        if is_itself and rule.enter > 2 and (rule.indicator.startswith(_SHARES) or rule.indicator.endswith("_share")):
            return f"{place}: {rule.indicator} is a share, 0 to 1; enter {rule.enter:g} is hardly ever reached"
        return ""
    quantities = kinds.get(rule.kind or "", Kind()).quantities
    if rule.quantity is not None and quantities and rule.quantity not in quantities:
        hint = did_you_mean(rule.quantity, quantities)
        return f"{place}: no quantity {rule.quantity!r} is configured for kind {rule.kind!r}{hint}"
    if rule.field is None or rule.field in SILENCES:
        return _odd_devices(rule, registered)
    named = _STATISTIC.fullmatch(rule.field)
    if named is None:
        hint = did_you_mean(rule.field, (*SILENCES, *(f"{name}_{end}" for name in quantities for end in _ENDS)))
        fields = "they are named QUANTITY_mean, _last, _max and so on"
        return f"{place}: {rule.field!r} is no field of windows; {fields}{hint}"
    if devices := _odd_devices(rule, registered):
        return devices
    if quantities and named["quantity"] not in quantities:
        hint = did_you_mean(named["quantity"], quantities)
        return f"{place}: no quantity {named['quantity']!r} is configured for kind {rule.kind!r}{hint}"
    percentile = named[2].removeprefix("p") if named[2].startswith("p") else ""
    if quantities and percentile and float(percentile) not in quantities[named["quantity"]].percentiles:
        return f"{place}: {named['quantity']!r} has no percentile {percentile}; see kinds.{rule.kind}.quantities"
    return ""


def _odd_devices(rule: Rule, registered: Set[str]) -> str:
    missing = [name for name in rule.devices if registered and name not in registered]
    if not missing:
        return ""
    return f"rule {rule.id!r}: no device {missing[0]!r} is registered{did_you_mean(missing[0], registered)}"
