"""How a figure stands to a limit."""

from typing import overload

import numpy as np
from numpy.typing import NDArray

from config.actuators import Comparison


@overload
def beyond(value: float, when: Comparison, limit: float) -> bool: ...
@overload
def beyond(value: NDArray[np.float64], when: Comparison, limit: float) -> NDArray[np.bool_]: ...
def beyond(value: float | NDArray[np.float64], when: Comparison, limit: float) -> bool | NDArray[np.bool_]:
    """Of one value or of (n,) values. Of no value: no."""
    match when:
        case ">":
            return value > limit
        case ">=":
            return value >= limit
        case "<":
            return value < limit
        case "<=":
            return value <= limit
