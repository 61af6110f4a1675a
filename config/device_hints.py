"""What is said of devices and has no effect, as it belongs to another kind."""

from config.settings import Device, Settings

_OF_KIND: dict[str, tuple[str, ...]] = {
    "water": ("siaga_3", "siaga_2", "siaga_1", "downstream", "travel_time"),
    "traffic": ("road", "lanes", "free_speed", "length", "free_travel_time", "detector_length"),
}


def odd_devices(settings: Settings) -> list[str]:
    """Of devices that share a slip the first."""
    found: dict[str, str] = {}
    for device in settings.devices:
        for kind, names in _OF_KIND.items():
            if kind != device.kind and (given := _given(device, names)):
                slip = f"{', '.join(given)} say something of kind {kind!r} alone, and this is {device.kind!r}"
                found.setdefault(slip, f"device {device.id!r}: {slip}")
    return list(found.values())


def _given(device: Device, names: tuple[str, ...]) -> list[str]:
    return [name for name in names if getattr(device, name) not in (None, "")]
