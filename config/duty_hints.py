"""What may be meant of offices and ladders, and is said all the same."""

from collections.abc import Iterator

from config.durations import format_duration
from config.settings import Settings


def odd_duty(settings: Settings) -> list[str]:
    return [*_unanswered(settings), *_drowning(settings)] if settings.offices else []


def _unanswered(settings: Settings) -> Iterator[str]:
    """Kinds of which no office is, although there are offices."""
    answered = {kind for office in settings.offices for kind in office.kinds}
    for route in settings.routes:
        if route.office and not (route.rules or route.zones or route.severities):
            if not route.kinds:
                return
            answered.update(route.kinds)
    found = {device.kind: f"device {device.id!r}" for device in reversed(settings.devices) if not device.office}
    found |= {rule.kind: f"rule {rule.id!r}" for rule in reversed(settings.rules) if rule.kind}
    for kind in sorted(set(found) - answered):
        yield f"{found[kind]}: no office answers for kind {kind!r}, so its alerts belong to none or to that of 'denyut'"


def _drowning(settings: Settings) -> Iterator[str]:
    """One alert that nobody answers uses up all that may disturb an officer."""
    budget = settings.notification.budget
    for ladder in settings.ladders:
        if ladder.repeat is not None and ladder.repeat * budget.notices < budget.within:
            yield (
                f"ladder {ladder.id!r}: with repeat = {format_duration(ladder.repeat)} one alert alone is more than "
                f"the {budget.notices} notices within {format_duration(budget.within)} of notification.budget"
            )
