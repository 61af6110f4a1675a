"""What was to befall a city and what happened in it, as rows of small tables beside its readings."""

from collections.abc import Iterable, Iterator

from simulators.events.event import Happening
from simulators.faults.fault import Fault

FAULT_COLUMNS = ("number", "kind", "begin_ns", "end_ns", "share", "kinds", "zones", "devices", "gateways", "quantity")
"""Names of several are parted by spaces; empty: all. Which readings it befell stands beside each reading."""
EVENT_COLUMNS = ("number", "kind", "title_id", "title_en", "place", "begin_ns", "end_ns", "devices")
"""`devices`: ids of all that feel it, parted by spaces."""


def fault_rows(faults: Iterable[Fault], start_ns: int, end_ns: int) -> Iterator[tuple[object, ...]]:
    """`start_ns`, `end_ns`: of the scenario."""
    for number, fault in enumerate(faults):
        until_ns = end_ns if fault.end is None else min(start_ns + fault.end, end_ns)
        targets = (" ".join(names) for names in (fault.kinds, fault.zones, fault.devices, fault.gateways))
        yield number, fault.kind, start_ns + fault.begin, until_ns, fault.share, *targets, fault.quantity


def event_rows(happenings: Iterable[Happening]) -> Iterator[tuple[object, ...]]:
    for number, each in enumerate(happenings):
        times = each.begin_ns, each.end_ns
        yield number, each.kind, each.title.id, each.title.en, each.place, *times, " ".join(each.devices)
