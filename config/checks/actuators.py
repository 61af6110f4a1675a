"""Actuators: what they name exists, commands reach them, and what must hold or is to be proven can be known."""

import math
from collections.abc import Collection, Iterator, Sequence
from typing import Any

from config.actuators import Actuator, Interlock, Proof
from config.checks.city import RESERVED
from config.checks.finding import OTHER, Finding
from config.checks.scores import known_indicators
from config.durations import format_duration
from config.indicator_sizes import all_sizes, sizes_with
from config.locate import Path
from config.mistakes import did_you_mean
from config.periods import usual_size_ns
from config.settings import Settings
from config.topics import LONGEST_TOPIC

OURS = "denyut/"
"""Topics that begin so are not the city's: answers come there."""
_ADDED = ("command", "id", "expires", "answer_to")
"""To the payload of each command."""


def check_actuators(settings: Settings, indicators: Collection[str]) -> Iterator[Finding]:
    """`indicators`: the names of all that Denyut computes; none: names are not checked."""
    actuators = {actuator.id: actuator for actuator in settings.actuators}
    seen: dict[str, int] = {}
    for index, actuator in enumerate(settings.actuators):
        place: Path = ("actuators", index)
        first = seen.setdefault(actuator.id, index)
        if first != index:
            paths = ((*place, "id"), ("actuators", first, "id"))
            yield Finding(f"{actuator.id!r} is {OTHER} too; ids stand once", paths)
        yield from _topic(actuator, place)
        yield from _names(actuator, settings, place)
        yield from _commands(actuator, settings, indicators, place)
        for number, interlock in enumerate(actuator.interlocks):
            where = (*place, "interlocks", number)
            yield from _interlock(interlock, actuator, actuators, where)
            if interlock.indicator:
                yield from _figure(interlock, settings, indicators, where)
        if actuator.apart >= actuator.within and actuator.most > 1:
            apart, within = format_duration(actuator.apart), format_duration(actuator.within)
            message = f"commands that are {apart} apart are never {actuator.most} within {within}"
            yield Finding(message, ((*place, "apart"), (*place, "within"), (*place, "most")))


def _topic(actuator: Actuator, place: Path) -> Iterator[Finding]:
    topic, where = actuator.topic, ((*place, "topic"),)
    wild = sorted(set(topic) & set("+#"))
    if wild:
        yield Finding(f"{topic!r} holds {' and '.join(wild)}: a command goes to one topic", where)
    if "\0" in topic:
        yield Finding(f"{topic!r} holds the character U+0000, which MQTT forbids", where)
    if topic.startswith("$"):
        yield Finding(f"{topic!r}: topics that begin with $ are the broker's own", where)
    if topic.startswith(OURS):
        yield Finding(f"{topic!r}: answers to Denyut come below {OURS}; commands need another topic", where)
    if (size := len(topic.encode())) > LONGEST_TOPIC:
        yield Finding(f"is {size} bytes long; MQTT allows {LONGEST_TOPIC}", where)


def _names(actuator: Actuator, settings: Settings, place: Path) -> Iterator[Finding]:
    sources = [source.name for source in settings.sources]
    zones = [zone.id for zone in settings.zones]
    offices = [office.id for office in settings.offices]
    officers = [officer.id for officer in settings.officers]
    yield from _unknown("source", actuator.source, sources, (*place, "source"), ("sources",))
    if zones and actuator.zone not in RESERVED:
        yield from _unknown("zone", actuator.zone, zones, (*place, "zone"), ("zones",))
    yield from _unknown("office", actuator.office, offices, (*place, "office"), ("offices",))
    for number, name in enumerate(actuator.offices):
        yield from _unknown("office", name, offices, (*place, "offices", number), ("offices",))
    for number, name in enumerate(actuator.officers):
        yield from _unknown("officer", name, officers, (*place, "officers", number), ("officers",))


def _unknown(what: str, name: str, known: Sequence[str], where: Path, section: Path) -> Iterator[Finding]:
    if name and name not in known:
        yield Finding(f"there is no {what} {name!r}{did_you_mean(name, known)}", (where, section))


def _commands(actuator: Actuator, settings: Settings, indicators: Collection[str], place: Path) -> Iterator[Finding]:
    for name, command in actuator.commands.items():
        where = (*place, "commands", name)
        for key in sorted(set(command.payload) & set(_ADDED)):
            message = f"{key!r} is added to each command, with a value of its own"
            yield Finding(message, ((*where, "payload", key),))
        if _holds_no_number(command.payload):
            yield Finding("the payload holds nan or inf, which JSON cannot say", ((*where, "payload"),))
        if command.proof is not None:
            yield from _figure(command.proof, settings, indicators, (*where, "proof"))
            yield from _in_time(command.proof, settings, (*where, "proof"))


def _in_time(proof: Proof, settings: Settings, where: Path) -> Iterator[Finding]:
    """The first window that tells anything ends one size later at the worst."""
    if proof.size not in all_sizes(settings):
        return
    least_ns = usual_size_ns(proof.size) + settings.windows.delay
    if proof.within < least_ns:
        within, least = format_duration(proof.within), format_duration(least_ns)
        message = f"figures of {proof.size} windows need {least} to tell of it, more than within {within}"
        yield Finding(message, ((*where, "within"), (*where, "size")))


def _interlock(
    interlock: Interlock, actuator: Actuator, actuators: dict[str, Actuator], where: Path
) -> Iterator[Finding]:
    if not interlock.actuator and not interlock.indicator:
        yield Finding("an interlock asks for another actuator's state, or for a figure of an indicator", (where,))
    for number, name in enumerate(interlock.commands):
        yield from _command(name, actuator, (*where, "commands", number))
    if not interlock.actuator:
        if interlock.not_in:
            message = "not_in says nothing without the actuator that must not have done it"
            yield Finding(message, ((*where, "not_in"),))
        return
    other = actuators.get(interlock.actuator)
    if other is None:
        hint = did_you_mean(interlock.actuator, actuators)
        yield Finding(f"there is no actuator {interlock.actuator!r}{hint}", ((*where, "actuator"), ("actuators",)))
        return
    if not interlock.not_in:
        message = f"not_in is missing: which commands must {other.id!r} not have carried out?"
        yield Finding(message, ((*where, "actuator"), (*where, "not_in")))
    for number, name in enumerate(interlock.not_in):
        yield from _command(name, other, (*where, "not_in", number))


def _command(name: str, actuator: Actuator, where: Path) -> Iterator[Finding]:
    if name not in actuator.commands:
        hint = did_you_mean(name, actuator.commands) or f"; it knows {', '.join(actuator.commands)}"
        yield Finding(f"actuator {actuator.id!r} has no command {name!r}{hint}", (where, ("actuators",)))


def _figure(
    named: Interlock | Proof, settings: Settings, indicators: Collection[str], where: Path
) -> Iterator[Finding]:
    known = known_indicators(settings, indicators)
    if indicators and named.indicator not in known:
        hint = did_you_mean(named.indicator, sorted(known))
        yield Finding(f"there is no indicator {named.indicator!r}{hint}", ((*where, "indicator"),))
        return
    zones = [zone.id for zone in settings.zones]
    own = named.indicator.startswith("denyut_")
    if zones and not own and named.zone not in RESERVED:
        yield from _unknown("zone", named.zone, zones, (*where, "zone"), ("zones",))
    sizes = all_sizes(settings)
    made = sizes_with(named.indicator, settings) if indicators else sizes
    paths = ((*where, "size"), ("windows", "sizes"))
    if named.size not in sizes and not own:
        yield Finding(f"there are no windows of {named.size}; there are {', '.join(sizes)}", paths)
    elif named.size not in made:
        there = f"it is in those of {', '.join(made)}" if made else "nor in any others"
        yield Finding(f"{named.indicator} is not made in windows of {named.size}; {there}", paths)


def _holds_no_number(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_no_number, value.values()))
    if isinstance(value, list):
        return any(map(_holds_no_number, value))
    return isinstance(value, float) and not math.isfinite(value)
