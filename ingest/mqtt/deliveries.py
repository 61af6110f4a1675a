"""What the broker is owed on a connection for messages at QoS 1 and 2."""

from collections import deque

import numpy as np
from numpy.typing import NDArray

from ingest.messages import MessageBatch
from ingest.mqtt.exactly_once import ExactlyOnce
from ingest.mqtt.frames import Frames
from ingest.mqtt.receipts import Receipt, Receipts
from ingest.mqtt.redelivery import HeldMessages

_PUBACK, _PUBREC, _PUBCOMP = 0x40, 0x50, 0x70


class Deliveries:
    def __init__(self) -> None:
        self.held = HeldMessages()
        self.connection = 0
        self.taken = self.settled = 0
        """Messages that the broker has sent on this connection and may not forget, and those of them that it may."""
        self.receipts = Receipts()
        self._exactly_once = ExactlyOnce()
        self._unanswered: deque[tuple[int, Receipt]] = deque()
        """Each after so many PUBRECs of this connection."""

    def begin(self, session_present: bool) -> None:
        """A new network connection; where the session is new as well, packet identifiers begin anew."""
        self.connection += 1
        self.held.begin()
        if not session_present:
            self.held.forget()
        self.receipts.begin(session_present)
        self._unanswered.clear()
        self._exactly_once.begin()
        self.taken = self.settled = 0

    def admit(self, frames: Frames) -> None:
        self.taken += int(np.count_nonzero(frames.qos))

    def receipt(self, qos: NDArray[np.uint8], packet_ids: NDArray[np.uint16]) -> Receipt:
        receipt = Receipt(self.connection, packet_ids[qos == 1], packet_ids[qos == 2])
        self.receipts.add(receipt)
        return receipt

    def hold(self, batch: MessageBatch) -> None:
        """What an earlier process took in."""
        none = np.zeros(0, np.uint16)
        receipt = Receipt(self.connection, none, none)
        receipt.proved = False
        self.receipts.add(receipt)
        self.held.keep(batch, receipt)

    def acknowledge(self, receipt: Receipt) -> bytes:
        """PUBACK and PUBREC packets, in the order in which the messages came."""
        if receipt.connection != self.connection:
            return b""
        self.settled += len(receipt.at_least_once)
        received = self._exactly_once.received(receipt.exactly_once)
        self._unanswered.append((self._exactly_once.wanted, receipt))
        return _answers(_PUBACK, receipt.at_least_once) + self._pubrecs(received)

    def release(self, packet_ids: NDArray[np.uint16]) -> bytes:
        """The PUBCOMP to each PUBREL, known or not, and the PUBREC packets that may follow."""
        ended, received = self._exactly_once.released(packet_ids)
        self.settled += ended
        return _answers(_PUBCOMP, packet_ids) + self._pubrecs(received)

    @property
    def awaits_release(self) -> bool:
        """Whether the broker owes a PUBREL, which it sends on reading our PUBREC."""
        return self._exactly_once.awaits_release

    def last_answers(self) -> bytes:
        """Before DISCONNECT: what the broker has an answer to it does not send again."""
        return self._pubrecs(self._exactly_once.last())

    def _pubrecs(self, packet_ids: NDArray[np.uint16]) -> bytes:
        while self._unanswered and self._unanswered[0][0] <= self._exactly_once.opened:
            self.receipts.answered(self._unanswered.popleft()[1])
        return _answers(_PUBREC, packet_ids)


def _answers(packet_type: int, packet_ids: NDArray[np.uint16]) -> bytes:
    """One packet of four bytes for each identifier: success needs neither reason nor properties, in 5 as in 3.1.1."""
    packets = np.empty((len(packet_ids), 4), np.uint8)
    packets[:, 0] = packet_type
    packets[:, 1] = 2
    packets[:, 2] = packet_ids >> 8
    packets[:, 3] = packet_ids & 255
    return packets.tobytes()
