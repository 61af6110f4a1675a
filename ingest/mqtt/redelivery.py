"""Which of the messages that a broker sends again we hold already, so that none of them counts twice.

When a connection is cut, the broker cannot know which of our acknowledgements were still under way: it sends every
message without one again, with DUP set (MQTT 5, 3.3.1.1 and 4.4). A reading with a time or a sequence number is told
from its copy later on; one that has neither is told here or nowhere.

A message with DUP is one that we hold where the newest message with its packet identifier had the same topic and the
same payload. One case looks the same on the wire and is another message: ours was acknowledged, the broker gave its
identifier to an equal message, and the first sending of that was lost with the connection. To take it for the one we
hold is still right. A lost acknowledgement comes with almost every cut, for all messages in flight; the other case
takes an equal payload on the same topic under the same identifier, and brokers count through 65,535 of them before
they use one again.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from ingest.messages import MessageBatch

PACKET_IDS = 65_536
"""With 0, which none has."""
MOST_IN_FLIGHT = PACKET_IDS - 1
LARGEST_BYTES = 32 << 20
"""Of topics and payloads held; beyond it the older ones are remembered by their hash alone."""


@dataclass(slots=True)
class _Held:
    """The messages of a batch that have a packet identifier, m with some that have none."""

    packet_ids: NDArray[np.uint16]
    """(m,) 0 where there is none."""
    identified: int
    nbytes: int
    topics: Sequence[bytes] = ()
    payloads: Sequence[bytes] = ()
    hashes: NDArray[np.int64] | None = None
    """(m,) in the place of topics and payloads. Python's hash: keyed anew in each process, and never leaves it."""

    def equals(self, place: int, topic: bytes, payload: bytes) -> bool:
        if self.hashes is not None:
            return hash((topic, payload)) == int(self.hashes[place])
        return self.topics[place] == topic and self.payloads[place] == payload

    def condense(self) -> None:
        pairs = zip(self.topics, self.payloads, strict=True)
        self.hashes = np.fromiter(map(hash, pairs), np.int64, len(self.packet_ids))
        self.topics, self.payloads, self.nbytes = (), (), 0


class HeldMessages:
    """The newest messages of a session, as many as can be in flight: one for each packet identifier.

    Acknowledgements go out in the order of the messages, so no older one can come again. The Receive Maximum would be
    a lower limit, but brokers send more: Mosquitto 2.0.11 does with max_inflight_messages 0. Keeping a batch costs
    nothing for its messages; they are looked at where one comes with DUP.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """A new session: the broker sends nothing of the old one."""
        self._batches: deque[_Held] = deque()
        self._first = 0
        """Number of the oldest batch; they are numbered in order."""
        self._indexed = 0
        """Number of the first batch that the index does not know."""
        self._condensed = 0
        """Number of the first batch that is kept whole."""
        self._held = self._nbytes = 0
        self._batch_of: NDArray[np.int64] = np.zeros(0, np.int64)
        self._place_of: NDArray[np.int32] = np.zeros(0, np.int32)

    def keep(self, batch: MessageBatch) -> None:
        if batch.packet_ids is None:
            return
        identified = int(np.count_nonzero(batch.packet_ids))
        if not identified:
            return
        held = _identified(batch, batch.packet_ids, identified)
        self._batches.append(held)
        self._held += identified
        self._nbytes += held.nbytes
        while self._held - self._batches[0].identified >= MOST_IN_FLIGHT:
            self._drop_oldest()
        while self._nbytes > LARGEST_BYTES:
            self._condense_oldest()

    def find(
        self,
        topics: Sequence[bytes],
        payloads: Sequence[bytes],
        packet_ids: NDArray[np.uint16],
        again: NDArray[np.bool_],
    ) -> NDArray[np.bool_] | None:
        """(n,) which of a batch not yet kept we hold; `again`: (n,) those with DUP. None where there is none."""
        places = np.flatnonzero(again & (packet_ids > 0)).tolist()
        if not places:
            return None
        self._index()
        # Within a batch, where nothing is acknowledged, an identifier that stands twice is the same message.
        numbers = packet_ids.tolist()
        first = dict(zip(reversed(numbers), range(len(numbers) - 1, -1, -1), strict=True))
        repeated = np.zeros(len(topics), np.bool_)
        for place in places:
            earlier = first[numbers[place]]
            if earlier < place:
                repeated[place] = topics[earlier] == topics[place] and payloads[earlier] == payloads[place]
            else:
                repeated[place] = self._holds(numbers[place], topics[place], payloads[place])
        return repeated if repeated.any() else None

    def _holds(self, packet_id: int, topic: bytes, payload: bytes) -> bool:
        number = int(self._batch_of[packet_id]) - self._first
        return number >= 0 and self._batches[number].equals(int(self._place_of[packet_id]), topic, payload)

    def _index(self) -> None:
        if not len(self._batch_of):
            self._batch_of = np.full(PACKET_IDS, -1, np.int64)
            self._place_of = np.zeros(PACKET_IDS, np.int32)
        for number in range(max(self._indexed, self._first), self._first + len(self._batches)):
            packet_ids = self._batches[number - self._first].packet_ids
            # Where an identifier stands twice, the last assignment holds.
            self._batch_of[packet_ids] = number
            self._place_of[packet_ids] = np.arange(len(packet_ids), dtype=np.int32)
        self._indexed = self._first + len(self._batches)

    def _drop_oldest(self) -> None:
        oldest = self._batches.popleft()
        self._first += 1
        self._held -= oldest.identified
        self._nbytes -= oldest.nbytes

    def _condense_oldest(self) -> None:
        number = max(self._condensed, self._first)
        held = self._batches[number - self._first]
        self._nbytes -= held.nbytes
        held.condense()
        self._condensed = number + 1


def _identified(batch: MessageBatch, packet_ids: NDArray[np.uint16], identified: int) -> _Held:
    """Without the messages at QoS 0 where they are the most: they would be kept in memory for nothing."""
    topics, payloads, nbytes = batch.topics, batch.payloads, batch.nbytes
    if 2 * identified < len(batch):
        places = np.flatnonzero(packet_ids).tolist()
        topics, payloads, packet_ids = _pick(topics, places), _pick(payloads, places), packet_ids[places]
        nbytes = 0
    nbytes = nbytes or sum(map(len, topics)) + sum(map(len, payloads))
    return _Held(packet_ids, identified, nbytes, topics, payloads)


def _pick(of: Sequence[bytes], places: list[int]) -> Sequence[bytes]:
    return [of[places[0]]] if len(places) == 1 else itemgetter(*places)(of)
