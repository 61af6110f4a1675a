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
    """MQTT 5, 4.3.3: a QoS 2 message is the same until its identifier is released, whatever happens meanwhile.

    One exception: on one connection nothing is sent again, so what comes there without DUP is new. Mosquitto 2.0.11
    gives out identifiers that are in use where more than 65,535 messages wait in a session that is resumed.
    """

    def __init__(self) -> None:
        self.held = HeldMessages()
        self.connection = 0
        self.taken = self.settled = 0
        """Messages that the broker has sent on this connection and may not forget, and those of them that it may."""
        self._session = 0
        self._received = np.zeros(PACKET_IDS, np.bool_)
        self._received_here = np.zeros(PACKET_IDS, np.bool_)
        """The same, on this connection."""
        self._answered = np.zeros(PACKET_IDS, np.bool_)
        self._awaited = np.zeros(PACKET_IDS, np.bool_)
        """Sent again by the broker while the batch that holds it was not acknowledged."""
        self._later = np.zeros(PACKET_IDS, np.int32)
        """How many messages wait for the release of another one that has their identifier: their PUBREC comes then."""

    def begin(self, session_present: bool) -> None:
        """A new network connection; where the session is new as well, packet identifiers begin anew."""
        self.connection += 1
        self.held.begin()
        if not session_present:
            self._session += 1
            self.held.forget()
            for flags in (self._received, self._answered, self._awaited):
                flags[:] = False
        self._received_here[:] = False
        self._later[:] = 0
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
        sent_again = frames.again[exactly_once]
        repeated = (self._received[ids] & ~self._received_here[ids]) | ((self._received[ids] | ~first) & sent_again)
        again = ids[repeated]
        self.taken += int(np.count_nonzero(~repeated))
        self._received[ids] = self._received_here[ids] = True
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
        if receipt.connection == self.connection:
            exactly_once = self._first_of_each(exactly_once)
            self.settled += len(receipt.at_least_once)
            return _answers(_PUBACK, receipt.at_least_once) + _answers(_PUBREC, exactly_once)
        self._answered[exactly_once] = True
        # The connection has changed since: QoS 1 messages come again, and of QoS 2 those the broker asked about.
        return _answers(_PUBREC, exactly_once[self._awaited[exactly_once]])

    def _first_of_each(self, ids: NDArray[np.uint16]) -> NDArray[np.uint16]:
        """Those that can be answered now."""
        is_first = np.zeros(len(ids), np.bool_)
        is_first[np.unique(ids, return_index=True)[1]] = True
        now = is_first & ~self._answered[ids]
        np.add.at(self._later, ids[~now], 1)
        self._answered[ids[now]] = True
        return ids[now]

    def release(self, packet_id: int) -> bytes:
        """The PUBCOMP to a PUBREL; the identifier may then stand for another message."""
        self.settled += int(self._received[packet_id])
        for flags in (self._received, self._received_here, self._answered, self._awaited):
            flags[packet_id] = False
        released = np.array([packet_id], np.uint16)
        if not self._later[packet_id]:
            return _answers(_PUBCOMP, released)
        self._later[packet_id] -= 1
        self._received[packet_id] = self._received_here[packet_id] = self._answered[packet_id] = True
        return _answers(_PUBCOMP, released) + _answers(_PUBREC, released)


def _answers(packet_type: int, packet_ids: NDArray[np.uint16]) -> bytes:
    """One packet of four bytes for each identifier: success needs neither reason nor properties, in 5 as in 3.1.1."""
    packets = np.empty((len(packet_ids), 4), np.uint8)
    packets[:, 0] = packet_type
    packets[:, 1] = 2
    packets[:, 2] = packet_ids >> 8
    packets[:, 3] = packet_ids & 255
    return packets.tobytes()
