"""What each kind of fault does to readings on their way."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from config.durations import SECOND_NS, UNITS_NS
from simulators.draws import FloatArray
from simulators.faults.absences import ABSENCES, absent
from simulators.faults.case import Case, whole_ms
from simulators.faults.fault import FaultKind
from simulators.faults.malformed import SORTS
from simulators.faults.sent import BIT, IntArray, Mask, Sent, marked

Change = Callable[[str, FloatArray], FloatArray]
"""(quantity, what it was) -> what is said of it; (n,) each."""
_MILLISECOND_NS = 1_000_000


def lost(sent: Sent, case: Case) -> Sent:
    rows = case.some_readings(sent)
    return marked(sent, rows, "lost", never=rows)


def duplicated(sent: Sent, case: Case) -> Sent:
    rows = np.flatnonzero(case.some_readings(sent) & (sent.copy == 0))
    again = sent.take(rows)
    after_ns = whole_ms(case.each(again).uniform(2) * 5 * SECOND_NS) + _MILLISECOND_NS
    again = replace(again, copy=again.copy + 1, sent_ns=again.sent_ns + after_ns)
    return sent.and_then(marked(again, np.ones(len(again), np.bool_), "duplicated"))


def delayed(sent: Sent, case: Case) -> Sent:
    """Each by itself, exponentially distributed: so they also overtake each other."""
    late = case.some_readings(sent)
    delay_ns = whole_ms(-np.log(case.each(sent).uniform(3)) * case.fault.time_ns)
    return replace(marked(sent, late, "delayed"), sent_ns=np.where(late, sent.sent_ns + delay_ns, sent.sent_ns))


def reordered(sent: Sent, case: Case) -> Sent:
    """Gathered for half of the time, they leave during the other half in an order that is drawn."""
    half_ns = max(case.fault.time_ns // 2, _MILLISECOND_NS)
    rows = case.some_devices(sent)
    gathered_ns = case.begin_ns + ((sent.time_ns - case.begin_ns) // half_ns + 1) * half_ns
    leaves_ns = np.maximum(sent.sent_ns, gathered_ns + whole_ms(case.each(sent).uniform(10) * half_ns))
    return replace(marked(sent, rows, "reordered"), sent_ns=np.where(rows, leaves_ns, sent.sent_ns))


def battery_dies(sent: Sent, case: Case) -> Sent:
    """Within the time it says less and less, then nothing more; that is true, no fault of the reading."""
    if "battery" not in sent.said:
        return sent
    worn = (sent.time_ns - case.moment_ns(case.fixed, case.fault.time_ns)[sent.device]) / case.fault.time_ns
    rows = case.some_devices(sent) & np.isfinite(sent.said["battery"]) & (worn > 0)
    left = np.round(sent.said["battery"] * np.clip(1.0 - worn, 0.0, 1.0))
    both = {"battery": np.where(rows, left, sent.said["battery"])}
    dying = replace(sent, said={**sent.said, **both}, true={**sent.true, **both})
    return marked(dying, rows, "battery_dies", never=rows & (worn >= 1.0))


def clock_offset(sent: Sent, case: Case) -> Sent:
    by_ns = whole_ms((case.fixed.uniform(5) * 2 - 1) * case.fault.time_ns)[sent.device]
    return _clock(sent, case.some_devices(sent), by_ns, "clock_offset")


def clock_drift(sent: Sent, case: Case) -> Sent:
    """`amount` seconds an hour, since the fault began."""
    hours = (sent.time_ns - case.begin_ns) / UNITS_NS["h"]
    return _clock(sent, case.some_devices(sent), whole_ms(hours * case.fault.amount * SECOND_NS), "clock_drift")


def clock_jump(sent: Sent, case: Case) -> Sent:
    """From one moment on, for the rest of the fault's time."""
    from_ns = (case.begin_ns + whole_ms(case.fixed.uniform(6) * (case.end_ns - case.begin_ns)))[sent.device]
    by_ns = whole_ms((case.fixed.uniform(7) * 2 - 1) * case.fault.time_ns)[sent.device]
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
    """In one of the ways that the fault names."""
    rows = case.some_readings(sent) & ~sent.has("malformed")
    sorts = case.fault.sorts or SORTS
    drawn = (case.each(sent).uniform(8) * len(sorts)).astype(np.int64)
    bits = np.array([BIT["malformed"] | BIT[f"malformed:{sort}"] for sort in sorts], np.uint32)
    return replace(sent, faults=sent.faults | np.where(rows, bits[drawn], np.uint32(0)))


def changed_shape(sent: Sent, case: Case) -> Sent:
    """As after an update of the device: its quantities stand one level deeper."""
    return marked(sent, case.some_devices(sent), "changed_shape")


def retained_ghost(sent: Sent, case: Case) -> Sent:
    """For a while its readings carry the retain flag; the last of them stays at the broker."""
    from_ns = case.moment_ns(case.fixed, case.fault.time_ns)[sent.device]
    rows = case.some_devices(sent) & (sent.time_ns >= from_ns) & (sent.time_ns < from_ns + case.fault.time_ns)
    return replace(marked(sent, rows, "retained_ghost"), retain=sent.retain | rows)


EFFECTS: dict[FaultKind, Callable[[Sent, Case], Sent]] = {
    "lost": lost,
    "duplicated": duplicated,
    "delayed": delayed,
    "reordered": reordered,
    "battery_dies": battery_dies,
    "clock_offset": clock_offset,
    "clock_drift": clock_drift,
    "clock_jump": clock_jump,
    "stuck": stuck,
    "spike": spike,
    "drift": drift,
    "wrong_unit": wrong_unit,
    "malformed": malformed,
    "changed_shape": changed_shape,
    "retained_ghost": retained_ghost,
    **dict.fromkeys(ABSENCES, absent),
}


def _clock(sent: Sent, rows: Mask, by_ns: IntArray, kind: FaultKind) -> Sent:
    return replace(marked(sent, rows, kind), stated_ns=np.where(rows, sent.stated_ns + by_ns, sent.stated_ns))


def _values(sent: Sent, rows: Mask, case: Case, kind: FaultKind, change: Change) -> Sent:
    """Only where that says something else of any value did it befall a reading."""
    said, hit = dict(sent.said), np.zeros(len(sent), np.bool_)
    for name in case.quantities(sent):
        values = sent.said[name]
        # To as many decimals as its devices write: the truth has to hold what was said.
        changed = np.round(change(name, values), sent.decimals.get(name, 0))
        other = rows & np.isfinite(values) & (changed != values)
        said[name] = np.where(other, changed, values)
        hit |= other
    return replace(marked(sent, hit, kind), said=said)
