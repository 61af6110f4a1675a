"""Readings in a row at a threshold, as far as the figures of windows tell: how many are proved, how many possible."""

from dataclasses import dataclass

import numpy as np

from processors.indicators.zone_sums import Column, Mask

_SLACK = 1e-6
"""Share of a mean by which its rounding may hide a reading."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What each of `d` gauges said in a window; levels in cm, NaN where it was silent."""

    first: Column
    least: Column
    greatest: Column
    mean: Column
    last: Column
    count: Column

    @property
    def spoke(self) -> Mask:
        return np.isfinite(self.last)


@dataclass(frozen=True, slots=True)
class At:
    """Which readings of a window were at a threshold, (d,) each."""

    first: Mask
    last: Mask
    every: Mask
    some: Mask

    @classmethod
    def threshold(cls, first: Mask, last: Mask, least: Mask, greatest: Mask) -> "At":
        return cls(first, last, every=least & first & last, some=greatest | first | last)


@dataclass(frozen=True, slots=True)
class InARow:
    """Readings in a row at a threshold, (d,) each."""

    longest: Column
    """Any that ended in the window, or go on."""
    onward: Column
    """Those that the next window may go on with."""


def proved(at: At, count: Column, before: Column) -> InARow:
    """`before`: how many the window before ended with.

    Of a window with lower readings too only its first, its last and any one of it are sure.
    """
    onward = np.where(at.every, before + count, at.last.astype(np.float64))
    began = np.where(at.first, before + 1.0, at.some.astype(np.float64))
    return InARow(np.where(at.every, onward, began), onward)


def possible(at: At, heard: Heard, cm: Column, before: Column) -> InARow:
    """The most there may have been; `cm` (d,) the threshold.

    Where first and last are alike, a lower reading (or one at the threshold) lies between them.
    """
    ends = at.first & at.last
    room = np.where(at.first == at.last, heard.count - 2.0, heard.count - 1.0)
    within = np.where(at.some, np.maximum(np.minimum(room, _most(heard, cm) - ends), 1.0), 0.0)
    onward = np.where(at.every, before + heard.count, np.where(at.last, within, 0.0))
    longest = np.where(at.first, before + within, within)
    return InARow(np.where(at.every, onward, longest), onward)


def _most(heard: Heard, cm: Column) -> Column:
    """(d,) readings that may have been at the threshold: with more of them the mean would be higher."""
    over = (heard.mean - heard.least + _SLACK * (1.0 + np.abs(heard.mean))) * heard.count
    depth = cm - heard.least
    most: Column = np.floor(np.divide(over, depth, out=heard.count.astype(np.float64), where=depth > 0))
    return np.minimum(most, heard.count)
