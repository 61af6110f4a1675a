"""Zones and windows written as rows, the way the documentation writes them."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest

from config.indicator_rules import IndicatorRules
from processors.indicators.indicator_batch import IndicatorBatch, ZoneWindows
from processors.window_batch import WindowBatch
from processors.zones import SETTINGS

Row = Mapping[str, float | str]
About = ("zone", "city", "every_s", "readings", "revision", *SETTINGS)
RULES = IndicatorRules()
END_NS = 1_763_778_600_000_000_000  # 2025-11-22 02:30 UTC


def _numbers(rows: Sequence[Row], name: str) -> np.ndarray:
    return np.array([float(row.get(name, np.nan)) for row in rows], dtype=np.float64)


def zone_windows(
    kind: str,
    size_s: float,
    rows: Sequence[Row],
    units: Mapping[str, str] | None = None,
    rules: IndicatorRules = RULES,
) -> ZoneWindows:
    """One row a known device; a row without `readings`, or with 0, is a device that kept silent.

    Quantities with a mean were sent at some time; `units` names those that have a unit, or that nobody sends now.
    """
    zones = tuple(dict.fromkeys((str(row.get("city", "bojonegoro")), str(row["zone"])) for row in rows))
    position = {zone: index for index, zone in enumerate(zones)}
    here = [index for index, row in enumerate(rows) if row.get("readings", 0)]
    spoke = [rows[index] for index in here]
    fields = dict.fromkeys(name for row in spoke for name in row if name not in About)
    windows = WindowBatch(
        kind=kind,
        size_ns=round(size_s * 1e9),
        end_ns=END_NS,
        device=np.array(here, dtype=np.int32),
        readings=np.array([row["readings"] for row in spoke], dtype=np.int64),
        revision=np.array([row.get("revision", 0) for row in spoke], dtype=np.int32),
        fields={name: _numbers(spoke, name) for name in fields},
    )
    every_s = _numbers(rows, "every_s")
    sent = {name.removesuffix("_mean"): "" for row in rows for name in row if name.endswith("_mean")}
    return ZoneWindows(
        windows=windows,
        row=np.array(here, dtype=np.int64),
        zone=np.array([position[str(row.get("city", "bojonegoro")), str(row["zone"])] for row in rows], dtype=np.int32),
        zones=zones,
        expected=size_s / every_s,
        interval_ns=every_s * 1e9,
        capacity=_numbers(rows, "capacity"),
        units=sent | dict(units or {}),
        registered={name: _numbers(rows, name) for name in SETTINGS},
        rules=rules,
    )


def figures(batch: IndicatorBatch) -> dict[tuple[str, str], tuple[float, float, float]]:
    """(zone, indicator) -> (value, coverage, quality)."""
    keys = zip(batch.zone, batch.indicator, strict=True)
    columns = zip(batch.value.tolist(), batch.coverage.tolist(), batch.quality.tolist(), strict=True)
    found = dict(zip(keys, columns, strict=True))
    assert len(found) == len(batch.value), "a (zone, indicator) stands twice"
    return found


@pytest.fixture(scope="session")
def windows_of() -> Callable[..., ZoneWindows]:
    return zone_windows


@pytest.fixture(scope="session")
def figures_of() -> Callable[[IndicatorBatch], dict[tuple[str, str], tuple[float, float, float]]]:
    return figures
