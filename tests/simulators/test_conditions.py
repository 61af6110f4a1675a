from zoneinfo import ZoneInfo

import numpy as np
import pytest

from simulators.conditions import Conditions
from simulators.draws import Draws
from simulators.sky import Sky


def at(*texts: str) -> Conditions:
    time_ns = np.array(texts, dtype="datetime64[ns]").astype(np.int64)
    draws = Draws(np.zeros(len(texts), dtype=np.uint64), np.zeros(len(texts), dtype=np.int64))
    return Conditions.at(time_ns, ZoneInfo("Asia/Jakarta"), np.ones(len(texts)), draws, Sky(1))


def test_saturday_and_sunday_in_jakarta_are_the_weekend() -> None:
    # UTC; Jakarta is seven hours ahead.
    moments = at("2026-03-06T16:59", "2026-03-06T17:00", "2026-03-08T16:59", "2026-03-08T17:00")
    assert moments.weekend.tolist() == [False, True, True, False]


def test_a_curve_runs_on_over_midnight() -> None:
    workday = ((6.0, 10.0), (18.0, 20.0))
    moments = at("2026-03-01T23:00", "2026-03-02T05:00", "2026-03-02T11:00", "2026-03-02T16:00", "2026-03-02T20:00")
    # 06, 12, 18, 23 and 03 o'clock; 18 to 06 goes from 20 back to 10.
    expected = [10.0, 15.0, 20.0, 20.0 - 10.0 * 5 / 12, 20.0 - 10.0 * 9 / 12]
    assert moments.daily(workday, workday).tolist() == pytest.approx(expected)


def test_traffic_is_at_its_peak_at_seven() -> None:
    assert at("2026-03-02T00:00").traffic().tolist() == [1.0]
