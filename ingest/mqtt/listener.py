"""What a network connection tells the one that keeps it, and asks of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from ingest.messages import MessageBatch


@dataclass(frozen=True, slots=True)
class Listener:
    on_batch: Callable[[MessageBatch], None]
    on_connected: Callable[[bool], None]
    """The broker accepted us; True: it still knows our session."""
    on_subscribed: Callable[[list[int]], None]
    """The broker's reason code for each filter; from 128 on it is a refusal."""
    now_ns: Callable[[], int] = time.time_ns
    """The receive time, ns UTC."""
