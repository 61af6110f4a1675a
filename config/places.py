"""What a device takes over from the place where it stands."""

from collections.abc import Iterable, Iterator

from config.noise_limits import LIMITS
from config.settings import Device, Zone


def with_noise_limits(devices: Iterable[Device], zones: Iterable[Zone]) -> Iterator[Device]:
    """The same devices in order, every one for which a limit is known with its `noise_limit`.

    The first that is set holds: the device's limit, its land use, the zone's limit, the zone's land use.
    """
    of_zone = {zone.id: limit for zone in zones if (limit := _limit(zone)) is not None}
    for device in devices:
        limit = _limit(device)
        if limit is None and device.kind == "noise":
            limit = of_zone.get(device.zone)
        yield device if limit == device.noise_limit else device.model_copy(update={"noise_limit": limit})


def _limit(place: Device | Zone) -> float | None:
    """dB(A), None where neither a limit nor a land use is set."""
    if place.noise_limit is not None:
        return place.noise_limit
    return None if place.land_use is None else LIMITS[place.land_use]
