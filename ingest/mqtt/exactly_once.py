"""The order of the answers at QoS 2: PUBLISH, our PUBREC, the broker's PUBREL, our PUBCOMP (MQTT 5, 4.3.3).

A broker finds the message of an answer in a list of those in flight. Mosquitto 2.0.11 looks through it from the oldest
on, and sends all that it has queued after the first PUBCOMP of a resumed session, whatever the Receive Maximum: with
65,535 PUBRECs at once each answer costs it up to 3 ms, in which nothing else is sent or taken, not even a PINGREQ. So
few exchanges are open at once. The same Mosquitto gives out identifiers that are in use; messages that share one are
answered one after the other, each when that before it is released.

The order of answers is that of the messages, as MQTT asks for (5, 4.6).
"""

from collections import deque

import numpy as np
from numpy.typing import NDArray

PACKET_IDS = 65_536
"""With 0, which none has."""
OPEN_AT_ONCE = 512
"""Exchanges with a PUBREC that has no PUBREL yet: enough to fill a round trip of 10 ms at 50,000 messages/s."""


class ExactlyOnce:
    """Of one network connection: after it the broker begins each unfinished exchange again."""

    def __init__(self) -> None:
        self._waiting: deque[NDArray[np.uint16]] = deque()
        """Identifiers of the messages that are safe with us and have no PUBREC yet."""
        self._is_open = np.zeros(PACKET_IDS, np.bool_)
        self._open = 0
        self.wanted = self.opened = 0
        """How many messages have been safe with us so far, and how many of them have had their PUBREC."""

    def begin(self) -> None:
        self._waiting.clear()
        self._is_open[:] = False
        self._open = self.wanted = self.opened = 0

    def received(self, packet_ids: NDArray[np.uint16]) -> NDArray[np.uint16]:
        """(k,) identifiers whose PUBREC goes out now that these, (n,), are safe with us."""
        if packet_ids.size:
            self._waiting.append(packet_ids)
            self.wanted += len(packet_ids)
        return self._opening(OPEN_AT_ONCE)

    def released(self, packet_ids: NDArray[np.uint16]) -> tuple[int, NDArray[np.uint16]]:
        """How many exchanges these PUBRELs end, and (k,) identifiers whose PUBREC goes out in their place."""
        ended = np.unique(packet_ids[self._is_open[packet_ids]])
        self._is_open[ended] = False
        self._open -= len(ended)
        return len(ended), self._opening(OPEN_AT_ONCE)

    @property
    def awaits_release(self) -> bool:
        return self._open > 0

    def last(self) -> NDArray[np.uint16]:
        """(k,) identifiers to answer before the connection is closed: as many as can be."""
        return self._opening(PACKET_IDS)

    def _opening(self, at_once: int) -> NDArray[np.uint16]:
        opening: list[NDArray[np.uint16]] = []
        while self._waiting and self._open < at_once:
            packet_ids = self._waiting.popleft()
            now = packet_ids[: self._unused(packet_ids[: at_once - self._open])]
            opening.append(now)
            self._is_open[now] = True
            self._open += len(now)
            self.opened += len(now)
            if len(now) < len(packet_ids):
                self._waiting.appendleft(packet_ids[len(now) :])
                break
        return np.concatenate(opening) if opening else np.zeros(0, np.uint16)

    def _unused(self, packet_ids: NDArray[np.uint16]) -> int:
        """How many come before the first identifier that is in use, by another exchange or by one of them."""
        in_use = np.ones(len(packet_ids), np.bool_)
        in_use[np.unique(packet_ids, return_index=True)[1]] = False
        in_use |= self._is_open[packet_ids]
        return int(in_use.argmax()) if in_use.any() else len(packet_ids)
