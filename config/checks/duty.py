"""Who is told: offices, officers, shifts, ladders and routes name what there is, and could happen at all."""

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import get_args

from config.alert_rules import Severity
from config.channels import Channel
from config.checks.city import RESERVED
from config.checks.finding import OTHER, Finding
from config.durations import format_duration
from config.duty import OWN_NAME, Route
from config.locate import Path
from config.mistakes import did_you_mean
from config.settings import Settings
from config.shipped_rules import shipped

_UNNAMED = Route().id
SEVERITIES: tuple[str, ...] = get_args(Severity)
"""Also the names of the ladders that hold where none is named."""


def check_duty(settings: Settings) -> Iterator[Finding]:
    for section, ids in (
        ("officers", [each.id for each in settings.officers]),
        ("shifts", [each.id for each in settings.shifts]),
        ("ladders", [each.id for each in settings.ladders]),
        ("routes", [each.id for each in settings.routes]),
    ):
        yield from _ids(section, ids)
    yield from _offices(settings)
    yield from _officers(settings)
    yield from _shifts(settings)
    yield from _ladders(settings)
    yield from _routes(settings)


def _ids(section: str, ids: Sequence[str]) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, name in enumerate(ids):
        first = seen.setdefault(name, index)
        if first != index and (section, name) != ("routes", _UNNAMED):
            paths = ((section, index, "id"), (section, first, "id"))
            yield Finding(f"{name!r} is {OTHER} too; ids stand once", paths)


def _offices(settings: Settings) -> Iterator[Finding]:
    officers = [officer.id for officer in settings.officers]
    answered: dict[str, Path] = {}
    for index, office in enumerate(settings.offices):
        place: Path = ("offices", index)
        if office.head:
            yield from _unknown("officer", "officers", office.head, officers, (*place, "head"))
        for number, kind in enumerate(office.kinds):
            here: Path = (*place, "kinds", number)
            if (first := answered.setdefault(kind, here)) != here:
                message = f"{kind!r} is answered for at {OTHER} too; one office answers for a kind of device"
                yield Finding(message, (here, first))


def _officers(settings: Settings) -> Iterator[Finding]:
    offices = [office.id for office in settings.offices]
    channels = {channel.id: channel for channel in settings.channels}
    for index, officer in enumerate(settings.officers):
        place: Path = ("officers", index)
        if officer.id == OWN_NAME:
            message = f"{officer.id!r} stands in the log for what nobody did; choose another id"
            yield Finding(message, ((*place, "id"),))
        yield from _unknown("office", "offices", officer.office, offices, (*place, "office"))
        for number, contact in enumerate(officer.contacts):
            here: Path = (*place, "contacts", number)
            yield from _unknown("channel", "channels", contact.channel, channels, (*here, "channel"))
            channel = channels.get(contact.channel)
            if channel is not None and channel.kind == "mqtt" and _needs_address(channel) and not contact.to:
                topic = f"{channel.topic!r} of channel {channel.id!r}"
                yield Finding(f"'to' is missing: the topic {topic} needs it", (here, ("channels",)))


def _needs_address(channel: Channel) -> bool:
    """As far as it stands here: an address of Apprise may be in the environment or a file."""
    if channel.kind == "apprise":
        return channel.url is not None and "{to}" in channel.url.get_secret_value()
    return channel.kind == "mqtt" and "{to}" in channel.topic


def _shifts(settings: Settings) -> Iterator[Finding]:
    offices = [office.id for office in settings.offices]
    office_of = {officer.id: officer.office for officer in settings.officers}
    for index, shift in enumerate(settings.shifts):
        place: Path = ("shifts", index)
        yield from _unknown("office", "offices", shift.office, offices, (*place, "office"))
        for number, name in enumerate(shift.officers):
            here: Path = (*place, "officers", number)
            yield from _unknown("officer", "officers", name, office_of, here)
            if name in office_of and shift.office in offices and office_of[name] != shift.office:
                message = f"{name!r} is of office {office_of[name]!r}, and the shift is of {shift.office!r}"
                yield Finding(message, (here, (*place, "office"), ("officers",)))


def _ladders(settings: Settings) -> Iterator[Finding]:
    for index, ladder in enumerate(settings.ladders):
        for number, (before, step) in enumerate(pairwise(ladder.steps), 1):
            if step.after <= before.after:
                steps: Path = ("ladders", index, "steps")
                message = f"{format_duration(step.after)} must be later than {format_duration(before.after)} before it"
                yield Finding(message, ((*steps, number, "after"), (*steps, number - 1, "after")))
        for number, step in enumerate(ladder.steps):
            for position, target in enumerate(step.to):
                yield from _target(target, settings, ("ladders", index, "steps", number, "to", position))
    for severity, name in settings.notification.ladders.items():
        ladders = [*SEVERITIES, *(ladder.id for ladder in settings.ladders)]
        yield from _unknown("ladder", "ladders", name, ladders, ("notification", "ladders", severity))


def _target(target: str, settings: Settings, place: Path) -> Iterator[Finding]:
    kind, _, name = target.partition(":")
    if not name:
        return
    match kind:
        case "officer":
            yield from _unknown("officer", "officers", name, [officer.id for officer in settings.officers], place)
        case "channel":
            channels = {channel.id: channel for channel in settings.channels}
            yield from _unknown("channel", "channels", name, channels, place)
            if name in channels and _needs_address(channels[name]):
                holder = repr(channels[name].topic) if channels[name].kind == "mqtt" else "its address"
                yield Finding(f"channel {name!r} has a place for a recipient in {holder}: name officers", (place,))
        case _:
            heads = {office.id: office.head for office in settings.offices}
            yield from _unknown("office", "offices", name, heads, place)
            if kind == "head" and name in heads and not heads[name]:
                yield Finding(f"office {name!r} has no head", (place, ("offices",)))


def _routes(settings: Settings) -> Iterator[Finding]:
    found = shipped(settings)
    rules = {rule.id for rule in (*settings.rules, *found.rules)} | {name for name, _ in found.left_out}
    zones = [zone.id for zone in settings.zones]
    for index, route in enumerate(settings.routes):
        place: Path = ("routes", index)
        for number, name in enumerate(route.rules):
            yield from _unknown("rule", "rules", name, rules, (*place, "rules", number))
        for number, name in enumerate(route.zones):
            if zones:
                yield from _unknown("zone", "zones", name, [*zones, *RESERVED], (*place, "zones", number))
        if route.office:
            offices = [office.id for office in settings.offices]
            yield from _unknown("office", "offices", route.office, offices, (*place, "office"))
        if route.ladder:
            ladders = [*SEVERITIES, *(ladder.id for ladder in settings.ladders)]
            yield from _unknown("ladder", "ladders", route.ladder, ladders, (*place, "ladder"))
        yield from _hidden(index, settings.routes)


def _hidden(index: int, routes: Sequence[Route]) -> Iterator[Finding]:
    """Behind a route that fits all that it fits it is never reached."""
    route = routes[index]
    for before, other in enumerate(routes[:index]):
        if all(
            not wide or (narrow and set(narrow) <= set(wide))
            for wide, narrow in (
                (other.rules, route.rules),
                (other.zones, route.zones),
                (other.kinds, route.kinds),
                (other.severities, route.severities),
            )
        ):
            message = f"what fits this route fits {OTHER} before; put it there, or narrow the other"
            yield Finding(message, (("routes", index), ("routes", before)))
            return


def _unknown(what: str, section: str, name: str, known: Collection[str], place: Path) -> Iterator[Finding]:
    if name not in known:
        hint = did_you_mean(name, sorted(known)) or ("" if known else f"; there are no {section}")
        yield Finding(f"there is no {what} {name!r}{hint}", (place, (section,)))
