"""Sums over zones and whole cities, and the coverage and quality that every indicator carries."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from processors.indicators.indicator_batch import CITY_ZONE, IndicatorBatch, ZoneWindows
from processors.indicators.zone_layout import lay_out
from processors.window_batch import WindowBatch

Column = NDArray[np.float64]
Mask = NDArray[np.bool_]

_CEIL_SLACK = 1e-9  # an interval learned from readings is never exact: 6.0000000001 readings are 6


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator for each row of a `ZoneSums`; all columns are (r,)."""

    indicator: str
    value: Column
    coverage: Column
    quality: Column


class ZoneSums:
    """The `r` rows of an indicator: each zone with known devices of the kind, then each city as a whole.

    A city's sum is the sum of its zones' sums, so a city needs no pass of its own over the devices.
    """

    def __init__(self, windows: ZoneWindows) -> None:
        layout = windows.layout or lay_out(windows.zone, windows.zones)
        self._zone_of_device = layout.zone_of_device
        self._zone_of_window = self._zone_of_device[windows.row]
        self._city_of_zone = layout.city_of_zone
        self._windows = windows
        self._due = due(windows)
        self._most = most(self._due)[windows.row]
        self.city = [*(city for city, _ in layout.zones), *layout.cities]
        self.zone = [*(zone for _, zone in layout.zones), *([CITY_ZONE] * len(layout.cities))]

    def __len__(self) -> int:
        return len(self.zone)

    @cached_property
    def _all_due(self) -> Column:
        """(r,) readings due."""
        return self.over_devices(self._due)

    @cached_property
    def _all_known(self) -> Column:
        """(r,) known devices."""
        return self.over_devices(np.ones(len(self._due)))

    @property
    def readings(self) -> Column:
        """(n,) all readings of each device with a window."""
        return self._windows.windows.readings.astype(np.float64)

    def rows_of_devices(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """(d,) the row of each known device's zone, and that of its city."""
        cities = len(self._city_of_zone) + self._city_of_zone[self._zone_of_device]
        return self._zone_of_device, cities

    def over_windows(self, values: Column) -> Column:
        """(r,) sums of (n,) `values`, one for each device with a window; NaN counts as nothing."""
        return self._sums(self._zone_of_window, values)

    def over_devices(self, values: Column) -> Column:
        """(r,) sums of (d,) `values`, one for each known device."""
        return self._sums(self._zone_of_device, values)

    def _sums(self, zone: NDArray[np.int64], values: Column) -> Column:
        zones = np.bincount(zone, weights=np.where(np.isnan(values), 0.0, values), minlength=len(self._city_of_zone))
        cities = np.bincount(self._city_of_zone, weights=zones, minlength=len(self) - len(zones))
        return np.concatenate([zones, cities])

    def mean(self, values: Column) -> Column:
        """(r,) mean of (n,) values, each device once; NaN counts as nothing, and is the mean of nothing."""
        known = np.isfinite(values)
        return ratio(self.over_windows(np.where(known, values, 0.0)), self.over_windows(known.astype(np.float64)))

    def least(self, values: Column) -> Column:
        """(r,) the least of (n,) values; NaN counts as nothing, and is the least of nothing."""
        return self._least(self._zone_of_window, values)

    def least_of_devices(self, values: Column) -> Column:
        """(r,) the same of (d,) values."""
        return self._least(self._zone_of_device, values)

    def _least(self, zone: NDArray[np.int64], values: Column) -> Column:
        zones = np.full(len(self._city_of_zone), np.inf)
        np.fmin.at(zones, zone, values)
        cities = np.full(len(self) - len(zones), np.inf)
        np.minimum.at(cities, self._city_of_zone, zones)
        found = np.concatenate([zones, cities])
        return np.where(np.isinf(found), np.nan, found)

    def revision(self) -> NDArray[np.int32]:
        """(r,) the largest revision among the windows of each row."""
        zones = np.zeros(len(self._city_of_zone), dtype=np.int32)
        np.maximum.at(zones, self._zone_of_window, self._windows.windows.revision)
        cities = np.zeros(len(self) - len(zones), dtype=np.int32)
        np.maximum.at(cities, self._city_of_zone, zones)
        return np.concatenate([zones, cities])

    def figure(self, indicator: str, value: Column, came: Column, plausible: Mask) -> Figure:
        """An indicator whose coverage counts readings.

        `value` (r,); `came` (n,) readings of each device that the indicator can use; `plausible` (n,) whether they
        are to be believed. Where the value is NaN, coverage and quality are 0: there is no data.

        Coverage is min(1, sum of min(came, max(1, ceil(due))) / sum of due), over all known devices of the zone, silent
        ones included (`due` says what is due). A device can so make up for no more than a fraction of one reading of
        another. Quality is the sum of plausible readings / the sum of readings that came.
        """
        counted = np.minimum(np.where(np.isnan(came), 0.0, came), self._most)
        return self._trusted(indicator, value, self.over_windows(counted), self._all_due, came, plausible)

    def figure_by_device(self, indicator: str, value: Column, came: Column, plausible: Mask) -> Figure:
        """An indicator that adds up its devices, such as free spaces: coverage is the mean of what each one sent.

        `came` (n,) as for `figure`. A device counts as min(1, came / max(1, due)), and once in the quality. The share
        of readings of the whole zone would not do: of six devices that report each minute one is due in ten seconds,
        yet the sum of one device is a sixth of the whole.
        """
        readings = np.where(np.isnan(came), 0.0, came)
        share = np.minimum(readings / np.maximum(self._due, 1.0)[self._windows.row], 1.0)
        reported = (readings > 0).astype(np.float64)
        return self._trusted(indicator, value, self.over_windows(share), self._all_known, reported, plausible)

    def _trusted(
        self, indicator: str, value: Column, counted: Column, due: Column, came: Column, plausible: Mask
    ) -> Figure:
        coverage = np.minimum(ratio(counted, due), 1.0)
        all_came = self.over_windows(came)
        believed = all_came if plausible.all() else self.over_windows(np.where(plausible, came, 0.0))
        quality = ratio(believed, all_came)
        known = np.isfinite(value)
        return Figure(
            indicator,
            np.where(known, value, np.nan),
            np.where(known & ~np.isnan(coverage), coverage, 0.0),
            np.where(known & ~np.isnan(quality), quality, 0.0),
        )

    def batch(self, figures: list[Figure]) -> IndicatorBatch:
        """All figures of the window, one after the other, each with its zones and then its cities."""
        window = self._windows.windows
        return IndicatorBatch(
            size_ns=window.size_ns,
            end_ns=window.end_ns,
            city=self.city * len(figures),
            zone=self.zone * len(figures),
            indicator=[figure.indicator for figure in figures for _ in range(len(self))],
            value=np.concatenate([figure.value for figure in figures]),
            coverage=np.concatenate([figure.coverage for figure in figures]),
            quality=np.concatenate([figure.quality for figure in figures]),
            revision=np.tile(self.revision(), len(figures)),
            civil=window.civil,
        )


def due(windows: ZoneWindows) -> Column:
    """(d,) readings due from each known device in the window.

    A device with no known interval is due as often as the median device of its kind in its city, or once where no
    interval is known there: a registered device that never spoke lowers the coverage instead of vanishing from it.
    """
    expected = windows.expected
    return or_median_of_city(windows, np.where(expected > 0, expected, np.nan), 1.0)


def or_median_of_city(windows: ZoneWindows, values: Column, otherwise: float) -> Column:
    """(d,) `values`; where one is not finite, the median of its city's, `otherwise` where the city has none."""
    known = np.isfinite(values)
    if known.all():
        return values
    of_zone = [city for city, _ in windows.zones]
    filled = np.where(known, values, otherwise)
    for city in dict.fromkeys(of_zone):
        here = np.array([name == city for name in of_zone], np.bool_)[windows.zone]
        if (here & known).any():
            filled[here & ~known] = np.median(values[here & known])
    return filled


def most(due: Column) -> Column:
    """(d,) the most readings that a device on time can have in one window: 1 when 1/6 is due, 2 when 1.5 are."""
    return np.maximum(np.ceil(due - _CEIL_SLACK), 1.0)


def ratio(upper: Column, lower: Column) -> Column:
    """`upper` / `lower`, NaN where `lower` is 0: an empty sum has no mean."""
    shares: Column = np.divide(upper, lower, out=np.full(len(upper), np.nan), where=lower > 0)
    return shares


def column(windows: WindowBatch, field: str) -> Column:
    """(n,) the field of each window, NaN where no device of the batch sent the quantity."""
    values = windows.fields.get(field)
    return np.full(len(windows), np.nan) if values is None else values


def first_known(*columns: Column) -> Column:
    """Row by row the first value that is not NaN."""
    values = columns[0]
    for other in columns[1:]:
        values = np.where(np.isnan(values), other, values)
    return values
