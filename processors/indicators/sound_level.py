"""Equivalent sound levels in dB(A). Levels are never averaged as numbers: their energies are."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Levels = NDArray[np.float64]

_DAY_H, _EVENING_H, _NIGHT_H = 12.0, 4.0, 8.0
_EVENING_PENALTY, _NIGHT_PENALTY = 5.0, 10.0
_SIANG_H, _MALAM_H, _MALAM_PENALTY = 16.0, 8.0, 5.0


def energy(level: ArrayLike) -> Levels:
    """10^(L/10), which may be added and averaged."""
    return np.power(10.0, np.asarray(level, np.float64) / 10.0)


def level(mean_energy: ArrayLike) -> Levels:
    """10 log10 of a mean energy; NaN where that is missing or 0."""
    values = np.asarray(mean_energy, np.float64)
    return 10.0 * np.log10(values, out=np.full(values.shape, np.nan), where=values > 0)


def lden(day: ArrayLike, evening: ArrayLike, night: ArrayLike) -> Levels:
    """Day, evening and night level: 07-19, 19-23 and 23-07 hours, the evening 5 and the night 10 dB louder.

    Source: Directive 2002/49/EC.
    """
    carried = (
        _DAY_H * energy(day)
        + _EVENING_H * energy(np.asarray(evening, np.float64) + _EVENING_PENALTY)
        + _NIGHT_H * energy(np.asarray(night, np.float64) + _NIGHT_PENALTY)
    )
    return level(carried / (_DAY_H + _EVENING_H + _NIGHT_H))


def lsm(siang: ArrayLike, malam: ArrayLike) -> Levels:
    """Tingkat kebisingan siang malam: 06-22 and 22-06 hours, the night 5 dB louder.

    Source: KEP-48/MENLH/11/1996, as theses quote it.
    """
    carried = _SIANG_H * energy(siang) + _MALAM_H * energy(np.asarray(malam, np.float64) + _MALAM_PENALTY)
    return level(carried / (_SIANG_H + _MALAM_H))
