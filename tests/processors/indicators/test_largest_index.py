import numpy as np

from processors.indicators.largest_index import critical, largest
from processors.indicators.zone_sums import Figure


def figure(values: list[float], coverage: float) -> Figure:
    rows = len(values)
    return Figure("ispu", np.array(values), np.full(rows, coverage), np.full(rows, 1.0))


def test_the_largest_index_brings_the_coverage_of_its_parameter() -> None:
    found = largest("ispu", [figure([40.0, 120.0], coverage=0.9), figure([70.0, np.nan], coverage=0.6)])

    assert found.value.tolist() == [70.0, 120.0]
    assert found.coverage.tolist() == [0.6, 0.9]


def test_the_critical_parameter_of_a_tie_is_the_first_of_them_and_none_where_nothing_was_measured() -> None:
    indices = {"pm10": figure([50.0, np.nan], coverage=1.0), "pm25": figure([50.0, np.nan], coverage=1.0)}

    named = critical("ispu_critical", indices).value

    assert named[0] == critical("ispu_critical", {"pm10": indices["pm10"]}).value[0]
    assert np.isnan(named[1])
