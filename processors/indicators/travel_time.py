"""Travel times of routes: what a trip takes, how much longer than on the empty road, and how far one can rely on it.

A route is a device that sends `travel_time` (a pair of Bluetooth or plate readers), or a station with a registered
`length`, whose travel time is length / space-mean speed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.indicators.indicator_batch import ZoneWindows
from processors.indicators.steps import DAY_NS, MINUTE_NS, is_quarter_step, reaches_back, steps_in
from processors.indicators.traffic_speed import Speeds
from processors.indicators.zone_history import trusted
from processors.indicators.zone_sums import Column, Figure, Mask, ZoneSums, column, first_known, ratio

FEWEST_STEPS = 10
"""Below as many travel times a 95th percentile is the largest of them."""
_KMH = 3.6
"""km/h in a m/s."""


@dataclass(frozen=True, slots=True)
class TravelTimes:
    """Of each device with a window; all columns are (n,)."""

    seconds: Column
    """NaN: no route, or nobody came through."""
    free_s: Column
    """On the empty road; NaN where nothing says it."""
    came: Column
    plausible: Mask


def has_routes(windows: ZoneWindows) -> bool:
    lengths = windows.registered.get("length")
    return "travel_time" in windows.units or (lengths is not None and bool(np.isfinite(lengths).any()))


def travel_times(windows: ZoneWindows, found: Speeds) -> TravelTimes:
    window = windows.windows
    length = windows.setting("length")
    sent, lowest = column(window, "travel_time_mean"), column(window, "travel_time_min")
    by_speed = length / found.space_mean * _KMH
    measured = column(window, "travel_time_count") > 0
    plausible = np.where(measured, (sent > 0) & ~(lowest <= 0), found.plausible)
    seconds = np.where(measured, np.where(plausible, sent, np.nan), by_speed)
    free = first_known(windows.setting("free_travel_time"), length / windows.setting("free_speed") * _KMH)
    of_speed = np.where(np.isfinite(length), found.came, 0.0)
    came = np.where(measured, column(window, "travel_time_count"), of_speed)
    return TravelTimes(seconds, free, came, plausible & windows.believed("travel_time", "speed"))


def of_the_window(sums: ZoneSums, times: TravelTimes) -> list[Figure]:
    """The mean travel time and delay of the routes, each once, and sum of times / sum of free times."""
    delay = times.seconds - times.free_s
    compared = np.isfinite(delay)
    index = ratio(_over(sums, times.seconds, compared), _over(sums, times.free_s, compared))
    with_free = np.where(np.isfinite(times.free_s), times.came, 0.0)
    return [
        sums.figure("traffic_travel_time", sums.mean(times.seconds), times.came, times.plausible),
        sums.figure("traffic_delay", sums.mean(delay), with_free, times.plausible),
        sums.figure("traffic_route_time_index", index, with_free, times.plausible),
    ]


def of_the_day(sums: ZoneSums, windows: ZoneWindows, times: TravelTimes) -> list[Figure]:
    """Indices of the last 24 hours, from the mean travel time of each step; only from windows that are its steps.

    Of a zone: sum of the routes' percentiles / sum of their means, medians or free times. So PTI = TTI x (1 + BI), as
    for one route, and the percentile of a zone is no percentile of trips through all of it.
    """
    if not (is_quarter_step(windows) and windows.windows.size_ns >= MINUTE_NS):
        return []
    steps = steps_in(windows, DAY_NS)
    spare = steps // 2
    if not reaches_back(windows, spare):
        return []
    place = _places(windows, times)
    routes = np.flatnonzero(place >= 0)
    history = windows.memory.history(
        "travel time", int(place.max()) + 1, steps + spare, windows.windows.size_ns, np.float32
    )
    known = np.isfinite(times.seconds)
    history.put(windows.windows.end_ns, place[windows.row[known]].astype(np.int64), times.seconds[known])
    last = history.until(windows.windows.end_ns, steps)[:, place[routes]].astype(np.float64)
    count = np.isfinite(last).sum(axis=0)
    enough = count >= FEWEST_STEPS
    p95, p80, p50 = percentiles(last, (0.95, 0.80, 0.50))
    mean = ratio(np.nansum(last, axis=0), count.astype(np.float64))
    free = _free_of(windows)[routes]
    of_devices = _Routes(sums, routes, len(windows.zone), count / steps, enough)
    return [
        of_devices.figure("traffic_route_time_index_day", mean, free),
        of_devices.figure("traffic_planning_time_index", p95, free),
        of_devices.figure("traffic_buffer_index", p95 - mean, mean),
        of_devices.figure("traffic_lottr", p80, p50),
    ]


@dataclass(frozen=True, slots=True)
class _Routes:
    sums: ZoneSums
    device: NDArray[np.int64]
    devices: int
    coverage: Column
    enough: Mask

    def figure(self, indicator: str, upper: Column, lower: Column) -> Figure:
        """Sum of (k,) `upper` / sum of `lower`, of routes with enough steps; coverage counts all known devices."""
        usable = self.enough & np.isfinite(upper) & np.isfinite(lower)
        value = ratio(self._over(np.where(usable, upper, 0.0)), self._over(np.where(usable, lower, 0.0)))
        known = self.sums.over_devices(np.ones(self.devices))
        came = self._over(np.where(usable, self.coverage, 0.0))
        return trusted(indicator, value, ratio(came, known), np.ones(len(value)))

    def _over(self, values: Column) -> Column:
        of_devices = np.zeros(self.devices)
        of_devices[self.device] = values
        return self.sums.over_devices(of_devices)


def percentiles(values: NDArray[np.float64], shares: tuple[float, ...]) -> list[Column]:
    """Of each column of (s, k) values; linear between two, as in a spreadsheet; NaN counts as nothing."""
    ordered = np.sort(values, axis=0)
    count = np.isfinite(values).sum(axis=0)
    column_of = np.arange(values.shape[1])
    found = []
    for share in shares:
        place = np.maximum(count - 1, 0) * share
        below = place.astype(np.int64)
        above = np.minimum(below + 1, np.maximum(count - 1, 0))
        low, high = ordered[below, column_of], ordered[above, column_of]
        found.append(low + (place - below) * (high - low))
    return found


def _places(windows: ZoneWindows, times: TravelTimes) -> NDArray[np.int32]:
    """(d,) the number of each device among the routes, -1 where it never was one: only those have a history."""
    place = windows.memory.column("route", len(windows.zone), -1, np.int32)
    here = windows.row[np.isfinite(times.seconds)]
    new = np.sort(here[place[here] < 0])
    place[new] = np.arange(len(new)) + (int(place.max(initial=-1)) + 1)
    return place


def _free_of(windows: ZoneWindows) -> Column:
    """(d,) seconds on the empty road, also of a route that is silent now."""
    nothing = np.full(len(windows.zone), np.nan)
    registered = windows.registered
    by_speed = registered.get("length", nothing) / registered.get("free_speed", nothing) * _KMH
    return first_known(registered.get("free_travel_time", nothing), by_speed)


def _over(sums: ZoneSums, values: Column, usable: Mask) -> Column:
    return sums.over_windows(np.where(usable, values, 0.0))
