"""Which devices a simulated city has: those of the configuration, and made ones where more are wanted."""

from collections.abc import Iterable, Sequence
from itertools import chain, zip_longest

from config.settings import Device, Settings

SHARES = {"parking": 60, "traffic": 100, "air": 45, "noise": 45, "water": 30, "weather": 40}
"""Kinds of which a fleet can have made devices, and how many of each a default one has."""
KINDS = (*SHARES, "satisfaction")
"""Kinds that can be simulated where devices of them are configured."""
DEFAULT_COUNT = sum(SHARES.values())
_DEFAULT_ZONES = ("centre", "north", "east", "south", "west")


def choose_devices(settings: Settings, count: int | None = None) -> tuple[Device, ...]:
    """The configured devices of known kinds; `count` takes some of every kind, or adds made devices to them.

    Raises ValueError where an id cannot be a level of a topic.
    """
    configured = [device for device in settings.devices if device.kind in KINDS]
    for device in configured:
        _require_topic_level(device.id)
    wanted = count if count is not None else len(configured) or DEFAULT_COUNT
    if wanted <= len(configured):
        return tuple(_in_turn(configured)[:wanted]) if count is not None else tuple(configured)
    zones = [zone.id for zone in settings.zones]
    return (*configured, *make_devices(wanted - len(configured), zones, configured))


def make_devices(count: int, zones: Sequence[str] = (), taken: Iterable[Device] = ()) -> tuple[Device, ...]:
    """`count` devices, the kinds in proportion to `SHARES`, dealt out over the zones."""
    places = tuple(zones) or _DEFAULT_ZONES
    used = {(device.kind, device.id) for device in taken}
    made: list[Device] = []
    numbers = dict.fromkeys(SHARES, 0)
    for kind in _kinds_in_proportion(count):
        numbers[kind] += 1
        while (kind, f"{kind}-{numbers[kind]:04}") in used:
            numbers[kind] += 1
        identifier = f"{kind}-{numbers[kind]:04}"
        made.append(Device(id=identifier, kind=kind, zone=places[numbers[kind] % len(places)]))
    return tuple(made)


def _kinds_in_proportion(count: int) -> list[str]:
    """Largest deficit first, so that every short prefix is a mixed city too."""
    given = dict.fromkeys(SHARES, 0)
    order = []
    for _ in range(count):
        kind = min(SHARES, key=lambda kind: (given[kind] + 1) / SHARES[kind])
        given[kind] += 1
        order.append(kind)
    return order


def _in_turn(devices: Sequence[Device]) -> list[Device]:
    """One device of each kind after the other."""
    rows = [[device for device in devices if device.kind == kind] for kind in KINDS]
    return [device for device in chain.from_iterable(zip_longest(*rows)) if device is not None]


def _require_topic_level(identifier: str) -> None:
    if set(identifier) & set("/+#\0"):
        raise ValueError(f"device {identifier!r} cannot be a level of a topic: it holds one of / + #")
