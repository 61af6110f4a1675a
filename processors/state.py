"""A processor's state in bytes and back: versioned, the same bytes for the same state.

Devices and streams are written as their numbers; whoever keeps the bytes keeps the `DeviceTable` and the topics too.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
from numpy.typing import NDArray

from config.periods import usual_size_ns
from config.settings import Kind, Quantity, Windows
from config.timezones import UTC
from processors.cadence import Cadences
from processors.checkpoints.arrays import Pack, Unpack, pack_inline, unpack_inline
from processors.civil_change import change_civil, civil_begun_anew, dump_civil, plan_when_saved
from processors.duplicates import Chunk, SeenReadings
from processors.gaps import Gaps
from processors.histogram import Bins, Histogram
from processors.indicators.memory import Memory
from processors.indicators.scores import ScoreState
from processors.kind_windows import KindWindows, Waiting
from processors.open_window import OpenWindow
from processors.pane import Block, Pane
from processors.processor import State
from processors.quality.kept import Kept
from processors.sequences import Sequences
from processors.tracked import TrackedColumns
from processors.window_plan import WindowPlan, plan_of

VERSION = 1


class StateError(ValueError):
    """The bytes are of another version, or no state at all."""


def dump(state: State) -> bytes:
    return msgspec.msgpack.encode(describe(state))


def load(content: bytes, windows: Windows, kinds: Mapping[str, Kind], timezone: ZoneInfo = UTC) -> State:
    """The state as far as the configuration still has it: a kind whose windows or quantities changed starts anew.

    Raises StateError.
    """
    try:
        document = msgspec.msgpack.decode(content)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise StateError(f"this is no saved state: {error}") from error
    return restore(document, windows, kinds, timezone=timezone)


def begun_anew(document: Any, windows: Windows, kinds: Mapping[str, Kind]) -> list[str]:
    """The kinds with windows that `restore` does not take from the document, which it can read."""
    parts = ("windows", "panes", "waiting")
    held = {kind: saved for kind, saved in document["kinds"].items() if any(saved[part] for part in parts)}
    plans = {kind: plan_of(windows.sizes, kind, windows.civil) for kind in held}
    return [
        kind
        for kind, plan in plans.items()
        if plan is None or not _continues(held[kind], kinds.get(kind, Kind()), plan)
    ]


def civil_anew(document: Any, state: State, anew: Sequence[str]) -> list[str]:
    """Sizes of civil windows whose present one is not written, of kinds that go on; `anew` are those that do not."""
    going_on = {kind: saved for kind, saved in document["kinds"].items() if kind in state.kinds and kind not in anew}
    found = {size for kind, saved in going_on.items() for size in civil_begun_anew(saved, state.kinds[kind])}
    return sorted(found, key=usual_size_ns)


def describe(state: State, pack: Pack = pack_inline) -> dict[str, Any]:
    """The state as a document whose arrays are what `pack` makes of them."""
    return {
        "version": VERSION,
        "watermark_ns": state.watermark_ns,
        "closed_until_ns": state.closed_until_ns,
        "implausible": sorted([kind, name, count] for (kind, name), count in state.implausible.items()),
        "backlogs": {source: pack(times) for source, times in sorted(state.backlogs.times.items())},
        "cadences": [pack(part) for part in _cadence_arrays(state.cadences)],
        "seen": {source: _dump_seen(seen, pack) for source, seen in sorted(state.seen.items())},
        "sequences": {source: _dump_sequences(each, pack) for source, each in sorted(state.sequences.items())},
        "kinds": {kind: _dump_kind(windows, pack) for kind, windows in state.kinds.items()},
        "scores": state.scores.describe(pack),
        "memories": [[*key, memory.describe(pack)] for key, memory in sorted(state.memories.items())],
        "quality": {kind: kept.describe(pack) for kind, kept in sorted(state.quality.items())},
    }


def restore(
    document: Any,
    windows: Windows,
    kinds: Mapping[str, Kind],
    unpack: Unpack = unpack_inline,
    timezone: ZoneInfo = UTC,
) -> State:
    """What `load` says, from a document. Raises StateError; what `unpack` raises beside LookupError passes through."""
    try:
        version = document["version"]
        if version == VERSION:
            return _load_state(document, windows, kinds, unpack, timezone)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise StateError(f"this is no saved state: {error}") from error
    raise StateError(f"the saved state has version {version}, this program reads version {VERSION}")


def _load_state(
    document: dict[str, Any], windows: Windows, kinds: Mapping[str, Kind], unpack: Unpack, timezone: ZoneInfo
) -> State:
    state = State(watermark_ns=document["watermark_ns"], closed_until_ns=document["closed_until_ns"])
    state.implausible = Counter({(kind, name): count for kind, name, count in document["implausible"]})
    state.backlogs.times = {source: unpack(times) for source, times in document.get("backlogs", {}).items()}
    cadences = state.cadences
    cadences.interval_ns, cadences.fixed, cadences.latest_ns = map(unpack, document["cadences"])
    state.seen = {source: _load_seen(seen, unpack) for source, seen in document["seen"].items()}
    # A state of before the counters were followed has none.
    saved_sequences = document.get("sequences", {})
    state.sequences = {source: _load_sequences(saved, unpack) for source, saved in saved_sequences.items()}
    # Neither has one from before the indicators kept anything.
    state.memories = {(kind, size): Memory.restore(saved, unpack) for kind, size, saved in document.get("memories", [])}
    state.quality = {kind: Kept.restore(saved, unpack) for kind, saved in document.get("quality", {}).items()}
    if "scores" in document:
        state.scores = ScoreState.restore(document["scores"], unpack)
    received_ns = state.watermark_ns + windows.delay
    for kind, saved in document["kinds"].items():
        plan = plan_of(windows.sizes, kind, windows.civil, timezone)
        if plan is None:
            continue
        settings = kinds.get(kind, Kind())
        if _continues(saved, settings, plan):
            state.kinds[kind] = _load_kind(kind, saved, settings, plan, unpack)
        else:
            state.kinds[kind] = _begin_anew(kind, saved, settings, plan, received_ns, unpack)
    return state


def _dump_kind(windows: KindWindows, pack: Pack) -> dict[str, Any]:
    return {
        "plan": _dump_plan(windows.plan),
        "civil": dump_civil(windows.plan),
        "settings": _settings(windows.tracked.kind),
        "columns": [windows.tracked.names[column] for column in windows.tracked.quantities],
        "sealed_until_ns": windows.sealed_until_ns,
        "watching_from_ns": windows.watching_from_ns,
        "gone_until_ns": windows.gone_until_ns,
        "revised": windows.revised,
        "waiting": [[pack(part.device), pack(part.time_ns), pack(part.values)] for part in windows.waiting_together()],
        "panes": [[start, _dump_pane(pane, pack)] for start, pane in windows.panes.items()],
        "windows": [[*key, _dump_window(window, pack)] for key, window in windows.windows.items()],
        "last": _dump_pane(windows.entries.last, pack),
    }


def _load_kind(kind: str, saved: dict[str, Any], settings: Kind, plan: WindowPlan, unpack: Unpack) -> KindWindows:
    tracked = TrackedColumns(settings)
    loaded = KindWindows(kind, tracked, plan_when_saved(saved, plan))
    tracked.indices(saved["columns"])
    loaded.sealed_until_ns = saved["sealed_until_ns"]
    loaded.watching_from_ns = saved["watching_from_ns"]
    loaded.gone_until_ns = list(saved["gone_until_ns"])
    loaded.revised = saved["revised"]
    loaded.waiting = [Waiting(*map(unpack, part)) for part in saved["waiting"]]
    loaded.waiting_size = sum(len(part.device) for part in loaded.waiting)
    for part in loaded.waiting:
        loaded.earliest_waiting_ns = min(loaded.earliest_waiting_ns, int(part.time_ns.min()))
    loaded.panes = {start: _load_pane(tracked, pane, unpack) for start, pane in saved["panes"]}
    for shape, start, window in saved["windows"]:
        loaded.windows[shape, start] = _load_window(tracked, window, unpack)
    loaded.entries.last = _load_pane(tracked, saved["last"], unpack)
    return loaded if loaded.plan == plan else change_civil(loaded, plan)


def _begin_anew(
    kind: str, saved: dict[str, Any], settings: Kind, plan: WindowPlan, received_ns: int, unpack: Unpack
) -> KindWindows:
    """No window that lacks what the saved state held is written: it would stand in the place of the whole one."""
    begun = KindWindows(kind, TrackedColumns(settings), plan)
    begun.sealed_until_ns = saved["sealed_until_ns"] // plan.pane_ns * plan.pane_ns
    held_until_ns = _held_until(saved, received_ns, unpack)
    begun.gone_until_ns = [begun.sealed_until_ns for _ in plan.shapes]
    if held_until_ns is not None:
        last_ns = np.array([held_until_ns - 1], np.int64)
        begun.gone_until_ns = [max(begun.sealed_until_ns, int(shape.last_end(last_ns)[0])) for shape in plan.shapes]
    return begun


def _held_until(saved: dict[str, Any], received_ns: int, unpack: Unpack) -> int | None:
    """After the last reading that the windows held, about; None: they held none.

    One device whose clock is ahead does not decide: what came by `received_ns` does.
    """
    pane_ns = saved["plan"][0]
    ends = [start + pane_ns for start, _ in saved["panes"]]
    ends += [int(unpack(time_ns).max()) + 1 for _, time_ns, _ in saved["waiting"]]
    if not ends and not saved["windows"]:
        return None
    sealed_until_ns: int = saved["sealed_until_ns"]
    newest_ns = max(ends, default=sealed_until_ns)
    # Before the clock has moved at all nothing tells which device is ahead.
    return max(sealed_until_ns, newest_ns if received_ns < 0 else min(newest_ns, received_ns))


def _continues(saved: Mapping[str, Any], settings: Kind, plan: WindowPlan) -> bool:
    """Whether the columns of its panes are still those that the configuration asks for."""
    before, now, unknown = saved["settings"], _settings(settings), _settings_of(Quantity())
    return saved["plan"] == _dump_plan(plan) and all(
        _layout(before.get(name, unknown)) == _layout(now.get(name, unknown)) for name in saved["columns"]
    )


def _layout(settings: Sequence[Any]) -> tuple[Any, ...]:
    """What of a quantity's settings decides its columns: another range alone changes none but a histogram's."""
    kind, low, high, percentiles, bins, states, harmonic = settings
    has_histogram = bool(percentiles) and low is not None and high is not None
    return (
        *(kind, bool(harmonic), list(states) if kind == "state" else None),
        (low, high, bins) if has_histogram else None,
    )


def _dump_plan(plan: WindowPlan) -> list[Any]:
    return [plan.pane_ns, *([shape.size_ns, shape.hop_ns] for shape in plan.fixed)]


def _settings(kind: Kind) -> dict[str, Any]:
    """What may decide the columns of a pane; see `_layout`."""
    return {name: _settings_of(quantity) for name, quantity in sorted(kind.quantities.items())}


def _settings_of(quantity: Quantity) -> list[Any]:
    return [
        *(quantity.kind, quantity.min, quantity.max, list(quantity.percentiles), quantity.bins),
        *(list(quantity.states), quantity.harmonic),
    ]


def _dump_window(window: OpenWindow, pack: Pack) -> dict[str, Any]:
    return {
        "pane": _dump_pane(window.pane, pack),
        "closed": window.closed,
        "revision": pack(window.revision),
        "changed": pack(window.changed),
        "entry": None if window.entry is None else _dump_pane(window.entry, pack),
    }


def _load_window(tracked: TrackedColumns, saved: dict[str, Any], unpack: Unpack) -> OpenWindow:
    return OpenWindow(
        pane=_load_pane(tracked, saved["pane"], unpack),
        closed=saved["closed"],
        revision=unpack(saved["revision"]),
        changed=unpack(saved["changed"]),
        entry=None if saved["entry"] is None else _load_pane(tracked, saved["entry"], unpack),
    )


def _dump_pane(pane: Pane, pack: Pack) -> list[Any]:
    stamp = pane.stamp
    block = pane.block()
    packed = [
        pack(block.device, f"pane {stamp} device"),
        pack(block.numbers, f"pane {stamp} numbers"),
        pack(block.times, f"pane {stamp} times"),
        pack(block.sums, f"pane {stamp} sums"),
        pack(block.readings, f"pane {stamp} readings"),
    ]
    histograms = [
        [column, [held.bins.low, held.bins.high, held.bins.count], *_dump_counts(held, f"pane {stamp} {column}", pack)]
        for column, held in sorted(block.histograms.items())
    ]
    return [packed, histograms]


def _dump_counts(histogram: Histogram, stamp: str, pack: Pack) -> list[Any]:
    return [pack(histogram.keys, f"{stamp} keys"), pack(histogram.counts, f"{stamp} counts")]


def _load_pane(tracked: TrackedColumns, saved: list[Any], unpack: Unpack) -> Pane:
    arrays, histograms = saved
    held = {column: Histogram(Bins(*bins), unpack(keys), unpack(counts)) for column, bins, keys, counts in histograms}
    device, numbers, times, sums, readings = map(unpack, arrays)
    return Pane.restore(tracked, Block(device, numbers, times, sums, readings, held))


def _cadence_arrays(cadences: Cadences) -> tuple[NDArray[Any], ...]:
    return cadences.interval_ns, cadences.fixed, cadences.latest_ns


def _dump_seen(seen: SeenReadings, pack: Pack) -> dict[str, Any]:
    return {
        "latest_ns": pack(seen.latest_ns),
        "forgotten_ns": pack(seen.forgotten_ns),
        "chunks": [
            [
                pack(chunk.fingerprints, f"chunk {chunk.stamp} fingerprints"),
                pack(chunk.streams, f"chunk {chunk.stamp} streams"),
                *(chunk.earliest_ns, chunk.latest_ns, chunk.is_sorted),
            ]
            for chunk in seen.chunks
        ],
    }


def _load_seen(saved: dict[str, Any], unpack: Unpack) -> SeenReadings:
    seen = SeenReadings()
    seen.latest_ns, seen.forgotten_ns = unpack(saved["latest_ns"]), unpack(saved["forgotten_ns"])
    seen.chunks = [
        Chunk(unpack(fingerprints), unpack(streams), *rest) for fingerprints, streams, *rest in saved["chunks"]
    ]
    return seen


def _dump_sequences(sequences: Sequences, pack: Pack) -> list[Any]:
    return [pack(part) for part in (sequences.highest, sequences.latest_ns, *sequences.gaps.columns())]


def _load_sequences(saved: list[Any], unpack: Unpack) -> Sequences:
    sequences = Sequences()
    sequences.highest, sequences.latest_ns, heads, bounds = map(unpack, saved)
    sequences.gaps = Gaps.restore(heads, bounds)
    return sequences
