"""How satisfied people are, from polls with four answers."""

import numpy as np

from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.indicators.zone_sums import Column, Mask, ZoneSums, column, first_known, ratio
from processors.window_batch import WindowBatch

ANSWERS = ("very_satisfied", "satisfied", "fair", "not_satisfied")


def satisfaction(windows: ZoneWindows) -> IndicatorBatch:
    """Answers, the share of each, and an index from 0 to 100. Where nobody answered there are no shares."""
    sums = ZoneSums(windows)
    given = [_given(windows.windows, answer) for answer in ANSWERS]
    answered = np.logical_or.reduce(np.isfinite(given))
    usable: Mask = answered & ~np.logical_or.reduce(np.less(given, 0))
    polled = [sums.over_windows(number) for number in np.where(usable, given, 0.0)]
    came: Column = np.where(answered, _readings(windows.windows), 0.0)
    reported = sums.over_windows(usable.astype(np.float64)) > 0
    answers: Column = np.where(reported, np.add.reduce(polled), np.nan)
    shares = [ratio(number, answers) for number in polled]
    points = windows.rules.satisfaction_points
    index: Column = np.add.reduce([share * worth for share, worth in zip(shares, points, strict=True)])
    named = {f"satisfaction_{answer}": share for answer, share in zip(ANSWERS, shares, strict=True)}
    values = {"satisfaction_index": index, **named, "satisfaction_answers": answers}
    return sums.batch([sums.figure(name, value, came, usable) for name, value in values.items()])


def _given(windows: WindowBatch, answer: str) -> Column:
    """(n,) how often it was given in the window: the increase of a running total, or the sum of the readings."""
    sent = column(windows, f"{answer}_mean") * column(windows, f"{answer}_count")
    return first_known(column(windows, f"{answer}_increase"), sent)


def _readings(windows: WindowBatch) -> Column:
    """(n,) readings of each device that hold an answer; one may leave out those that nobody gave."""
    most: Column = np.nan_to_num(np.fmax.reduce([column(windows, f"{answer}_count") for answer in ANSWERS]))
    return most
