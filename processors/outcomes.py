"""What became of each reading that was decoded."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from ingest.reasons import Reason


class Outcome(IntEnum):
    """Ordered so that the smallest of a message's readings is the message's: one accepted reading accepts it."""

    ACCEPTED = 0
    LATE = 1
    """Accepted, and a window that had closed was revised."""
    DUPLICATE = 2
    TOO_LATE = 3
    TIME_AHEAD = 4
    OUT_OF_RANGE = 5


Outcomes = NDArray[np.uint8]

REJECTING = {
    Outcome.TOO_LATE: Reason.TOO_LATE,
    Outcome.TIME_AHEAD: Reason.TIME_AHEAD,
    Outcome.OUT_OF_RANGE: Reason.OUT_OF_RANGE,
}
