"""What a connection hands over: messages as received, in batches."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class MessageBatch:
    """Messages of one source in the order of arrival; `receipt` is what the connection needs to acknowledge them."""

    topics: Sequence[bytes]
    """UTF-8, as on the wire."""
    payloads: Sequence[bytes]
    retained: NDArray[np.bool_]
    """(n,) stored by the broker before we subscribed: an old value, never part of a window."""
    received_ns: int
    """ns UTC, read once for the batch."""
    receipt: object = None

    def __len__(self) -> int:
        return len(self.topics)
