"""The city model: ids that stand once, and devices whose zone and office exist."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from config.checks.finding import OTHER, Finding
from config.mistakes import did_you_mean
from config.settings import Device, Settings

RESERVED = {
    "all": "the whole city",
    "unassigned": "the devices without a zone",
    "denyut": "the backend itself",
}
"""Values of the tag `zone` that are no zone."""
GAUGES = "water"
"""Kind of the devices that may name one downstream."""


def check_zone_names(settings: Settings) -> Iterator[Finding]:
    for index, zone in enumerate(settings.zones):
        if zone.id in RESERVED:
            yield Finding(f"{zone.id!r} stands for {RESERVED[zone.id]}; choose another id", (("zones", index, "id"),))


def check_ids(settings: Settings) -> Iterator[Finding]:
    for section, ids in (
        ("zones", [zone.id for zone in settings.zones]),
        ("offices", [office.id for office in settings.offices]),
    ):
        seen: dict[str, int] = {}
        for index, name in enumerate(ids):
            first = seen.setdefault(name, index)
            if first != index:
                yield Finding(
                    f"{name!r} is {OTHER} too; ids stand once",
                    ((section, index, "id"), (section, first, "id")),
                )


class DeviceFinding(NamedTuple):
    device: int
    """Index of the device in the list that was checked."""
    field: str
    message: str
    conflicts_with: int | None = None
    """Index of the other device, whose place belongs to the message."""


def check_devices(devices: Sequence[Device], zones: Iterable[str], offices: Iterable[str]) -> Iterator[DeviceFinding]:
    """Zones and offices are checked only where the configuration lists any."""
    known = {"zone": dict.fromkeys(zones), "office": dict.fromkeys(offices)}
    seen: dict[tuple[str, str], int] = {}
    gauges = {device.id: None for device in devices if device.kind == GAUGES}
    for index, device in enumerate(devices):
        first = seen.setdefault((device.kind, device.id), index)
        if first != index:
            yield DeviceFinding(index, "id", f"{device.kind} device {device.id!r} is listed twice; also in ", first)
        for field, name in (("zone", device.zone), ("office", device.office)):
            if name and known[field] and name not in known[field]:
                hint = did_you_mean(name, known[field]) or f"; there is {_first_of(known[field])}"
                yield DeviceFinding(index, field, f"there is no {field} {name!r}{hint}")
        yield from _stages(index, device)
        yield from _downstream(index, device, gauges)


def _stages(index: int, device: Device) -> Iterator[DeviceFinding]:
    """Siaga 3 holds from the lowest level, Siaga 1 from the highest."""
    levels = (device.siaga_3, device.siaga_2, device.siaga_1)
    known = [(number, level) for number, level in zip((3, 2, 1), levels, strict=True) if level is not None]
    for (number, low), (worse, high) in pairwise(known):
        if low >= high:
            message = f"Siaga {worse} ({high:g} cm) must begin above Siaga {number} ({low:g} cm)"
            yield DeviceFinding(index, f"siaga_{worse}", message)


def _downstream(index: int, device: Device, gauges: Iterable[str]) -> Iterator[DeviceFinding]:
    if bool(device.downstream) != (device.travel_time is not None):
        missing = "travel_time" if device.downstream else "downstream"
        given = "downstream" if device.downstream else "travel_time"
        yield DeviceFinding(index, given, f"{given} says nothing without {missing}")
    if not device.downstream:
        return
    if device.downstream == device.id:
        yield DeviceFinding(index, "downstream", f"{device.id!r} cannot lie downstream of itself")
    elif device.downstream not in gauges:
        hint = did_you_mean(device.downstream, gauges)
        yield DeviceFinding(index, "downstream", f"there is no {GAUGES} device {device.downstream!r}{hint}")


def _first_of(names: Iterable[str], most: int = 6) -> str:
    listed = list(names)
    rest = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + rest
