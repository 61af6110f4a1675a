"""What is on its way down a river: the stage of the gauge upstream, and the minutes until it arrives."""

import numpy as np

from config.durations import UNITS_NS
from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.siaga import NEVER, NORMAL
from processors.indicators.station_means import station_figure
from processors.indicators.zone_sums import Column, Figure, Mask, ZoneSums

MINUTE_NS = UNITS_NS["m"]


def wave_figures(sums: ZoneSums, windows: ZoneWindows, stage: Column, quiet: Mask) -> list[Figure]:
    """`water_upstream_siaga` and `water_arrival` of the zones that lie downstream of a gauge; `stage` (d,) holds.

    A wave begins when a gauge reaches a stage, becomes a new one when it reaches a worse one, and has passed the gauge
    downstream one travel time after the water here was last at a stage. Its stage is that of the gauge upstream, by its
    own thresholds: what the other staff will show cannot be told from it. Of a gauge that fell silent (`quiet`, (d,))
    and sent no wave nothing is known.
    """
    downstream, travel_ns = (windows.registered.get(name) for name in ("downstream", "travel_time"))
    if downstream is None or travel_ns is None or not np.isfinite(downstream).any():
        return []
    sends = np.isfinite(downstream) & np.isfinite(travel_ns)
    wave, until_ns = _waves(windows, np.where(sends, stage, np.nan), travel_ns)
    place = downstream[sends].astype(np.int64)
    gauges, end_ns = len(stage), windows.windows.end_ns
    coming, arrival = np.full(gauges, np.nan), np.full(gauges, np.nan)
    np.fmin.at(coming, place, np.where(quiet & (wave == NORMAL), np.nan, wave)[sends])
    minutes = np.where(wave < NORMAL, np.maximum(until_ns - end_ns, 0.0) / MINUTE_NS, np.nan)
    np.fmin.at(arrival, place, minutes[sends])
    due, came = np.zeros(gauges), np.zeros(gauges)
    np.add.at(due, place, 1.0)
    np.add.at(came, place, (np.isfinite(stage) & ~quiet)[sends].astype(np.float64))
    known = np.isfinite(coming)
    return [
        station_figure(sums, "water_upstream_siaga", sums.least_of_devices(coming), came, known, due),
        station_figure(sums, "water_arrival", sums.least_of_devices(arrival), came, known, due),
    ]


def _waves(windows: ZoneWindows, stage: Column, travel_ns: Column) -> tuple[Column, Column]:
    """(d,) stage of the wave that left each gauge, normal where none did, and when it arrives in ns UTC."""
    gauges, end_ns = len(stage), windows.windows.end_ns
    wave = windows.memory.column("wave", gauges)
    since_ns = windows.memory.column("wave since", gauges, NEVER, np.int64)
    last_ns = windows.memory.column("wave last", gauges, NEVER, np.int64)
    raised = stage < NORMAL
    passed = ~raised & (wave < NORMAL) & (end_ns >= last_ns + travel_ns)
    wave[passed] = NORMAL
    wave[np.isnan(wave) & np.isfinite(stage)] = NORMAL
    worse = raised & ~(stage >= wave)
    wave[worse] = stage[worse]
    since_ns[worse] = end_ns
    last_ns[raised] = end_ns
    return wave, since_ns + travel_ns
