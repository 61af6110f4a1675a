"""A small town for events, and what its devices report."""

from itertools import pairwise

import numpy as np

from config.settings import City, Device, Settings
from simulators.events.eventful import EventfulFleet
from simulators.fleet import Fleet
from simulators.scenario import Scenario

SECOND_NS = 1_000_000_000
MINUTE_NS = 60 * SECOND_NS
HOUR_NS = 60 * MINUTE_NS
MONDAY_0900_NS = 1_773_021_600 * SECOND_NS
"""9 March 2026, 09:00 in Jakarta: a workday."""
Values = dict[tuple[str, str, str], np.ndarray]


def town(*devices: Device) -> Settings:
    return Settings(city=City(id="town", timezone="Asia/Jakarta"), devices=devices)


def eventful(settings: Settings, seed: int = 3, **tables: object) -> EventfulFleet:
    scenario = Scenario.model_validate({"lasts": 30 * 24 * HOUR_NS, **tables})
    return EventfulFleet(settings, seed, None, scenario, MONDAY_0900_NS)


def told(fleet: Fleet, begin_ns: int, end_ns: int, *cuts_ns: int) -> Values:
    """By kind, device and quantity ("time_ns" too), from so long after the scenario's beginning until then."""
    found: dict[tuple[str, str, str], list[np.ndarray]] = {}
    times_ns = [begin_ns, *cuts_ns, end_ns]
    for since_ns, until_ns in pairwise(times_ns):
        for report in fleet.reports(MONDAY_0900_NS + since_ns, MONDAY_0900_NS + until_ns):
            for number, device in enumerate(fleet.groups[report.kind].devices):
                rows = report.device == number
                for name, values in {**report.columns, "time_ns": report.time_ns}.items():
                    found.setdefault((report.kind, device.id, name), []).append(values[rows])
    return {name: np.concatenate(values) for name, values in found.items()}


def changed(first: Values, second: Values) -> set[str]:
    """Devices that report anything else."""
    assert first.keys() == second.keys()
    return {
        device
        for (kind, device, name), values in first.items()
        if not np.array_equal(values, second[kind, device, name], equal_nan=True)
    }
