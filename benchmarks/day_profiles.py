"""What can be compared between a recording and the simulated city: its mean day, its spread, how long a swing lasts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
HOUR_NS = 3_600 * 10**9
_BY_DAY = range(6, 21)
"""Hours in which something happens; spread and persistence are of these."""
_LEAST = 5
"""Values of an hour from which its profile is drawn."""


@dataclass(frozen=True, slots=True)
class Hourly:
    """One value for each device and hour in which it reported."""

    device: IntArray
    hour: IntArray
    """(n,) since 1970-01-01 00:00 of the local clock, a Thursday."""
    value: FloatArray

    @property
    def of_day(self) -> IntArray:
        """(n,) 0 to 23."""
        return self.hour % 24

    @property
    def weekend(self) -> NDArray[np.bool_]:
        return (self.hour // 24 + 3) % 7 >= 5


@dataclass(frozen=True, slots=True)
class Profile:
    """Each (24,), NaN where little was recorded."""

    mean: FloatArray
    low: FloatArray
    """The tenth part of the values lies below."""
    high: FloatArray


@dataclass(frozen=True, slots=True)
class Summary:
    devices: int
    hours: int
    busiest: tuple[int, ...]
    """The hours of a workday, busiest first."""
    weekend_share: float
    """Of a weekend day's sum over hours in a workday's."""
    spread: float
    """Of an hour's value from workday to workday at one device, 10th to 90th percentile, as a share of its mean."""
    persistence: float
    """Correlation of how much more or less than usual there is with that an hour later."""


def hourly(civil_ns: IntArray, device: IntArray, value: FloatArray) -> Hourly:
    """The mean of each hour. Rows without a value are left out."""
    rows = np.flatnonzero(np.isfinite(value))
    hour = civil_ns[rows] // HOUR_NS
    keys, which = np.unique(np.stack([device[rows], hour]), axis=1, return_inverse=True)
    which = which.reshape(-1)
    mean = np.bincount(which, weights=value[rows]) / np.bincount(which)
    return Hourly(keys[0], keys[1], mean)


def as_share_of_busiest(hours: Hourly) -> Hourly:
    """Each device's values over the mean of its busiest workday hour."""
    usual = _usual(hours)
    busiest = {device: max(usual[device, False, hour] for hour in range(24)) for device, *_ in usual}
    return Hourly(hours.device, hours.hour, hours.value / np.array([busiest[each] for each in hours.device.tolist()]))


def profile(hours: Hourly, weekend: bool) -> Profile:
    rows = hours.weekend == weekend
    parts = [hours.value[rows & (hours.of_day == hour)] for hour in range(24)]
    found = [
        (part.mean(), np.percentile(part, 10), np.percentile(part, 90)) if len(part) >= _LEAST else (np.nan,) * 3
        for part in parts
    ]
    mean, low, high = (np.array(column, dtype=np.float64) for column in zip(*found, strict=True))
    return Profile(mean, low, high)


def summarize(hours: Hourly) -> Summary:
    workday, weekend = profile(hours, False).mean, profile(hours, True).mean
    both = np.isfinite(workday) & np.isfinite(weekend)
    return Summary(
        devices=len(np.unique(hours.device)),
        hours=len(hours.hour),
        busiest=tuple(np.argsort(-np.nan_to_num(workday))[:2].tolist()),
        weekend_share=float(weekend[both].sum() / workday[both].sum()),
        spread=_spread(hours),
        persistence=_persistence(hours),
    )


def _usual(hours: Hourly) -> dict[tuple[int, bool, int], float]:
    """(device, weekend, hour of the day) -> mean."""
    keys = np.stack([hours.device, hours.weekend, hours.of_day])
    places, which = np.unique(keys, axis=1, return_inverse=True)
    which = which.reshape(-1)
    mean = np.bincount(which, weights=hours.value) / np.bincount(which)
    found = {(d, bool(w), h): float(each) for (d, w, h), each in zip(places.T.tolist(), mean, strict=True)}
    every = {(d, w, h) for d, _, _ in found for w in (False, True) for h in range(24)}
    return dict.fromkeys(every, 0.0) | found


def _spread(hours: Hourly) -> float:
    spreads = []
    for device in np.unique(hours.device).tolist():
        for hour in _BY_DAY:
            part = hours.value[(hours.device == device) & ~hours.weekend & (hours.of_day == hour)]
            if len(part) >= _LEAST and part.mean() > 0:
                low, high = np.percentile(part, (10, 90))
                spreads.append((high - low) / part.mean())
    return float(np.median(spreads))


def _persistence(hours: Hourly) -> float:
    usual = _usual(hours)
    places = zip(hours.device.tolist(), hours.weekend.tolist(), hours.of_day.tolist(), strict=True)
    expected = np.array([usual[place] for place in places])
    by_day = np.isin(hours.of_day, list(_BY_DAY)) & (expected > 0)
    more = hours.value[by_day] / expected[by_day] - 1.0
    at = dict(zip(zip(hours.device[by_day].tolist(), hours.hour[by_day].tolist(), strict=True), more, strict=True))
    pairs = [(now, at[device, hour + 1]) for (device, hour), now in at.items() if (device, hour + 1) in at]
    return float(np.corrcoef(np.array(pairs).T)[0, 1])
