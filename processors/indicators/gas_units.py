"""Concentrations of gases as mass and as parts of the air, at 25 degrees Celsius and 1 atm as in Indonesian rules."""

import numpy as np
from numpy.typing import NDArray

MOLAR_MASS = {"co": 28.01, "no2": 46.01, "o3": 48.00, "so2": 64.07}
"""g/mol. The regulation does not say what hydrocarbons consist of, so those have none."""

MOLAR_VOLUME = 24.45
"""Litres that a mole of gas fills at 25 degrees Celsius and 1 atm."""

PPB_IN_UNIT = {"o3": 1_000.0, "co": 1_000.0}
"""The scales of the US AQI are in ppm for these, in ppb for the other gases."""

_MASS = {"": 1.0, "ug/m3": 1.0, "mg/m3": 1_000.0}
_PARTS = {"ppb": 1.0, "ppm": 1_000.0}
_SPELLINGS = str.maketrans({"\N{MICRO SIGN}": "u", "\N{GREEK SMALL LETTER MU}": "u", "³": "3", " ": None, "^": None})


def micrograms(parameter: str, unit: str) -> float:
    """What one of `unit` is in ug/m3; a parameter without a unit is in ug/m3. NaN where that cannot be said."""
    written = unit.translate(_SPELLINGS).lower()
    if written in _MASS:
        return _MASS[written]
    if written in _PARTS and parameter in MOLAR_MASS:
        return _PARTS[written] * micrograms_of_ppb(parameter)
    return float("nan")


def micrograms_of_ppb(parameter: str) -> float:
    """ug/m3 that are 1 ppb: molar mass / molar volume. Raises KeyError for what is no gas with a molar mass."""
    return MOLAR_MASS[parameter] / MOLAR_VOLUME


def in_parts(parameter: str, concentration: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the US AQI is defined on: ppm of O3 and CO, ppb of SO2 and NO2, ug/m3 of anything else; from ug/m3."""
    if parameter not in MOLAR_MASS:
        return concentration
    return concentration / (micrograms_of_ppb(parameter) * PPB_IN_UNIT.get(parameter, 1.0))
