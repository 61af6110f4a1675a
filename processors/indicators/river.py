"""Rivers from window to window: the Siaga that holds, how fast the water rises, what is on its way from upstream."""

import numpy as np
from numpy.typing import NDArray

from config.durations import UNITS_NS
from processors.indicators.flood_wave import wave_figures
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.readings_in_a_row import Heard
from processors.indicators.siaga import NEVER, NORMAL, HeldStages, Thresholds
from processors.indicators.station_means import station_figure
from processors.indicators.zone_sums import Column, Figure, Mask, ZoneSums, column, first_known, or_median_of_city

MINUTE_NS = UNITS_NS["m"]
RISE_NS = 10 * MINUTE_NS
_SHORTEST_NS = 5 * MINUTE_NS
"""Over less time ripples would look like a flood."""
_USUAL_NS = float(UNITS_NS["h"])
"""Interval of a gauge where that of none is known yet."""
_DOUBTED = 0.5
"""Quality of a stage that readings in a row neither prove nor exclude."""


def river(sums: ZoneSums, windows: ZoneWindows) -> list[Figure]:
    """What `water` adds at the windows that keep it: those of a minute, or the nearest there are.

    Late readings move nothing of this: what was held and raised then cannot be taken back.
    """
    if "level_cm" not in windows.units or not is_alarm_step(windows) or not windows.fresh:
        return []
    heard, thresholds = _heard(windows), Thresholds.registered(windows)
    gauges, end_ns = len(windows.zone), windows.windows.end_ns
    stages = HeldStages(windows.memory, gauges)
    seen_ns = windows.memory.column("level seen", gauges, NEVER, np.int64)
    patience_ns = windows.rules.siaga_stale * _interval_ns(windows)
    rate = _rate(windows, heard, seen_ns, patience_ns)
    # Of a gauge that reports more often than windows end, the window before was seen at its end alone.
    resumed = end_ns - seen_ns > np.maximum(patience_ns, windows.windows.size_ns)
    stages.take(heard, thresholds, resumed, end_ns, windows.rules)
    seen_ns[heard.spoke] = end_ns
    quiet = end_ns - seen_ns > patience_ns
    rate[quiet] = np.nan
    figures = _rises(sums, windows, rate)
    if thresholds.judged.any():
        figures += _stages(sums, thresholds.judged, stages, quiet)
        figures += wave_figures(sums, windows, stages.stage, quiet)
    return figures


def is_alarm_step(windows: ZoneWindows) -> bool:
    """The longest windows that make whole minutes, else the shortest of all: alarms must not wait for longer ones."""
    if windows.windows.civil is not None:
        return False
    sizes_ns = windows.sizes_ns or (windows.windows.size_ns,)
    parts = [size for size in sizes_ns if MINUTE_NS % size == 0]
    return windows.windows.size_ns == (max(parts) if parts else min(sizes_ns))


def _heard(windows: ZoneWindows) -> Heard:
    window = windows.windows
    mean, count = column(window, "level_cm_mean"), column(window, "level_cm_count")

    def spread(*names: str) -> Column:
        of_gauges = np.full(len(windows.zone), np.nan)
        of_gauges[windows.row] = np.where(
            np.isfinite(mean), first_known(*(column(window, f"level_cm_{name}") for name in names), mean), np.nan
        )
        return of_gauges

    counted = np.zeros(len(windows.zone))
    counted[windows.row] = np.where(np.isfinite(mean), np.fmax(count, 1.0), 0.0)
    return Heard(
        first=spread("first"),
        least=spread("min"),
        greatest=spread("max"),
        mean=spread(),
        last=spread("last"),
        count=counted,
    )


def _interval_ns(windows: ZoneWindows) -> Column:
    """(d,) where one is not known yet, that of the median gauge of its city."""
    return or_median_of_city(windows, windows.interval_ns, _USUAL_NS)


def _rate(windows: ZoneWindows, heard: Heard, seen_ns: NDArray[np.int64], patience_ns: Column) -> Column:
    """(d,) cm in 10 minutes, a column of the memory: over the longest known stretch of 5 to 10 minutes.

    A gauge that reports more rarely is held against its reading before.
    """
    end_ns, size_ns, gauges = windows.windows.end_ns, windows.windows.size_ns, len(windows.zone)
    rate = windows.memory.column("rise rate", gauges)
    before = windows.memory.column("level before", gauges)
    steps = RISE_NS // size_ns
    history = windows.memory.history("level", gauges, steps + 1, size_ns, np.float32)
    levels = history.until(end_ns, steps + 1)[1:].astype(np.float64)
    known = np.isfinite(levels)
    oldest = steps - 1 - np.argmax(known[::-1], axis=0) if steps else np.zeros(gauges, np.int64)
    age_ns = np.where(known.any(axis=0), (oldest + 1.0) * size_ns, 0.0)
    within = age_ns >= _SHORTEST_NS
    then = levels[oldest, np.arange(gauges)] if steps else np.full(gauges, np.nan)
    gap_ns = np.where(np.isfinite(before), end_ns - seen_ns, 0.0)
    rare = ~within & (gap_ns >= _SHORTEST_NS) & (gap_ns <= patience_ns)
    age_ns = np.where(rare, gap_ns, age_ns)
    change = heard.last - np.where(rare, before, then)
    found = np.divide(change * RISE_NS, age_ns, out=np.full(gauges, np.nan), where=within | rare)
    rate[heard.spoke] = found[heard.spoke]
    before[heard.spoke] = heard.last[heard.spoke]
    history.put(end_ns, np.arange(gauges), heard.last)
    return rate


def _rises(sums: ZoneSums, windows: ZoneWindows, rate: Column) -> list[Figure]:
    """Of the gauge whose water rises fastest."""
    known = np.isfinite(rate)
    fastest = -sums.least_of_devices(-rate)
    alarm = np.where(np.isfinite(fastest), (fastest >= windows.rules.rise_alarm - 1e-9).astype(np.float64), np.nan)
    share = known.astype(np.float64)
    return [
        station_figure(sums, "water_rise_rate", fastest, share, known),
        station_figure(sums, "water_rise_alarm", alarm, share, known),
    ]


def _stages(sums: ZoneSums, judged: Mask, held: HeldStages, quiet: Mask) -> list[Figure]:
    """A gauge that fell silent keeps its stage, a normal one excepted, and loses its share of the coverage.

    One whose stage was raised for safety loses half its share of the quality.
    """
    known = judged & np.isfinite(held.stage)
    trust = np.where(known, np.where(held.doubted, _DOUBTED, 1.0), 0.0)
    share = (known & ~quiet).astype(np.float64)
    said = np.where(quiet & (held.stage == NORMAL), np.nan, held.stage)
    number = sums.over_devices(judged.astype(np.float64))
    unknown = np.divide(
        sums.over_devices((judged & ~(share > 0)).astype(np.float64)),
        number,
        out=np.full(len(number), np.nan),
        where=number > 0,
    )
    return [
        station_figure(sums, "water_siaga_held", sums.least_of_devices(said), share, trust),
        station_figure(sums, "water_siaga_unknown", unknown, judged.astype(np.float64), judged),
    ]
