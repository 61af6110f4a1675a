"""Messages wait here for company: a batch is handed over when it is large enough or its first message old enough."""

import asyncio
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ingest.messages import MessageBatch
from ingest.mqtt.deliveries import Deliveries
from ingest.mqtt.events import Statistics
from ingest.mqtt.frames import Frames
from ingest.mqtt.receipts import Receipt

FULL_MESSAGES = 16_384
FULL_BYTES = 8 * 1024 * 1024
"""Also ends a batch, so that large payloads cannot fill the memory."""
LONGEST_WAIT_S = 0.02
_SMALLEST_WINDOW = 8
_SAME_BEFORE_LEARNED = 3


class Gathering:
    """Of one network connection: the receipts of its batches are worth nothing after it."""

    def __init__(
        self,
        deliveries: Deliveries,
        statistics: Statistics,
        on_batch: Callable[[MessageBatch], None],
        now_ns: Callable[[], int] = time.time_ns,
        is_behind: Callable[[], bool] = lambda: False,
    ) -> None:
        """`is_behind`: whether what comes now may be older than its receive time says."""
        self.outstanding: set[Receipt] = set()
        """Batches handed over at QoS 1 or 2 and not acknowledged yet."""
        self._deliveries = deliveries
        self._statistics = statistics
        self._on_batch = on_batch
        self._now_ns = now_ns
        self._is_behind = is_behind
        self._timer: asyncio.TimerHandle | None = None
        self._window = 0
        """How many messages the broker seems to send before it waits for our answer; 0: no limit seen."""
        self._last_owed = self._same = 0
        self._clear()

    def _clear(self) -> None:
        self._topics: list[bytes] = []
        self._payloads: list[bytes] = []
        self._retained: list[NDArray[np.bool_]] = []
        self._qos: list[NDArray[np.uint8]] = []
        self._packet_ids: list[NDArray[np.uint16]] = []
        self._again: list[NDArray[np.bool_]] = []
        self._behind = False
        self._bytes = 0
        self._identified = 0

    def add(self, frames: Frames) -> None:
        if not frames.topics:
            return
        self._topics += frames.topics
        self._payloads += frames.payloads
        self._retained.append(frames.retained)
        self._qos.append(frames.qos)
        self._packet_ids.append(frames.packet_ids)
        self._again.append(frames.again)
        self._behind = self._behind or self._is_behind()
        self._bytes += frames.consumed
        self._identified += int(np.count_nonzero(frames.qos))
        if len(self._topics) >= FULL_MESSAGES or self._bytes >= FULL_BYTES or self._broker_waits():
            self.hand_over()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(LONGEST_WAIT_S, self._waited)

    def _owed(self) -> int:
        """Messages of this connection that the broker has no answer to."""
        return self._identified + sum(receipt.size for receipt in self.outstanding)

    def _broker_waits(self) -> bool:
        """Many brokers send no more than 20 or 32 messages unanswered: waiting for company would then wait for none."""
        if not self._window:
            return False
        owed = self._owed()
        if owed > self._window:
            self._window = 0
        return owed == self._window

    def _waited(self) -> None:
        owed = self._owed()
        self._same = self._same + 1 if owed == self._last_owed else 1
        self._last_owed = owed
        if self._same >= _SAME_BEFORE_LEARNED and owed >= _SMALLEST_WINDOW:
            self._window = owed
        self.hand_over()

    def hand_over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._topics:
            return
        packet_ids, retained = np.concatenate(self._packet_ids), np.concatenate(self._retained)
        receipt = self._deliveries.receipt(np.concatenate(self._qos), packet_ids)
        held = self._deliveries.held
        batch = MessageBatch(
            topics=self._topics,
            payloads=self._payloads,
            retained=retained,
            received_ns=self._now_ns(),
            receipt=receipt,
            packet_ids=packet_ids,
            repeated=held.find(self._topics, self._payloads, packet_ids, np.concatenate(self._again)),
            behind=self._behind,
            nbytes=self._bytes,
        )
        held.keep(batch, receipt)
        self._clear()
        if receipt.size:
            self.outstanding.add(receipt)
        self._count(batch)
        self._on_batch(batch)

    def _count(self, batch: MessageBatch) -> None:
        statistics = self._statistics
        statistics.batches += 1
        statistics.messages += len(batch)
        statistics.retained += int(np.count_nonzero(batch.retained))
        if batch.repeated is not None:
            statistics.repeated += int(np.count_nonzero(batch.repeated))
