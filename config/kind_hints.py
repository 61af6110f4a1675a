"""Kinds of device that may be slips of the pen: any word is one, so none of this is a mistake."""

from collections.abc import Iterator
from difflib import get_close_matches

from config.default_kinds import DEFAULT_KINDS, effective_kinds
from config.settings import Settings

NEAR = 0.84
"""Ratio of `difflib`; "parkng" is 0.92 from "parking", "waste" is 0.6 from "water"."""

_IN_INDONESIAN = {
    "parkir": "parking",
    "lalu-lintas": "traffic",
    "lalin": "traffic",
    "udara": "air",
    "kebisingan": "noise",
    "bising": "noise",
    "sungai": "water",
    "cuaca": "weather",
    "kepuasan": "satisfaction",
}
"""Words that are likely meant as a usual kind; "air", which is water, cannot be told from the kind of that name."""


def near_kinds(settings: Settings) -> list[tuple[str, str, str]]:
    """(where it stands, the kind, the kind it resembles): a usual one, or one that the configuration has devices of."""
    registered = {device.kind for device in settings.devices}
    hints = []
    for kind, place in dict(_named_kinds(settings)).items():
        # A kind that has devices is as it is called, unless it is nearly a usual one.
        others = DEFAULT_KINDS if kind in registered else [*DEFAULT_KINDS, *sorted(registered)]
        word = kind.casefold()
        near = _IN_INDONESIAN.get(word) or next(iter(get_close_matches(word, others, n=1, cutoff=NEAR)), kind)
        if near != kind:
            hints.append((place, kind, near))
    return hints


def kinds_without_devices(settings: Settings) -> list[str]:
    """Rules about kinds that nothing else knows, where devices are registered: they may still come."""
    registered = {device.kind for device in settings.devices}
    known = {*registered, *effective_kinds(settings), *(kind for _place, kind, _near in near_kinds(settings))}
    return [
        f"rule {rule.id!r}: no device of kind {rule.kind!r} is registered"
        for rule in settings.rules
        if registered and rule.kind and rule.kind not in known
    ]


def _named_kinds(settings: Settings) -> Iterator[tuple[str, str]]:
    yield from ((device.kind, f"device {device.id!r}") for device in settings.devices)
    yield from ((kind, f"office {office.id!r}") for office in settings.offices for kind in office.kinds)
    yield from ((kind, f"kinds.{kind}") for kind in settings.kinds)
    yield from ((rule.kind, f"rule {rule.id!r}") for rule in settings.rules if rule.kind)
    for works in settings.maintenance:
        yield from ((kind, f"maintenance {works.id!r}") for kind in works.kinds)
    for index, window in enumerate(settings.windows.sizes):
        yield from ((kind, f"windows.sizes[{index}]") for kind in window.kinds)
    yield from ((source.kind, f"source {source.name!r}") for source in settings.sources if source.kind)
