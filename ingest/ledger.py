"""Where every message went. Always: received = accepted + duplicate + rejected, for each device and in all."""

from collections import Counter
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from ingest.reasons import Reason


class Count(IntEnum):
    """Columns of `Ledger.devices`."""

    RECEIVED = 0
    ACCEPTED = 1
    DUPLICATE = 2
    REJECTED = 3
    LATE = 4
    """Of the accepted."""
    READINGS = 5


@dataclass(slots=True)
class Ledger:
    received: int = 0
    accepted: int = 0
    duplicate: int = 0
    rejected: Counter[Reason] = field(default_factory=Counter)
    late: int = 0
    """Accepted messages that revised a closed window."""
    readings: int = 0
    """Rows of values taken into windows; a buffered upload brings several."""
    parts_rejected: Counter[Reason] = field(default_factory=Counter)
    """Elements of accepted buffered uploads."""
    devices: NDArray[np.int64] = field(default_factory=lambda: np.zeros((len(Count), 1024), np.int64))
    """(len(Count), devices) the same for each row of the `DeviceTable`."""

    @property
    def balanced(self) -> bool:
        return self.received == self.accepted + self.duplicate + self.rejected.total()

    def add(self, count: Count, device: NDArray[np.int32]) -> None:
        """One for each of the (n,) devices."""
        if not len(device):
            return
        missing = int(device.max()) + 1 - self.devices.shape[1]
        if missing > 0:
            more = max(missing, self.devices.shape[1] // 2)
            self.devices = np.pad(self.devices, ((0, 0), (0, more)))
        np.add.at(self.devices[count], device, 1)
