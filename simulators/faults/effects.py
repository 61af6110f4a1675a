"""What each kind of fault does to readings on their way. All draws depend on device, reading and fault alone."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from config.durations import SECOND_NS, UNITS_NS
from simulators.draws import Draws, FloatArray, KeyArray
from simulators.faults.sent import BIT, IntArray, Mask, Sent
from simulators.scenario import Fault, FaultKind

Change = Callable[[str, FloatArray], FloatArray]
"""(quantity, what it was) -> what is said of it; (n,) each."""
_MILLISECOND_NS = 1_000_000


@dataclass(frozen=True, slots=True)
class Case:
    """One fault, and the devices of one kind that it can befall."""

    fault: Fault
    keys: KeyArray
    """(d,) of the devices, other ones for each fault."""
    meant: Mask
    """(d,) targets."""
    begin_ns: int
    end_ns: int
    held: dict[str, FloatArray] = field(default_factory=dict)
    """Quantity -> (d,) where each device got stuck; NaN: it did not yet."""

    def during(self, sent: Sent) -> Mask:
        mask: Mask = self.meant[sent.device] & (sent.time_ns >= self.begin_ns) & (sent.time_ns < self.end_ns)
        return mask

    def some_readings(self, sent: Sent) -> Mask:
        return self.during(sent) & (self.each(sent).uniform(1) < self.fault.share)

    def some_devices(self, sent: Sent) -> Mask:
        return self.during(sent) & (self.fixed.uniform(1) < self.fault.share)[sent.device]

    def each(self, sent: Sent) -> Draws:
        """Draws of each row."""
        return Draws(self.keys[sent.device], sent.sequence)

    @property
    def fixed(self) -> Draws:
        """Draws of each device."""
        return Draws(self.keys, np.full(len(self.keys), -1, np.int64))

    def quantities(self, sent: Sent) -> list[str]:
        return [name for name in sent.said if self.fault.quantity in ("", name) and name != "battery"]


def lost(sent: Sent, case: Case) -> Sent:
    return _marked(sent, case.some_readings(sent), "lost", never=True)


def dead(sent: Sent, case: Case) -> Sent:
    """Whatever they measure meanwhile is gone: a gateway without power."""
    return _marked(sent, case.some_devices(sent), "dead", never=True)


def duplicated(sent: Sent, case: Case) -> Sent:
    rows = np.flatnonzero(case.some_readings(sent) & (sent.copy == 0))
    again = sent.take(rows)
    after_ns = _milliseconds(case.each(again).uniform(2) * 5 * SECOND_NS) + _MILLISECOND_NS
    again = replace(again, copy=again.copy + 1, sent_ns=again.sent_ns + after_ns)
    return sent.and_then(_marked(again, np.ones(len(again), np.bool_), "duplicated"))


def delayed(sent: Sent, case: Case) -> Sent:
    """Each by itself, exponentially distributed: so they also overtake each other."""
    late = case.some_readings(sent)
    delay_ns = _milliseconds(-np.log(case.each(sent).uniform(3)) * case.fault.time)
    return replace(_marked(sent, late, "delayed"), sent_ns=np.where(late, sent.sent_ns + delay_ns, sent.sent_ns))


def offline(sent: Sent, case: Case) -> Sent:
    """Once for each device, at a moment of its own; what it has measured comes in one upload."""
    room_ns = max(0, case.end_ns - case.begin_ns - case.fault.time)
    from_ns = (case.begin_ns + _milliseconds(case.fixed.uniform(4) * room_ns))[sent.device]
    until_ns = from_ns + case.fault.time
    held = case.some_devices(sent) & (sent.time_ns >= from_ns) & (sent.time_ns < until_ns)
    held_until_ns = np.where(held, until_ns, sent.sent_ns)
    return replace(_marked(sent, held, "offline"), sent_ns=held_until_ns, together=sent.together | held)


def clock_offset(sent: Sent, case: Case) -> Sent:
    by_ns = _milliseconds((case.fixed.uniform(5) * 2 - 1) * case.fault.time)[sent.device]
    return _clock(sent, case.some_devices(sent), by_ns, "clock_offset")


def clock_drift(sent: Sent, case: Case) -> Sent:
    """`amount` seconds an hour, since the fault began."""
    hours = (sent.time_ns - case.begin_ns) / UNITS_NS["h"]
    return _clock(sent, case.some_devices(sent), _milliseconds(hours * case.fault.amount * SECOND_NS), "clock_drift")


def clock_jump(sent: Sent, case: Case) -> Sent:
    """From one moment on, for the rest of the fault's time."""
    from_ns = (case.begin_ns + _milliseconds(case.fixed.uniform(6) * (case.end_ns - case.begin_ns)))[sent.device]
    by_ns = _milliseconds((case.fixed.uniform(7) * 2 - 1) * case.fault.time)[sent.device]
    return _clock(sent, case.some_devices(sent) & (sent.time_ns >= from_ns), by_ns, "clock_jump")


def stuck(sent: Sent, case: Case) -> Sent:
    """At the value that it had when this began."""

    def held(name: str, values: FloatArray) -> FloatArray:
        kept = case.held.setdefault(name, np.full(len(case.keys), np.nan))
        rows = np.flatnonzero(stands & np.isfinite(values))
        device, first = np.unique(sent.device[rows], return_index=True)
        new = np.isnan(kept[device])
        kept[device[new]] = values[rows[first[new]]]
        # Where there was nothing to say there still is not: a count of no vehicles has no speed.
        return np.where(np.isfinite(values), kept[sent.device], values)

    stands = case.some_devices(sent)
    return _values(sent, stands, case, "stuck", held)


def spike(sent: Sent, case: Case) -> Sent:
    return _values(sent, case.some_readings(sent), case, "spike", lambda _, values: values * case.fault.amount)


def drift(sent: Sent, case: Case) -> Sent:
    hours = (sent.time_ns - case.begin_ns) / UNITS_NS["h"]
    return _values(sent, case.some_devices(sent), case, "drift", lambda _, values: values + hours * case.fault.amount)


def wrong_unit(sent: Sent, case: Case) -> Sent:
    return _values(sent, case.some_devices(sent), case, "wrong_unit", lambda _, values: values * case.fault.amount)


def malformed(sent: Sent, case: Case) -> Sent:
    """The payload breaks off."""
    return _marked(sent, case.some_readings(sent), "malformed")


def changed_shape(sent: Sent, case: Case) -> Sent:
    """As after an update of the device: its quantities stand one level deeper."""
    return _marked(sent, case.some_devices(sent), "changed_shape")


EFFECTS: dict[FaultKind, Callable[[Sent, Case], Sent]] = {
    "lost": lost,
    "duplicated": duplicated,
    "delayed": delayed,
    "offline": offline,
    "dead": dead,
    "clock_offset": clock_offset,
    "clock_drift": clock_drift,
    "clock_jump": clock_jump,
    "stuck": stuck,
    "spike": spike,
    "drift": drift,
    "wrong_unit": wrong_unit,
    "malformed": malformed,
    "changed_shape": changed_shape,
}


def _marked(sent: Sent, rows: Mask, kind: FaultKind, *, never: bool = False) -> Sent:
    faults = sent.faults | np.where(rows, np.uint32(BIT[kind]), np.uint32(0))
    return replace(sent, faults=faults, never=sent.never | rows if never else sent.never)


def _clock(sent: Sent, rows: Mask, by_ns: IntArray, kind: FaultKind) -> Sent:
    return replace(_marked(sent, rows, kind), stated_ns=np.where(rows, sent.stated_ns + by_ns, sent.stated_ns))


def _values(sent: Sent, rows: Mask, case: Case, kind: FaultKind, change: Change) -> Sent:
    said = {
        name: np.where(rows, np.round(change(name, values), 4), values) if name in case.quantities(sent) else values
        for name, values in sent.said.items()
    }
    return replace(_marked(sent, rows, kind), said=said)


def _milliseconds(ns: FloatArray) -> IntArray:
    """Whole ones, so that a payload's time is exact."""
    whole: IntArray = (ns // _MILLISECOND_NS).astype(np.int64) * _MILLISECOND_NS
    return whole
