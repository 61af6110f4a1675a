"""Floods that a scenario brings: the water at one gauge rises, stands for a while and falls again."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from config.mistakes import did_you_mean
from config.settings import Settings
from simulators.draws import FloatArray
from simulators.fleet import Fleet, Reports
from simulators.scenario import FloodWave

_KIND, _QUANTITY, _DECIMALS = "water", "level_cm", 1


class FloodedFleet(Fleet):
    """As `Fleet`; all that no wave touches is the same."""

    def __init__(
        self, settings: Settings, seed: int, count: int | None, waves: Sequence[FloodWave], start_ns: int
    ) -> None:
        """`start_ns`: of the scenario. Raises ValueError where a wave is to come by what is no gauge of this city."""
        super().__init__(settings, seed, count)
        gauges = [device.id for device in self.devices if device.kind == _KIND]
        for wave in waves:
            if wave.device not in gauges:
                hint = did_you_mean(wave.device, gauges)
                raise ValueError(f"the scenario lets the water rise at {wave.device!r}, which is no gauge here{hint}")
        self._waves = [(gauges.index(wave.device), wave) for wave in waves]
        self._start_ns = start_ns

    def reports(self, start_ns: int, end_ns: int) -> Iterator[Reports]:
        for report in super().reports(start_ns, end_ns):
            yield self._flooded(report) if report.kind == _KIND else report

    def _flooded(self, report: Reports) -> Reports:
        level = report.columns[_QUANTITY].copy()
        for gauge, wave in self._waves:
            here = report.device == gauge
            level[here] += rise_cm(wave, report.time_ns[here] - self._start_ns)
        return replace(report, columns={**report.columns, _QUANTITY: np.round(level, _DECIMALS)})


def rise_cm(wave: FloodWave, since_ns: NDArray[np.int64]) -> FloatArray:
    """(n,) at so long after the beginning of the scenario: up and down as half a cosine, without a step."""
    risen_ns = since_ns - wave.begin
    up = np.clip(risen_ns / wave.rises, 0.0, 1.0)
    down = np.clip((risen_ns - wave.rises - wave.stands) / wave.falls, 0.0, 1.0)
    rise: FloatArray = wave.amount * (np.cos(np.pi * down) - np.cos(np.pi * up)) / 2.0
    return rise
