"""A processor's state in bytes and back: versioned, the same bytes for the same state.

Devices and streams are written as their numbers; whoever keeps the bytes keeps the `DeviceTable` and the topics too.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from config.settings import Kind, Windows
from processors.cadence import Cadences
from processors.duplicates import Chunk, SeenReadings
from processors.histogram import Bins, Histogram
from processors.kind_windows import KindWindows, Waiting
from processors.open_window import OpenWindow
from processors.pane import Block, Pane
from processors.processor import State
from processors.tracked import TrackedColumns
from processors.window_plan import WindowPlan, plan_of

VERSION = 1


class StateError(ValueError):
    """The bytes are of another version, or no state at all."""


def dump(state: State) -> bytes:
    document = {
        "version": VERSION,
        "watermark_ns": state.watermark_ns,
        "closed_until_ns": state.closed_until_ns,
        "implausible": sorted([kind, name, count] for (kind, name), count in state.implausible.items()),
        "cadences": [_pack(part) for part in _cadence_arrays(state.cadences)],
        "seen": {source: _dump_seen(seen) for source, seen in sorted(state.seen.items())},
        "kinds": {kind: _dump_kind(windows) for kind, windows in state.kinds.items()},
    }
    return msgspec.msgpack.encode(document)


def load(content: bytes, windows: Windows, kinds: Mapping[str, Kind]) -> State:
    """The state as far as the configuration still has it: a kind whose windows or quantities changed starts anew.

    Raises StateError.
    """
    try:
        document = msgspec.msgpack.decode(content)
        version = document["version"]
        if version == VERSION:
            return _load_state(document, windows, kinds)
    except (msgspec.DecodeError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise StateError(f"this is no saved state: {error}") from error
    raise StateError(f"the saved state has version {version}, this program reads version {VERSION}")


def _load_state(document: dict[str, Any], windows: Windows, kinds: Mapping[str, Kind]) -> State:
    state = State(watermark_ns=document["watermark_ns"], closed_until_ns=document["closed_until_ns"])
    state.implausible = Counter({(kind, name): count for kind, name, count in document["implausible"]})
    cadences = state.cadences
    cadences.interval_ns, cadences.fixed, cadences.latest_ns = map(_unpack, document["cadences"])
    state.seen = {source: _load_seen(seen) for source, seen in document["seen"].items()}
    for kind, saved in document["kinds"].items():
        plan = plan_of(windows.sizes, kind)
        if plan is not None:
            state.kinds[kind] = _load_kind(kind, saved, kinds.get(kind, Kind()), plan)
    return state


def _dump_kind(windows: KindWindows) -> dict[str, Any]:
    return {
        "plan": _dump_plan(windows.plan),
        "settings": _settings(windows.tracked.kind),
        "columns": [windows.tracked.names[column] for column in windows.tracked.quantities],
        "sealed_until_ns": windows.sealed_until_ns,
        "watching_from_ns": windows.watching_from_ns,
        "gone_until_ns": windows.gone_until_ns,
        "revised": windows.revised,
        "waiting": [[_pack(part.device), _pack(part.time_ns), _pack(part.values)] for part in windows.waiting],
        "panes": [[start, _dump_pane(pane)] for start, pane in windows.panes.items()],
        "windows": [[*key, _dump_window(window)] for key, window in windows.windows.items()],
        "last": _dump_pane(windows.entries.last),
    }


def _load_kind(kind: str, saved: dict[str, Any], settings: Kind, plan: WindowPlan) -> KindWindows:
    tracked = TrackedColumns(settings)
    loaded = KindWindows(kind, tracked, plan)
    if saved["plan"] != _dump_plan(plan) or saved["settings"] != _settings(settings):
        # Windows that were written are not begun again: what came late would stand in the place of all the rest.
        loaded.sealed_until_ns = saved["sealed_until_ns"] // plan.pane_ns * plan.pane_ns
        loaded.gone_until_ns = [loaded.sealed_until_ns for _ in plan.shapes]
        return loaded
    tracked.indices(saved["columns"])
    loaded.sealed_until_ns = saved["sealed_until_ns"]
    loaded.watching_from_ns = saved["watching_from_ns"]
    loaded.gone_until_ns = list(saved["gone_until_ns"])
    loaded.revised = saved["revised"]
    loaded.waiting = [Waiting(*map(_unpack, part)) for part in saved["waiting"]]
    loaded.waiting_size = sum(len(part.device) for part in loaded.waiting)
    for part in loaded.waiting:
        loaded.earliest_waiting_ns = min(loaded.earliest_waiting_ns, int(part.time_ns.min()))
    loaded.panes = {start: _load_pane(tracked, pane) for start, pane in saved["panes"]}
    loaded.windows.update({(shape, start): _load_window(tracked, window) for shape, start, window in saved["windows"]})
    loaded.entries.last = _load_pane(tracked, saved["last"])
    return loaded


def _dump_plan(plan: WindowPlan) -> list[Any]:
    return [plan.pane_ns, *([shape.size_ns, shape.hop_ns] for shape in plan.shapes)]


def _settings(kind: Kind) -> dict[str, Any]:
    """What decides the columns of a pane; units and names of it may change freely."""
    return {
        name: [
            *(quantity.kind, quantity.min, quantity.max, list(quantity.percentiles), quantity.bins),
            *(list(quantity.states), quantity.harmonic),
        ]
        for name, quantity in sorted(kind.quantities.items())
    }


def _dump_window(window: OpenWindow) -> dict[str, Any]:
    return {
        "pane": _dump_pane(window.pane),
        "closed": window.closed,
        "revision": _pack(window.revision),
        "changed": _pack(window.changed),
        "entry": None if window.entry is None else _dump_pane(window.entry),
    }


def _load_window(tracked: TrackedColumns, saved: dict[str, Any]) -> OpenWindow:
    return OpenWindow(
        pane=_load_pane(tracked, saved["pane"]),
        closed=saved["closed"],
        revision=_unpack(saved["revision"]),
        changed=_unpack(saved["changed"]),
        entry=None if saved["entry"] is None else _load_pane(tracked, saved["entry"]),
    )


def _dump_pane(pane: Pane) -> list[Any]:
    block = pane.block()
    arrays = (block.device, block.numbers, block.times, block.sums, block.readings)
    histograms = [
        [column, [held.bins.low, held.bins.high, held.bins.count], _pack(held.keys), _pack(held.counts)]
        for column, held in sorted(block.histograms.items())
    ]
    return [[_pack(array) for array in arrays], histograms]


def _load_pane(tracked: TrackedColumns, saved: list[Any]) -> Pane:
    arrays, histograms = saved
    held = {column: Histogram(Bins(*bins), _unpack(keys), _unpack(counts)) for column, bins, keys, counts in histograms}
    device, numbers, times, sums, readings = map(_unpack, arrays)
    return Pane.restore(tracked, Block(device, numbers, times, sums, readings, held))


def _cadence_arrays(cadences: Cadences) -> tuple[NDArray[Any], ...]:
    return cadences.interval_ns, cadences.fixed, cadences.latest_ns


def _dump_seen(seen: SeenReadings) -> dict[str, Any]:
    return {
        "latest_ns": _pack(seen.latest_ns),
        "forgotten_ns": _pack(seen.forgotten_ns),
        "chunks": [
            [_pack(chunk.fingerprints), _pack(chunk.streams), chunk.earliest_ns, chunk.latest_ns, chunk.is_sorted]
            for chunk in seen.chunks
        ],
    }


def _load_seen(saved: dict[str, Any]) -> SeenReadings:
    seen = SeenReadings()
    seen.latest_ns, seen.forgotten_ns = _unpack(saved["latest_ns"]), _unpack(saved["forgotten_ns"])
    seen.chunks = [
        Chunk(_unpack(fingerprints), _unpack(streams), *rest) for fingerprints, streams, *rest in saved["chunks"]
    ]
    return seen


def _pack(array: NDArray[Any]) -> list[Any]:
    return [array.dtype.str, list(array.shape), np.ascontiguousarray(array).tobytes()]


def _unpack(saved: list[Any]) -> NDArray[Any]:
    dtype, shape, content = saved
    return np.frombuffer(content, np.dtype(dtype)).reshape(shape).copy()
