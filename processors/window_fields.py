"""From a window's statistics to the fields that are stored."""

import numpy as np
from numpy.typing import NDArray

from processors.moments import COUNT, FIRST, FIRST_NS, LAST, LAST_NS, MEAN
from processors.pane import Block
from processors.runs import step
from processors.tracked import TrackedColumns

Fields = dict[str, NDArray[np.float64]]


def fields_of(tracked: TrackedColumns, block: Block, entry: Block | None, start_ns: int, end_ns: int) -> Fields:
    """`<quantity>_<statistic>` -> (k,), NaN where a device sent no such quantity.

    entry: the last reading of each device before the window, where it is known; as a block of the same devices.
    The fields are views of the block, which must not change any more.
    """
    fields: Fields = {}
    for column, quantity in tracked.quantities.items():
        count = block.numbers[COUNT, column]
        if not count.any():
            continue
        name = tracked.names[column]
        with np.errstate(divide="ignore", invalid="ignore"):
            statistics = _statistics(tracked, block, column)
            if column in block.histograms:
                wanted = quantity.percentiles
                found = block.histograms[column].percentiles(len(count), wanted)
                # The window's own limits are known exactly; a bin only says roughly where a value lies.
                found = np.clip(found, statistics["min"], statistics["max"])
                statistics |= {f"p{percentile:g}": row for percentile, row in zip(wanted, found, strict=True)}
        absent = count == 0
        for statistic, values in statistics.items():
            fields[f"{name}_{statistic}"] = np.where(absent, np.nan, values) if absent.any() else values
    fields |= _run_fields(tracked, block, entry, start_ns, end_ns)
    return fields


def _statistics(tracked: TrackedColumns, block: Block, column: int) -> Fields:
    count, mean, m2, low, high, first, last = block.numbers[:, column]
    statistics = {
        "count": count,
        "mean": mean,
        "std": np.sqrt(m2 / count),
        "min": low,
        "max": high,
        "first": first,
        "last": last,
    }
    derived_columns = tracked.derived_of(column)
    derived = {name: block.numbers[MEAN, index] for name, index in derived_columns.items()}
    if "sine" in derived:
        statistics["mean"] = np.degrees(np.arctan2(derived["sine"], derived["cosine"])) % 360.0
        length = np.minimum(np.hypot(derived["sine"], derived["cosine"]), 1.0)
        # Circular standard deviation, Mardia (1972).
        statistics["std"] = np.degrees(np.sqrt(-2.0 * np.log(length)))
    if "energy" in derived:
        statistics["mean"] = 10.0 * np.log10(derived["energy"])
    if "slowness" in derived:
        moving = block.numbers[COUNT, derived_columns["slowness"]] > 0
        statistics["harmonic"] = np.where(moving, 1.0 / derived["slowness"], np.nan)
    return statistics


def _run_fields(tracked: TrackedColumns, block: Block, entry: Block | None, start_ns: int, end_ns: int) -> Fields:
    """Counters: increase and rate per second. States: seconds in each, from the window's start to its end."""
    fields: Fields = {}
    for row, run in enumerate(tracked.runs):
        name = tracked.names[run.source]
        column = run.source
        present = block.numbers[COUNT, column] > 0
        total = block.sums[row].copy()
        if entry is not None:
            total += _entry_step(tracked, row, block, entry, start_ns)
        if run.state is None:
            fields[f"{name}_increase"] = np.where(present, total, np.nan)
            fields[f"{name}_rate"] = np.where(present, total / ((end_ns - start_ns) / 1e9), np.nan)
        else:
            in_state = present & (block.numbers[LAST, column] == run.state)
            rest = np.where(present, (end_ns - block.times[LAST_NS, column]) / 1e9, 0.0)
            fields[f"{name}_time_{run.state:g}"] = np.where(present, total + np.where(in_state, rest, 0.0), np.nan)
    return fields


def _entry_step(tracked: TrackedColumns, row: int, block: Block, entry: Block, start_ns: int) -> NDArray[np.float64]:
    """From the last reading before the window to its first one; a state's time counts from the window's start only."""
    run = tracked.runs[row]
    known = (entry.numbers[COUNT, run.source] > 0) & (block.numbers[COUNT, run.source] > 0)
    before_ns = entry.times[LAST_NS, run.source]
    steps = step(
        run,
        entry.numbers[LAST, run.source],
        before_ns if run.state is None else np.maximum(before_ns, start_ns),
        block.numbers[FIRST, run.source],
        block.times[FIRST_NS, run.source],
    )
    return np.where(known, steps, 0.0)
