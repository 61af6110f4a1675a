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
    packet_ids: NDArray[np.uint16] | None = None
    """(n,) 0 at QoS 0; None where the source has none."""
    repeated: NDArray[np.bool_] | None = None
    """(n,) sent again by the broker although we hold it: counted as a duplicate, never processed. None: none is."""
    behind: bool = False
    """Part of a backlog that the broker kept while we were away: its receive time says nothing of its age."""
    nbytes: int = 0
    """Of topics and payloads, about: what the batch holds in memory."""

    def __len__(self) -> int:
        return len(self.topics)
