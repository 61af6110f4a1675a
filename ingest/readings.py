"""The columns in which readings travel from ingest on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NO_SEQUENCE = -1
"""In `ReadingBatch.sequence`: the device sends no sequence number."""


@dataclass(frozen=True, slots=True)
class ReadingBatch:
    """Readings of one kind of device that were received together; one row for each reading.

    Absent values are NaN. Rows stand in the order of arrival.
    """

    source: str
    """Name of the source; streams are numbered within it."""
    kind: str
    quantities: tuple[str, ...]
    """(q,) names of the columns."""
    device: NDArray[np.int32]
    """(n,) rows of the `DeviceTable`."""
    stream: NDArray[np.int32]
    """(n,) number of the topic the reading came on; (stream, time, sequence, columns present) identifies a reading."""
    time_ns: NDArray[np.int64]
    """(n,) event time, ns UTC; the receive time where `timed` is False."""
    timed: NDArray[np.bool_]
    """(n,) whether the device gave the time."""
    sequence: NDArray[np.int64]
    """(n,) the device's own counter, or `NO_SEQUENCE`."""
    values: NDArray[np.float64]
    """(q, n), NaN where a reading lacks the quantity."""
    message: NDArray[np.int64]
    """(n,) the message of its batch each reading came in; a buffered upload gives several readings."""
    received_ns: int
    """Receive time of the batch, ns UTC; read once."""
    behind: bool = False
    """Part of a backlog: the receive time says nothing of the readings' age."""

    def take(self, chosen: NDArray[np.int64]) -> "ReadingBatch":
        """The readings at these positions."""
        return ReadingBatch(
            source=self.source,
            kind=self.kind,
            quantities=self.quantities,
            device=self.device[chosen],
            stream=self.stream[chosen],
            time_ns=self.time_ns[chosen],
            timed=self.timed[chosen],
            sequence=self.sequence[chosen],
            values=self.values[:, chosen],
            message=self.message[chosen],
            received_ns=self.received_ns,
            behind=self.behind,
        )

    def __len__(self) -> int:
        return len(self.time_ns)
