"""What leaves the processor as one column for each figure: of all zones, or of all devices of a kind."""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from alerts.assets import DeviceAssets, ZoneAssets
from alerts.figures.derived import DerivedFigures
from alerts.figures.figure import EVERY_KIND, Figure, Watched
from alerts.figures.silence import Silence
from config.alert_rules import SILENCES
from ingest.devices import DeviceTable
from processors.cadence import Cadences
from processors.indicators.indicator_batch import IndicatorBatch
from processors.window_batch import WindowBatch


class Columns:
    def __init__(self, figures: Iterable[Figure], devices: DeviceTable, zones: ZoneAssets) -> None:
        wanted = sorted({*figures})
        self._devices = devices
        self._zones = zones
        self._derived = DerivedFigures(wanted)
        parts = {figure.itself for figure in wanted}
        parts |= {Figure("", figure.against, figure.size) for figure in wanted if figure.against}
        self._of_zones = sorted(figure for figure in parts if not figure.kind)
        self._of_devices = sorted(figure for figure in parts if figure.kind)
        self._assets: dict[str, DeviceAssets] = {}
        self._silences: dict[tuple[str, str], Silence] = {}
        """(kind, size of window)."""

    def of_devices(self, batch: WindowBatch, cadences: Cadences | None) -> Iterator[Watched]:
        """A device that has no row said nothing; what came of it is all that is asked for, so its coverage is 1."""
        asked = [each for each in self._of_devices if each.kind in (batch.kind, EVERY_KIND) and each.size == batch.size]
        if not asked:
            return
        assets = self._assets.setdefault(batch.kind, DeviceAssets(batch.kind, self._devices))
        rows = np.array(self._devices.rows_of_kind.get(batch.kind, ()), np.int64)
        place = np.searchsorted(rows, batch.device)
        if any(each.name in SILENCES for each in asked):
            silence = self._silences.setdefault((batch.kind, batch.size), Silence())
            silent = silence.close(batch.end_ns, batch.size_ns, rows, cadences) or {}
        for figure in asked:
            if figure.name in SILENCES:
                if figure.name not in silent:
                    continue
                value = silent[figure.name]
            else:
                value = np.full(len(assets), np.nan)
                value[place] = batch.fields.get(figure.name, np.nan)
            coverage = np.isfinite(value).astype(np.float64)
            yield from self._derived.of(Watched(figure, batch.end_ns, value, coverage, assets, batch.kind))

    def of_zones(self, batch: IndicatorBatch) -> Iterator[Watched]:
        asked = {each.name: each for each in self._of_zones if each.size == batch.size}
        rows: dict[str, list[int]] = {}
        for row, indicator in enumerate(batch.indicator):
            if indicator in asked:
                rows.setdefault(indicator, []).append(row)
        for indicator, held in rows.items():
            place = [self._zones.number(batch.city[row], batch.zone[row]) for row in held]
            value, coverage = np.full(len(self._zones), np.nan), np.zeros(len(self._zones))
            value[place], coverage[place] = batch.value[held], batch.coverage[held]
            yield from self._derived.of(Watched(asked[indicator], batch.end_ns, value, coverage, self._zones))

    def describe(self) -> dict[str, Any]:
        """As `restore` takes it; the same for the same state."""
        silences = [[*key, self._silences[key].describe()] for key in sorted(self._silences)]
        return {"derived": self._derived.describe(), "silences": silences}

    def restore(self, saved: dict[str, Any]) -> None:
        self._derived.restore(saved["derived"])
        for kind, size, silence in saved["silences"]:
            # What is not asked for any more would say, when it is asked for again, that nobody watched meanwhile.
            if any(each.name in SILENCES and each.size == size for each in self._of_devices):
                self._silences.setdefault((kind, size), Silence()).restore(silence)
