"""What may be meant of actuators, and is said all the same."""

from collections.abc import Iterator

from config.checks.actuators import OURS
from config.settings import Settings, Source
from config.topics import can_meet


def odd_actuators(settings: Settings) -> list[str]:
    return [*_taken_in(settings), *_shared(settings), *_unreachable(settings)]


def _taken_in(settings: Settings) -> Iterator[str]:
    """Commands and answers that come back as if they were readings."""
    by_name = {source.name: source for source in settings.sources}
    for actuator in settings.actuators:
        own = by_name.get(actuator.source, settings.sources[0])
        for source in settings.sources:
            if source.broker == own.broker and (topic := _meets(source, actuator.topic)):
                yield (
                    f"actuator {actuator.id!r}: source {source.name!r} subscribes to {topic!r}, so it takes the "
                    f"commands on {actuator.topic!r} for readings"
                )
    brokers = {by_name.get(actuator.source, settings.sources[0]).broker for actuator in settings.actuators}
    for source in settings.sources:
        if source.broker in brokers and (topic := _meets(source, f"{OURS}answers/x")):
            yield f"source {source.name!r} subscribes to {topic!r}, so it takes answers of actuators for readings"


def _meets(source: Source, topic: str) -> str:
    return next((each for each in source.topics if can_meet(each, topic)), "")


def _shared(settings: Settings) -> Iterator[str]:
    first: dict[tuple[str, str], str] = {}
    for actuator in settings.actuators:
        key = actuator.source or settings.sources[0].name, actuator.topic
        if key in first:
            yield f"actuators {first[key]!r} and {actuator.id!r} listen on {actuator.topic!r}: each hears both"
        first.setdefault(key, actuator.id)


def _unreachable(settings: Settings) -> Iterator[str]:
    """One that nothing and nobody commands."""
    ordered = {order.actuator for rule in settings.rules for order in rule.orders}
    for actuator in settings.actuators:
        may = actuator.officers or actuator.offices or any(officer.may_operate for officer in settings.officers)
        operator = settings.http.operator_token_env or settings.http.operator_token_file
        if actuator.id not in ordered and not may and not operator:
            yield f"actuator {actuator.id!r}: no rule orders anything of it, and nobody may command it"
