"""What the broker is owed for messages at QoS 1 and 2, and which QoS 2 messages it has already handed over."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.mqtt.frames import Frames
from ingest.mqtt.redelivery import PACKET_IDS, HeldMessages

_PUBACK, _PUBREC, _PUBCOMP = 0x40, 0x50, 0x70


@dataclass(frozen=True, slots=True, eq=False)
class Receipt:
    """What a batch is acknowledged with: valid within one network connection, for QoS 2 within one session."""

    connection: int
    session: int
    at_least_once: NDArray[np.uint16]
    exactly_once: NDArray[np.uint16]

    @property
    def size(self) -> int:
        return len(self.at_least_once) + len(self.exactly_once)


class Deliveries:
    """MQTT 5, 4.3.2 and 4.3.3: a QoS 2 message is new until its identifier is released, whatever happens meanwhile."""

    def __init__(self) -> None:
        self.held = HeldMessages()
        self.connection = 0
        self.taken = self.settled = 0
        """Messages that the broker has sent on this connection and may not forget, and those of them that it may."""
        self._session = 0
        self._received = np.zeros(PACKET_IDS, np.bool_)
        self._answered = np.zeros(PACKET_IDS, np.bool_)
        self._awaited = np.zeros(PACKET_IDS, np.bool_)
        """Sent again by the broker while the batch that holds it was not acknowledged."""

    def begin(self, session_present: bool) -> None:
        """A new network connection; where the session is new as well, packet identifiers begin anew."""
        self.connection += 1
        self.held.begin()
        if not session_present:
            self._session += 1
            self.held.forget()
            for flags in (self._received, self._answered, self._awaited):
                flags[:] = False
        self.taken, self.settled = int(np.count_nonzero(self._received)), 0

    def admit(self, frames: Frames) -> tuple[NDArray[np.bool_] | None, bytes]:
        """Which of the messages are new, (n,) or None for all, and the answers to those that are not."""
        exactly_once = np.flatnonzero(frames.qos == 2)
        self.taken += int(np.count_nonzero(frames.qos == 1))
        if not exactly_once.size:
            return None, b""
        ids = frames.packet_ids[exactly_once]
        first = np.zeros(len(ids), np.bool_)
        first[np.unique(ids, return_index=True)[1]] = True
        repeated = self._received[ids] | ~first
        again = ids[repeated]
        self.taken += int(np.count_nonzero(~repeated))
        self._received[ids] = True
        self._awaited[again] |= ~self._answered[again]
        keep = np.ones(len(frames.qos), np.bool_)
        keep[exactly_once] = ~repeated
        return (None if keep.all() else keep), _answers(_PUBREC, again[self._answered[again]])

    def receipt(self, qos: NDArray[np.uint8], packet_ids: NDArray[np.uint16]) -> Receipt:
        return Receipt(self.connection, self._session, packet_ids[qos == 1], packet_ids[qos == 2])

    def acknowledge(self, receipt: Receipt) -> bytes:
        """PUBACK and PUBREC packets, in the order in which the messages came."""
        if receipt.session != self._session:
            return b""
        exactly_once = receipt.exactly_once
        self._answered[exactly_once] = True
        if receipt.connection == self.connection:
            self.settled += len(receipt.at_least_once)
            return _answers(_PUBACK, receipt.at_least_once) + _answers(_PUBREC, exactly_once)
        # The connection has changed since: QoS 1 messages come again, and of QoS 2 those the broker asked about.
        return _answers(_PUBREC, exactly_once[self._awaited[exactly_once]])

    def release(self, packet_id: int) -> bytes:
        """The PUBCOMP to a PUBREL; the identifier may then stand for another message."""
        self.settled += int(self._received[packet_id])
        for flags in (self._received, self._answered, self._awaited):
            flags[packet_id] = False
        return _answers(_PUBCOMP, np.array([packet_id], np.uint16))


def _answers(packet_type: int, packet_ids: NDArray[np.uint16]) -> bytes:
    """One packet of four bytes for each identifier: success needs neither reason nor properties, in 5 as in 3.1.1."""
    packets = np.empty((len(packet_ids), 4), np.uint8)
    packets[:, 0] = packet_type
    packets[:, 1] = 2
    packets[:, 2] = packet_ids >> 8
    packets[:, 3] = packet_ids & 255
    return packets.tobytes()
