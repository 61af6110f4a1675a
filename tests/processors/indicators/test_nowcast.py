"""NowCast of particles and 8-hour weighted ozone, from the means of the last hours."""

import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.indicators import us_aqi
from processors.indicators.ispu import rounded
from processors.indicators.nowcast import ozone_weighted, particle_nowcast, truncated

DOCS = (Path(__file__).parents[3] / "docs" / "indicators.md").read_text(encoding="utf-8")
NAN = math.nan


def hours(*newest_first: float) -> np.ndarray:
    return np.array(newest_first, np.float32).reshape(-1, 1)


def pm25(*newest_first: float) -> float:
    return float(truncated(particle_nowcast(hours(*newest_first)), 0.1)[0])


@pytest.mark.parametrize(
    ("newest_first", "exact"),
    [
        ((13, 16, 10, 21, 74, 64, 53, 82, 90, 75, 80, 50), 17.4139),
        ((34.9, 43, 50, 64.9, 69.2, 66.2, 53.7, 48.6, 49.2, 35, NAN, NAN), 42.5899),
        ((30, NAN, 28, 26, 25, 24, 22, 20, 18, 16, 15, 15), 28.8001),
        ((20.0,) * 12, 20.0),
        ((0.0,) * 12, 0.0),
    ],
)
def test_the_worked_examples(newest_first, exact) -> None:
    assert float(particle_nowcast(hours(*newest_first))[0]) == pytest.approx(exact, abs=1e-4)


def test_the_documented_examples_are_what_comes_out() -> None:
    rows = re.findall(r"^\| ([\d.\- ]{20,}) \| ([\d.]+) \| ([\d.]+|no data) \| (\d+|no data) \|$", DOCS, re.MULTILINE)
    assert len(rows) == 5
    for sent, weight, value, index in rows:
        means = [NAN if one == "-" else float(one) for one in sent.split()]
        found = pm25(*means)
        known = np.array(means)[np.isfinite(means)]
        assert max(known.min() / known.max(), 0.5) == pytest.approx(float(weight), abs=1e-5)
        if value == "no data":
            assert math.isnan(found)
        else:
            assert found == pytest.approx(float(value))
            assert rounded(us_aqi.sub_index("pm25", found)) == float(index)


@pytest.mark.parametrize(
    ("newest", "is_known"),
    [((10, 10, 10), True), ((NAN, 10, 10), True), ((10, NAN, 10), True), ((10, 10, NAN), True),
     ((10, NAN, NAN), False), ((NAN, NAN, 10), False), ((NAN, NAN, NAN), False)],
)  # fmt: skip
def test_two_of_the_newest_three_hours_must_be_known(newest, is_known) -> None:
    assert math.isfinite(pm25(*newest, *[10.0] * 9)) is is_known


def test_a_missing_hour_keeps_its_exponent() -> None:
    halving = pm25(8, NAN, 2, *[NAN] * 9)
    assert halving == pytest.approx(math.floor((8 + 2 * 0.25) / 1.25 * 10) / 10)


def test_means_below_zero_are_noise_around_it() -> None:
    assert pm25(-1.0, 10.0, 10.0, *[10.0] * 9) == pm25(0.0, 10.0, 10.0, *[10.0] * 9)


@pytest.mark.parametrize(("value", "step", "expected"), [(17.4139, 0.1, 17.4), (35.9, 0.1, 35.9), (12.7, 0.1, 12.7),
                                                        (54.99, 1.0, 54.0), (NAN, 0.1, NAN)])  # fmt: skip
def test_it_is_truncated_and_not_rounded(value, step, expected) -> None:
    kept = np.array([value], np.float32).astype(np.float64)
    assert float(truncated(kept, step)[0]) == pytest.approx(expected, nan_ok=True)


def test_ozone_has_no_least_weight() -> None:
    means = hours(10.0, 40.0, 40.0, 40.0, 40.0, 40.0, 40.0, 40.0)
    weights = 0.25 ** np.arange(8)
    assert float(ozone_weighted(means)[0]) == pytest.approx((10 + 40 * weights[1:].sum()) / weights.sum())
    assert float(particle_nowcast(means)[0]) > float(ozone_weighted(means)[0])


MEANS = st.one_of(st.just(NAN), st.floats(0, 900, width=32))


@given(st.lists(st.lists(MEANS, min_size=12, max_size=12), min_size=1, max_size=4))
def test_it_lies_between_the_least_and_the_greatest_hour_whatever_other_stations_have(stations) -> None:
    together = np.array(stations, np.float32).T
    found = particle_nowcast(together)
    for station, value in zip(stations, found.tolist(), strict=True):
        assert value == pytest.approx(float(particle_nowcast(hours(*station))[0]), nan_ok=True)
        if math.isfinite(value):
            known = [one for one in station if math.isfinite(one)]
            assert min(known) - 1e-3 <= value <= max(known) + 1e-3
