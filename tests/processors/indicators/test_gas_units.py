import math

import pytest

from processors.indicators.gas_units import micrograms, micrograms_of_ppb


@pytest.mark.parametrize(("gas", "expected"), [("co", 1.15), ("no2", 1.88), ("o3", 1.96), ("so2", 2.62)])
def test_what_one_ppb_weighs_at_25_degrees(gas, expected) -> None:
    assert micrograms_of_ppb(gas) == pytest.approx(expected, abs=0.005)
    assert micrograms(gas, "ppm") == pytest.approx(1000 * expected, abs=5)


@pytest.mark.parametrize(
    ("unit", "factor"),
    [("", 1), ("µg/m³", 1), ("\N{GREEK SMALL LETTER MU}g/m3", 1), ("ug/m^3", 1), ("mg/m³", 1000), ("MG / M3", 1000)],
)
def test_a_mass_is_the_same_however_it_is_written(unit, factor) -> None:
    assert micrograms("pm25", unit) == factor


@pytest.mark.parametrize(("parameter", "unit"), [("co", "V"), ("pm25", "ppb"), ("hc", "ppm"), ("o3", "%")])
def test_what_cannot_be_told_in_micrograms_is_nan(parameter, unit) -> None:
    assert math.isnan(micrograms(parameter, unit))
