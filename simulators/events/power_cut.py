"""A power cut: what runs on mains falls silent, all at once, and comes back together."""

from collections.abc import Iterator

import numpy as np

from config.durations import UNITS_NS
from config.section import Duration, Name
from simulators.draws import FloatArray
from simulators.events.courses import Switch
from simulators.events.event import Event
from simulators.events.influences import Influence
from simulators.events.stage import Stage, within
from simulators.roster import Roster


class PowerCut(Event):
    zones: tuple[Name, ...] = ()
    """Without power. Devices with a battery go on."""
    gateways: tuple[Name, ...] = ()
    """Without power: nothing is heard through them, of devices with a battery either."""
    lasts: Duration = UNITS_NS["h"]


def influences(cut: PowerCut, stage: Stage) -> Iterator[Influence]:
    course = Switch(cut.lasts)
    for kind, devices in stage.rosters.items():
        dark = within(devices, cut.zones) if cut.zones or not cut.gateways else np.zeros(len(devices))
        silent = np.maximum(dark * ~stage.on_battery[kind], _unheard(devices, cut.gateways))
        yield stage.at(kind, "silence", silent, cut.begin, course)


def _unheard(devices: Roster, gateways: tuple[str, ...]) -> FloatArray:
    """(d,) 1 where it is one of these gateways or is heard through one."""
    if not gateways:
        return np.zeros(len(devices))
    both = zip(devices.ids, devices.gateways, strict=True)
    return np.array([float(gateway in gateways or device in gateways) for device, gateway in both])
