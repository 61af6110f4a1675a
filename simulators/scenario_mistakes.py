"""What is wrong with a scenario in one city: names that it does not have, and what would befall nobody in it."""

from collections.abc import Iterable, Iterator, Mapping

from config.durations import format_duration
from config.mistakes import did_you_mean
from simulators.events.names import Misnamed, misnamed
from simulators.events.script import Script
from simulators.faults.case import meant_by
from simulators.faults.fault import Fault
from simulators.faults.sent import Mask
from simulators.fleet import Group
from simulators.scenario import Scenario

_TARGETS = ("kinds", "zones", "devices", "gateways")


def refused(scenario: Scenario, groups: Mapping[str, Group], zones: Iterable[str]) -> list[Misnamed]:
    """All that is wrong. A shipped scenario is for any city: of its faults some may befall nobody.

    `zones`: those of the configuration, beside the devices' own.
    """
    found = misnamed(scenario, {kind: group.devices for kind, group in groups.items()}, zones)
    found += _too_late(scenario)
    return found if scenario.is_shipped else [*found, *in_vain(scenario, groups, {place[:2] for place, _ in found})]


def in_vain(
    scenario: Scenario, groups: Mapping[str, Group], beside: Iterable[tuple[str | int, ...]] = ()
) -> Iterator[Misnamed]:
    """Faults that can befall nobody here, but those `beside` of which something else is wrong."""
    left_out = set(beside)
    for number, fault in enumerate(scenario.faults):
        if ("faults", number) not in left_out:
            yield from _in_vain(fault, number, groups)


def _in_vain(fault: Fault, number: int, groups: Mapping[str, Group]) -> Iterator[Misnamed]:
    named = {kind: group for kind, group in groups.items() if not fault.kinds or kind in fault.kinds}
    meant = {kind: mask for kind, group in named.items() if (mask := meant_by(fault, group.devices)).any()}
    nobody = f"the {fault.kind} befalls nobody here"
    if not meant:
        said = " and ".join(name for name in _TARGETS if getattr(fault, name))
        yield ("faults", number), f"{nobody}: no device has these {said}"
    elif fault.kind == "gateway_death" and not _any_gateway(meant, groups):
        yield ("faults", number), f"{nobody}: no device that it means is heard through a gateway"
    elif fault.kind == "battery_dies" and not any(
        (mask & groups[kind].on_battery).any() for kind, mask in meant.items()
    ):
        yield ("faults", number), f"{nobody}: no device that it means has a battery"
    elif fault.quantity:
        known = dict.fromkeys(name for kind in meant for name in groups[kind].quantities if name != "battery")
        if fault.quantity not in known:
            what = f"no quantity of {', '.join(meant)} to which a fault comes"
            hint = did_you_mean(fault.quantity, known)
            yield ("faults", number, "quantity"), f"{fault.quantity!r} is {what}{hint}"


def _any_gateway(meant: Mapping[str, Mask], groups: Mapping[str, Group]) -> bool:
    """Whether any of them is heard through one, or is one itself."""
    gateways = {gateway for group in groups.values() for gateway in group.devices.gateways} - {""}
    for kind, mask in meant.items():
        devices = groups[kind].devices
        heard = zip(devices.ids, devices.gateways, mask.tolist(), strict=True)
        if gateways and any(is_meant and (gateway or device in gateways) for device, gateway, is_meant in heard):
            return True
    return False


def _too_late(scenario: Scenario) -> Iterator[Misnamed]:
    for table in (*Script.model_fields, "faults"):
        for number, row in enumerate(getattr(scenario, table)):
            if row.begin >= scenario.lasts:
                begin, lasts = format_duration(row.begin), format_duration(scenario.lasts)
                yield (table, number, "begin"), f"begins after {begin}, when the scenario is over (lasts = {lasts})"
