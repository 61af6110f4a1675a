"""Which devices a simulated city has: those of the configuration, and made ones where more are wanted."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, zip_longest

import numpy as np
from numpy.typing import NDArray

from config.settings import Device, Settings
from simulators.roster import Roster, made_id
from simulators.signals import signals_of
from simulators.topics import reachable, source_of

SHARES = {
    "parking": 60,
    "traffic": 100,
    "air": 45,
    "pm": 30,
    "noise": 45,
    "water": 30,
    "weather": 40,
    "light": 30,
    "bin": 20,
}
"""Kinds of which a fleet can have made devices, and how many of each a default one has."""
KINDS = (*SHARES, "satisfaction")
"""Usual kinds that can be simulated where devices of them are configured."""
DEFAULT_COUNT = sum(SHARES.values())
_DEFAULT_ZONES = ("centre", "north", "east", "south", "west")


def choose_devices(settings: Settings, count: int | None = None) -> dict[str, Roster]:
    """The configured devices of kinds that a source reads; `count` takes some of every kind, or adds made ones to them.

    Raises ValueError where an id cannot be a level of a topic, and where no source reads any kind that is known.
    """
    able = simulated_kinds(settings)
    kinds = [kind for kind in able if source_of(reachable(settings), settings.city.id, kind) is not None]
    if not kinds:
        raise ValueError(f"no source of the configuration reads a kind that can be simulated ({', '.join(able)})")
    configured = [device for device in settings.devices if device.kind in kinds]
    for device in configured:
        _require_topic_level(f"device {device.id!r}", device.id)
        _require_topic_level(f"kind {device.kind!r} of device {device.id!r}", device.kind)
    if count is not None and count <= len(configured):
        return _rosters(_in_turn(configured)[:count], {}, ())
    if not configured and not set(kinds) & set(SHARES):
        raise ValueError(
            f"no devices are configured of the kinds that are read ({', '.join(kinds)}), nor can any be made"
        )
    wanted = count if count is not None else len(configured) or DEFAULT_COUNT
    zones = [zone.id for zone in settings.zones] or _DEFAULT_ZONES
    return _rosters(configured, shares_of(wanted - len(configured), kinds), zones)


def simulated_kinds(settings: Settings) -> list[str]:
    """The usual ones, and those of the city's own whose quantities are configured."""
    return [*KINDS, *(kind for kind, own in settings.kinds.items() if kind not in KINDS and signals_of(own))]


def without_quantities(settings: Settings) -> dict[str, int]:
    """How many devices are configured of each kind that cannot be simulated, as nothing says what it measures."""
    able = simulated_kinds(settings)
    return dict(Counter(device.kind for device in settings.devices if device.kind not in able))


def shares_of(count: int, kinds: Collection[str] = KINDS) -> dict[str, int]:
    """How many of each of these kinds `count` made devices are: in proportion to `SHARES`, one of each first."""
    shares = {kind: share for kind, share in SHARES.items() if kind in kinds}
    cities, rest = divmod(count, sum(shares.values())) if shares else (0, 0)
    given = dict.fromkeys(shares, 0)
    for _ in range(rest):
        given[min(shares, key=lambda kind: (given[kind] > 0, (given[kind] + 1) / shares[kind]))] += 1
    return {kind: cities * share + given[kind] for kind, share in shares.items()}


def _rosters(registered: Sequence[Device], made: Mapping[str, int], zones: Sequence[str]) -> dict[str, Roster]:
    rosters = {}
    for kind in dict.fromkeys((*KINDS, *(device.kind for device in registered))):
        known = [device for device in registered if device.kind == kind]
        numbers = _free_numbers(kind, made.get(kind, 0), (device.id for device in known))
        if known or len(numbers):
            # A gateway for each zone and each size of the default city.
            rosters[kind] = Roster(kind, known, numbers, zones, SHARES.get(kind, 1))
    return rosters


def _free_numbers(kind: str, count: int, taken: Iterable[str]) -> NDArray[np.int64]:
    """The first that give ids which no registered device has."""
    used = set(taken)
    numbers = np.arange(1, count + len(used) + 1)
    if used:
        numbers = np.array([number for number in numbers.tolist() if made_id(kind, number) not in used], np.int64)
    return numbers[:count]


def _in_turn(devices: Sequence[Device]) -> list[Device]:
    """One device of each kind after the other."""
    kinds = dict.fromkeys((*KINDS, *(device.kind for device in devices)))
    rows = [[device for device in devices if device.kind == kind] for kind in kinds]
    return [device for device in chain.from_iterable(zip_longest(*rows)) if device is not None]


def _require_topic_level(what: str, name: str) -> None:
    if set(name) & set("/+#\0"):
        raise ValueError(f"{what} cannot be a level of a topic: it holds one of / + #")
