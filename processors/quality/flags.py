"""What may be wrong with the readings of a device, as bits of `<quantity>_flags`."""

from enum import IntFlag

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint16]


class Flag(IntFlag):
    STUCK = 1
    """Unchanged for long although the others of its kind move."""
    FLAT = 2
    """Unchanged for a day or whatever is configured, although it moved before."""
    SPIKE = 4
    """Far off the window before, and not back or confirmed by the next one yet."""
    RATE = 8
    """Changed faster than the quantity can."""
    DRIFT = 16
    """For a day or more apart from its neighbours."""
    EVENT = 32
    """Would be a spike or too fast, but the neighbours move the same way: the city, not the sensor."""
    GAP = 64
    """Expected readings are missing before the window or in it."""
    CLOCK = 128
    """Most readings of the device come with a time far from the one at which they were received."""
    RANGE = 256
    """Some values were outside the plausible range and were left out."""


SUSPECT = Flag.STUCK | Flag.FLAT | Flag.SPIKE | Flag.RATE | Flag.DRIFT | Flag.CLOCK
"""Readings with one of these are not plausible for the quality of an indicator."""
STANDING = Flag.STUCK | Flag.FLAT | Flag.RATE | Flag.DRIFT | Flag.CLOCK
"""These hold until something changes; the others are of one window."""
OF_SERIES = 0b111111
"""The bits that are kept for each device and quantity: the first six."""


def as_field(bits: Bits) -> NDArray[np.float64] | None:
    """(n,) NaN where nothing is flagged; None where nothing is flagged at all."""
    if not bits.any():
        return None
    return np.where(bits > 0, bits.astype(np.float64), np.nan)
