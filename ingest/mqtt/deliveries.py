"""What the broker is owed on a connection for messages at QoS 1 and 2."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.mqtt.exactly_once import ExactlyOnce
from ingest.mqtt.frames import Frames
from ingest.mqtt.redelivery import HeldMessages

_PUBACK, _PUBREC, _PUBCOMP = 0x40, 0x50, 0x70


@dataclass(frozen=True, slots=True, eq=False)
class Receipt:
    """What a batch is acknowledged with, within its network connection: after it the broker sends the batch again."""

    connection: int
    at_least_once: NDArray[np.uint16]
    exactly_once: NDArray[np.uint16]

    @property
    def size(self) -> int:
        return len(self.at_least_once) + len(self.exactly_once)


class Deliveries:
    def __init__(self) -> None:
        self.held = HeldMessages()
        self.connection = 0
        self.taken = self.settled = 0
        """Messages that the broker has sent on this connection and may not forget, and those of them that it may."""
        self._exactly_once = ExactlyOnce()

    def begin(self, session_present: bool) -> None:
        """A new network connection; where the session is new as well, packet identifiers begin anew."""
        self.connection += 1
        self.held.begin()
        if not session_present:
            self.held.forget()
        self._exactly_once.begin()
        self.taken = self.settled = 0

    def admit(self, frames: Frames) -> None:
        self.taken += int(np.count_nonzero(frames.qos))

    def receipt(self, qos: NDArray[np.uint8], packet_ids: NDArray[np.uint16]) -> Receipt:
        return Receipt(self.connection, packet_ids[qos == 1], packet_ids[qos == 2])

    def acknowledge(self, receipt: Receipt) -> bytes:
        """PUBACK and PUBREC packets, in the order in which the messages came."""
        if receipt.connection != self.connection:
            return b""
        self.settled += len(receipt.at_least_once)
        received = self._exactly_once.received(receipt.exactly_once)
        return _answers(_PUBACK, receipt.at_least_once) + _answers(_PUBREC, received)

    def release(self, packet_ids: NDArray[np.uint16]) -> bytes:
        """The PUBCOMP to each PUBREL, known or not, and the PUBREC packets that may follow."""
        ended, received = self._exactly_once.released(packet_ids)
        self.settled += ended
        return _answers(_PUBCOMP, packet_ids) + _answers(_PUBREC, received)

    @property
    def awaits_release(self) -> bool:
        """Whether the broker owes a PUBREL, which it sends on reading our PUBREC."""
        return self._exactly_once.awaits_release

    def last_answers(self) -> bytes:
        """Before DISCONNECT: what the broker has an answer to it does not send again."""
        return _answers(_PUBREC, self._exactly_once.last())


def _answers(packet_type: int, packet_ids: NDArray[np.uint16]) -> bytes:
    """One packet of four bytes for each identifier: success needs neither reason nor properties, in 5 as in 3.1.1."""
    packets = np.empty((len(packet_ids), 4), np.uint8)
    packets[:, 0] = packet_type
    packets[:, 1] = 2
    packets[:, 2] = packet_ids >> 8
    packets[:, 3] = packet_ids & 255
    return packets.tobytes()
