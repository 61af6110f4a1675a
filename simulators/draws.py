"""Random numbers that depend on nothing but who asks and when: no state, any order, any split, the same values."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
KeyArray = NDArray[np.uint64]
_GOLDEN = 0x9E3779B97F4A7C15
_THIRTY, _TWENTY_SEVEN, _THIRTY_ONE, _ELEVEN = (np.uint64(bits) for bits in (30, 27, 31, 11))
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_NORMAL_ABOVE = 50.0
_FEW = 1000
"""Rows for which it costs more to look for what they have in common."""


@lru_cache(maxsize=64)
def key_of(seed: int, *words: str) -> int:
    """A 64-bit key, stable between runs and machines."""
    text = "\x1f".join((str(seed), *words))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def keys_of(words: Sequence[str], seed: int, *before: str) -> KeyArray:
    """(n,) `key_of` the seed, the words before and each of `words`."""
    begins = blake2b("\x1f".join((str(seed), *before, "")).encode(), digest_size=8)
    digests = bytearray()
    for word in words:
        ends = begins.copy()
        ends.update(word.encode())
        digests += ends.digest()
    return np.frombuffer(bytes(digests), dtype="<u8").astype(np.uint64)


def mix(values: KeyArray) -> KeyArray:
    """The finaliser of SplitMix64 (Steele, Lea, Flood 2014): each input bit changes half of the output bits."""
    mixed: KeyArray = values ^ (values >> _THIRTY)
    mixed *= _FIRST
    mixed ^= mixed >> _TWENTY_SEVEN
    mixed *= _SECOND
    mixed ^= mixed >> _THIRTY_ONE
    return mixed


@dataclass(frozen=True, slots=True)
class Draws:
    """One stream of random numbers a row; `number` tells apart the draws that one row makes."""

    key: KeyArray
    """(n,) of the device."""
    step: NDArray[np.int64]
    """(n,) which reading of the device it is."""

    def uniform(self, number: int) -> FloatArray:
        """(n,) in the open interval (0, 1)."""
        return _uniform(self.key, self.step, number)

    def normal(self, number: int) -> FloatArray:
        """(n,) mean 0, standard deviation 1."""
        return _normal(self.key, self.step, number)

    def poisson(self, number: int, mean: FloatArray) -> FloatArray:
        """(n,) counts with the given means, by inversion; above a mean of 50 by the normal approximation."""
        count = np.zeros(len(mean))
        small, large = np.flatnonzero((mean > 0) & (mean <= _NORMAL_ABOVE)), np.flatnonzero(mean > _NORMAL_ABOVE)
        if len(small):
            count[small] = _inverted(mean[small], self.of(small).uniform(number))
        if len(large):
            about = mean[large] + np.sqrt(mean[large]) * self.of(large).normal(number)
            count[large] = np.maximum(np.rint(about), 0.0)
        return count

    def of(self, rows: NDArray[np.int64]) -> "Draws":
        """Those of some rows."""
        return Draws(self.key[rows], self.step[rows])


def _inverted(mean: FloatArray, drawn: FloatArray) -> FloatArray:
    """(n,) the Poisson count at which the distribution passes what was drawn; rows that are done are left out."""
    count = np.zeros(len(mean))
    rows, share = np.arange(len(mean)), np.exp(-mean)
    below = share.copy()
    highest = mean.max(initial=0.0)
    for possible in range(1, int(highest + 10 * np.sqrt(highest)) + 12):
        above = np.flatnonzero(drawn > below)
        if not len(above):
            break
        if len(above) < len(rows):
            rows = rows[above]
            mean, drawn, share, below = (each[above] for each in (mean, drawn, share, below))
        count[rows] += 1.0
        share = share * mean / possible
        below = below + share
    return count


def wander(key: KeyArray, time_ns: NDArray[np.int64], period_ns: int, number: int) -> FloatArray:
    """(n,) a value that drifts smoothly about 0 (standard deviation below 1), with a new target each period."""
    knot = time_ns // period_ns
    share = (time_ns - knot * period_ns) / period_ns
    weight = share * share * (3.0 - 2.0 * share)
    return _normal(key, knot, number) * (1.0 - weight) + _normal(key, knot + 1, number) * weight


def _uniform(key: KeyArray, step: NDArray[np.int64], number: int) -> FloatArray:
    if len(step) > _FEW and np.all(step == step[0]):
        # As in most batches: then one place serves all rows.
        step = step[:1]
    place = mix(step.astype(np.uint64) + np.uint64(number * _GOLDEN % 2**64))
    bits = (mix(key ^ place) >> _ELEVEN).astype(np.float64)
    bits += 0.5
    bits *= 2.0**-53
    return bits


def _normal(key: KeyArray, step: NDArray[np.int64], number: int) -> FloatArray:
    # Box and Muller; the second half of the numbers is kept for the second uniform of each pair.
    radius = np.sqrt(-2.0 * np.log(_uniform(key, step, number)))
    return radius * np.cos(2.0 * np.pi * _uniform(key, step, number + 1_000_003))
