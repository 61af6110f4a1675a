"""Levels of a day and its night: LSM of the Indonesian decree, Lden and Ldn, from the energies of full hours."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.indicators.sound_level import energy, level
from processors.indicators.zone_sums import Column, ratio

DAY_H = 24


@dataclass(frozen=True, slots=True)
class Period:
    """Part of a day on the city's clock, [begins, ends); it may go over midnight."""

    begins_h: int
    ends_h: int
    penalty: float = 0.0
    """dB by which it counts as louder than it is."""

    @property
    def hours(self) -> int:
        return (self.ends_h - self.begins_h) % DAY_H

    def holds(self, hour: NDArray[np.int64]) -> NDArray[np.bool_]:
        """(h,) whether hours that begin at these hours of the day belong to it."""
        within: NDArray[np.bool_] = (hour - self.begins_h) % DAY_H < self.hours
        return within


SIANG = Period(6, 22)
MALAM = Period(22, 6, penalty=5.0)
LSM = (SIANG, MALAM)
"""KEP-48/MENLH/11/1996: LS from 06 to 22, LM from 22 to 06, the night 5 dB louder."""
LDN = (Period(7, 22), Period(22, 7, penalty=10.0))


def lden_periods(begins: tuple[int, int, int]) -> tuple[Period, Period, Period]:
    """Day, evening (5 dB louder) and night (10 dB louder) of Directive 2002/49/EC, each until the next begins."""
    day, evening, night = begins
    return (Period(day, evening), Period(evening, night, penalty=5.0), Period(night, day, penalty=10.0))


def period_energy(energies: NDArray[np.floating], hour: NDArray[np.int64], period: Period) -> tuple[Column, Column]:
    """(d,) mean energy of the hours of the period that are known, and the share of its hours that are.

    `energies` (h, d), `hour` (h,) with which each of them begins.
    """
    within = energies[period.holds(hour)]
    known = np.isfinite(within)
    total = np.where(known, within, 0.0).sum(axis=0, dtype=np.float64)
    number = known.sum(axis=0, dtype=np.float64)
    return ratio(total, number), number / max(len(within), 1)


def rated_level(energies: NDArray[np.floating], hour: NDArray[np.int64], periods: tuple[Period, ...]) -> Column:
    """(d,) dB(A): 10 log10 of the sum of h x 10^((L + penalty) / 10) over the periods / 24, h their hours.

    NaN where one of the periods has no hour that is known.
    """
    carried = np.zeros(energies.shape[1])
    for period in periods:
        mean, _ = period_energy(energies, hour, period)
        carried += period.hours * mean * energy(period.penalty)
    return level(carried / DAY_H)


def least_share(energies: NDArray[np.floating], hour: NDArray[np.int64], periods: tuple[Period, ...]) -> Column:
    """(d,) share of the hours that are known, in the period that has the least."""
    shares = [period_energy(energies, hour, period)[1] for period in periods]
    found: Column = np.minimum.reduce(shares)
    return found
