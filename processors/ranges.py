"""Plausible ranges: what an instrument cannot mean stays out of the windows."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from config.settings import Quantity


def without_implausible(
    names: Sequence[str], values: NDArray[np.float64], quantities: Mapping[str, Quantity]
) -> tuple[NDArray[np.float64], dict[str, int]]:
    """(q, n) values with NaN for those outside their quantity's range, and how many there were by quantity."""
    implausible: dict[str, int] = {}
    for row, name in enumerate(names):
        quantity = quantities.get(name)
        if quantity is None or (quantity.min is None and quantity.max is None):
            continue
        low = -np.inf if quantity.min is None else quantity.min
        high = np.inf if quantity.max is None else quantity.max
        outside = (values[row] < low) | (values[row] > high)
        if outside.any():
            if not implausible:
                values = values.copy()
            values[row, outside] = np.nan
            implausible[name] = int(np.count_nonzero(outside))
    return values, implausible
