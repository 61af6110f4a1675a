"""Faults that take devices away from the broker for a while, by themselves or many at once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulators.faults.case import Case, whole_ms
from simulators.faults.fault import FaultKind
from simulators.faults.sent import IntArray, Mask, Sent, marked


@dataclass(frozen=True, slots=True)
class Absence:
    chosen: Mask
    """(d,) devices that are away at all."""
    from_ns: IntArray
    """(d,)"""
    until_ns: IntArray
    """(d,)"""


def absent(sent: Sent, case: Case) -> Sent:
    """What they would have sent meanwhile comes in one upload at their return, or never."""
    absence = ABSENCES[case.fault.kind](case)
    until_ns = absence.until_ns[sent.device]
    rows = absence.chosen[sent.device] & (sent.sent_ns >= absence.from_ns[sent.device]) & (sent.sent_ns < until_ns)
    if not _is_buffered(case):
        return marked(sent, rows, case.fault.kind, never=rows)
    held = replace(sent, sent_ns=np.where(rows, until_ns, sent.sent_ns), together=sent.together | rows)
    return marked(held, rows, case.fault.kind)


def away(cases: Sequence[Case], time_ns: int) -> Mask:
    """(d,) devices of one kind that have no connection at that time."""
    masks = []
    for case in cases:
        absence = ABSENCES[case.fault.kind](case)
        masks.append(absence.chosen & (absence.from_ns <= time_ns) & (time_ns < absence.until_ns))
    mask: Mask = np.any(masks, axis=0)
    return mask


def _offline(case: Case) -> Absence:
    """Once for each device, at a moment of its own."""
    from_ns = case.moment_ns(case.fixed, case.fault.time_ns)
    return Absence(case.chosen, from_ns, np.minimum(from_ns + case.fault.time_ns, case.end_ns))


def _dead(case: Case) -> Absence:
    """Whatever they measure meanwhile is gone."""
    always = np.full(len(case.keys), case.begin_ns)
    return Absence(case.chosen, always, np.full(len(case.keys), case.end_ns))


def _gateway_death(case: Case) -> Absence:
    """All that are heard through one gateway, and itself, from the same moment on."""
    chosen = case.meant & case.behind_gateway & (case.by_gateway.uniform(1) < case.fault.share)
    if case.fault.time is None:
        return replace(_dead(case), chosen=chosen)
    from_ns = case.moment_ns(case.by_gateway, case.fault.time)
    return Absence(chosen, from_ns, np.minimum(from_ns + case.fault.time, case.end_ns))


def _reconnect_storm(case: Case) -> Absence:
    """All at the same moment; each comes back at one of its own, soon after the others."""
    lasts_ns = case.fault.time_ns + case.fault.within
    from_ns = case.moment_ns(case.at_once, lasts_ns)
    until_ns = from_ns + case.fault.time_ns + whole_ms(case.fixed.uniform(9) * case.fault.within)
    return Absence(case.chosen, from_ns, np.minimum(until_ns, case.end_ns))


ABSENCES: dict[FaultKind, Callable[[Case], Absence]] = {
    "offline": _offline,
    "dead": _dead,
    "gateway_death": _gateway_death,
    "reconnect_storm": _reconnect_storm,
}


def _is_buffered(case: Case) -> bool:
    return case.fault.kind in ("offline", "reconnect_storm") or case.fault.buffered
