"""How far the sensors of each zone and kind can be trusted, and how unusual what they say is, as indicators."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from processors.indicators.zone_sums import Figure, ZoneSums, ratio
from processors.quality.movement import Movement

Mask = NDArray[np.bool_]
_FEWEST = 3
"""Sensors that must be judged before a share of them means anything."""


def data_quality(sums: ZoneSums, kind: str, readings: NDArray[np.float64], share: NDArray[np.float64]) -> Figure:
    """Share of the expected readings that came and are to be believed: coverage x quality, 0 where none came.

    readings: (n,); share: (n,) of the quantities of each device that are not suspect.
    """
    every = np.ones(len(readings), np.bool_)
    coverage = sums.figure("", np.zeros(len(sums)), readings, every).coverage
    quality = np.nan_to_num(ratio(sums.over_windows(readings * share), sums.over_windows(readings)))
    return Figure(f"{kind}_data_quality", coverage * quality, coverage, quality)


def faulty_sensors(sums: ZoneSums, kind: str, alive: Mask, faulty: Mask) -> Figure:
    """How many of the known devices (d,) are faulty; coverage is the share that speaks. Where none does: no data."""
    speaking = sums.over_devices((alive | faulty).astype(np.float64))
    coverage = np.nan_to_num(ratio(speaking, sums.over_devices(np.ones(len(alive)))))
    broken = np.where(speaking > 0, sums.over_devices(faulty.astype(np.float64)), np.nan)
    return Figure(f"{kind}_sensors_faulty", broken, coverage, (speaking > 0).astype(np.float64))


def moved_together(sums: ZoneSums, kind: str, movements: Sequence[Movement], devices: int) -> Figure:
    """The largest share of sensors of one quantity that moved far the same way at once; no data below three."""
    largest = np.full(len(sums), np.nan)
    judged_most = np.zeros(len(sums))
    for each in movements:
        judged = sums.over_windows(each.judged.astype(np.float64))
        most = np.maximum(*(sums.over_windows(way.astype(np.float64)) for way in (each.up, each.down)))
        largest = np.fmax(largest, np.where(judged >= _FEWEST, ratio(most, judged), np.nan))
        judged_most = np.maximum(judged_most, judged)
    known = np.isfinite(largest)
    coverage = np.where(known, ratio(judged_most, sums.over_devices(np.ones(devices))), 0.0)
    return Figure(f"{kind}_moved_together", largest, coverage, np.where(known, 1.0, 0.0))


def anomalies(
    sums: ZoneSums, kind: str, score: NDArray[np.float64], beyond: NDArray[np.float64], believed: Mask
) -> list[Figure]:
    """The largest score, and the share of series beyond the limit.

    score, beyond: (n,) of each device the largest score of its quantities, and the share of them beyond the limit; NaN
    where none is scored.
    """
    scored = np.where(np.isfinite(score), sums.readings, 0.0)
    return [
        sums.figure_by_device(f"{kind}_anomaly_max", -sums.least(-score), scored, believed),
        sums.figure_by_device(f"{kind}_anomaly_share", sums.mean(beyond), scored, believed),
    ]
