"""How an event goes over time: shares of its height, 0 to 1, as a function of the time since its begin."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from simulators.draws import FloatArray


class Course(Protocol):
    @property
    def lasts_ns(self) -> int:
        """After so long nothing changes any more."""
        ...

    def __call__(self, since_ns: FloatArray) -> FloatArray:
        """(n,) shares of the height, so many ns after the begin."""
        ...


@dataclass(frozen=True, slots=True)
class Swell:
    """Up and down as half a cosine each, so without a step; in ns."""

    rises: int
    stands: int
    falls: int

    @property
    def lasts_ns(self) -> int:
        return self.rises + self.stands + self.falls

    def __call__(self, since_ns: FloatArray) -> FloatArray:
        up = np.clip(since_ns / self.rises, 0.0, 1.0)
        down = np.clip((since_ns - self.rises - self.stands) / self.falls, 0.0, 1.0)
        share: FloatArray = (np.cos(np.pi * down) - np.cos(np.pi * up)) / 2.0
        return share


@dataclass(frozen=True, slots=True)
class Ramp:
    """Up, and never down again: what has come or gone until then."""

    rises: int

    @property
    def lasts_ns(self) -> int:
        return self.rises

    def __call__(self, since_ns: FloatArray) -> FloatArray:
        share: FloatArray = np.clip(since_ns / self.rises, 0.0, 1.0)
        return share


@dataclass(frozen=True, slots=True)
class Switch:
    """On from the begin, off at the end: [begin, end)."""

    lasts_ns: int

    def __call__(self, since_ns: FloatArray) -> FloatArray:
        return ((since_ns >= 0) & (since_ns < self.lasts_ns)).astype(np.float64)


class Recorded:
    """Through points that somebody has read, straight between them."""

    def __init__(self, points: Sequence[tuple[int, float]]) -> None:
        """`points`: ns since the begin, and share of the height; 0 at both ends."""
        self._ns = np.array([ns for ns, _ in points], dtype=np.float64)
        self._shares = np.array([share for _, share in points])

    @property
    def lasts_ns(self) -> int:
        return int(self._ns[-1])

    def __call__(self, since_ns: FloatArray) -> FloatArray:
        share: FloatArray = np.interp(since_ns, self._ns, self._shares, left=0.0, right=0.0)
        return share


def crest_and_width(course: Course) -> tuple[float, float]:
    """Of a wave in ns: when it is highest, and the standard deviation of its time about its mean."""
    at = (np.arange(4096) + 0.5) * course.lasts_ns / 4096
    share = course(at)
    mean = np.average(at, weights=share)
    return float(at[share >= share.max() * (1.0 - 1e-9)].mean()), float(
        np.sqrt(np.average((at - mean) ** 2, weights=share))
    )
