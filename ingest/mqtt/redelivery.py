"""Which of the messages that a broker sends again we hold already, so that none of them counts twice.

When a connection is cut, the broker cannot know which of our acknowledgements were still under way: it sends every
message without one again, with DUP set (MQTT 5, 3.3.1.1 and 4.4). A reading with a time or a sequence number is told
from its copy later on; one that has neither is told here or nowhere.

A message with DUP is one that we hold where the newest message with its packet identifier had the same topic and the
same payload. Brokers have more in flight than there are identifiers, though (Mosquitto 2.0.11 sends all that it has
queued after the first acknowledgements of a resumed session, whatever the Receive Maximum), so an identifier may stand
for several messages. They come again in the order in which they came first: the first of them may be any that we
hold, each later one is the next in order, or one whose answer the broker is not known to have read.

One case looks the same on the wire and is another message: ours was acknowledged, the broker gave its identifier to an
equal message, and the first sending of that was lost with the connection. To take it for the one we hold is still
right. A lost acknowledgement comes with almost every cut, for all messages in flight; the other case takes an equal
payload on the same topic under the same identifier, and brokers count through 65,535 of them before they use one again.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from ingest.messages import MessageBatch
from ingest.mqtt.exactly_once import PACKET_IDS
from ingest.mqtt.receipts import Receipt

MOST_HELD = 1 << 18
"""Of messages whose answers the broker has read; of others there is no limit. Four times as many as there are
identifiers; ten bytes each once only the hash is left.
"""
LARGEST_BYTES = 8 << 20
"""Of topics and payloads held; beyond it the older ones are remembered by their hash alone."""


@dataclass(slots=True)
class _Held:
    """The m messages of a batch that have a packet identifier and did not come again."""

    first: int
    """Number of the first one; the others follow."""
    packet_ids: NDArray[np.uint16]
    """(m,)"""
    nbytes: int
    receipt: Receipt
    topics: Sequence[bytes] = ()
    payloads: Sequence[bytes] = ()
    hashes: NDArray[np.int64] | None = None
    """(m,) in the place of topics and payloads. Python's hash: keyed anew in each process, and never leaves it."""
    before: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    """(m,) number of the message that had the identifier before; empty until it is looked for."""

    def equals(self, place: int, topic: bytes, payload: bytes) -> bool:
        if self.hashes is not None:
            return hash((topic, payload)) == int(self.hashes[place])
        return self.topics[place] == topic and self.payloads[place] == payload

    def condense(self) -> None:
        pairs = zip(self.topics, self.payloads, strict=True)
        self.hashes = np.fromiter(map(hash, pairs), np.int64, len(self.packet_ids))
        self.topics, self.payloads, self.nbytes = (), (), 0


class HeldMessages:
    """The newest messages of a session.

    Keeping a batch costs little for its messages; they are looked at where one comes with DUP. They are numbered in
    the order in which they came; what came again has the number of its first sending alone.
    """

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """A new session: the broker sends nothing of the old one."""
        self._batches: deque[_Held] = deque()
        self._first = 0
        """Which batch is the oldest; they are counted from 0."""
        self._indexed = 0
        """The first batch that the index does not know."""
        self._condensed = 0
        """The first batch that is kept whole."""
        self._nbytes = 0
        self._next = 0
        """Number of the message that comes next."""
        self._newest_of: NDArray[np.int64] = np.zeros(0, np.int64)
        """(PACKET_IDS,) the number of the newest message with each identifier; -1: none."""
        self.begin()

    def begin(self) -> None:
        """A new connection: what is in flight comes again from its beginning."""
        self._expected: int | None = None
        """Number of the message that is to come again next; None: none has yet."""

    def keep(self, batch: MessageBatch, receipt: Receipt) -> None:
        """`receipt`: what tells whether it may come again."""
        if batch.packet_ids is None:
            return
        held = _new_of(batch, batch.packet_ids, self._next, receipt)
        if held is None:
            return
        self._batches.append(held)
        self._next += len(held.packet_ids)
        self._nbytes += held.nbytes
        while self._batches[0].receipt.proved and self._held_without_oldest() >= MOST_HELD:
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
        starts = [held.first for held in self._batches]
        # Within a batch, where nothing is acknowledged, an identifier that stands twice for the same is one message.
        numbers = packet_ids.tolist()
        first = dict(zip(reversed(numbers), range(len(numbers) - 1, -1, -1), strict=True))
        repeated = np.zeros(len(topics), np.bool_)
        for place in places:
            earlier, topic, payload = first[numbers[place]], topics[place], payloads[place]
            repeated[place] = (
                earlier < place and topics[earlier] == topic and payloads[earlier] == payload
            ) or self._holds(starts, numbers[place], topic, payload)
        return repeated if repeated.any() else None

    def _holds(self, starts: list[int], packet_id: int, topic: bytes, payload: bytes) -> bool:
        number = int(self._newest_of[packet_id])
        is_newest = True
        while starts and number >= starts[0]:
            held = self._batches[bisect_right(starts, number) - 1]
            place = number - held.first
            may_be = is_newest or self._expected in (None, number) or not held.receipt.proved
            if may_be and held.equals(place, topic, payload):
                self._expected = number + 1
                return True
            number, is_newest = int(held.before[place]), False
        return False

    def _index(self) -> None:
        if not len(self._newest_of):
            self._newest_of = np.full(PACKET_IDS, -1, np.int64)
        for batch in range(max(self._indexed, self._first), self._first + len(self._batches)):
            held = self._batches[batch - self._first]
            held.before = self._newest_of[held.packet_ids]
            # Where an identifier stands twice, the last assignment holds.
            self._newest_of[held.packet_ids] = held.first + np.arange(len(held.packet_ids))
        self._indexed = self._first + len(self._batches)

    def _held_without_oldest(self) -> int:
        oldest = self._batches[0]
        return self._next - oldest.first - len(oldest.packet_ids)

    def _drop_oldest(self) -> None:
        oldest = self._batches.popleft()
        self._first += 1
        self._nbytes -= oldest.nbytes

    def _condense_oldest(self) -> None:
        number = max(self._condensed, self._first)
        held = self._batches[number - self._first]
        self._nbytes -= held.nbytes
        held.condense()
        self._condensed = number + 1


def _new_of(batch: MessageBatch, packet_ids: NDArray[np.uint16], first: int, receipt: Receipt) -> _Held | None:
    """Without the messages at QoS 0 and those that we held already; None where there are no others."""
    is_new = packet_ids > 0 if batch.repeated is None else (packet_ids > 0) & ~batch.repeated
    topics, payloads, nbytes = batch.topics, batch.payloads, batch.nbytes
    if not is_new.all():
        places = np.flatnonzero(is_new).tolist()
        if not places:
            return None
        topics, payloads, packet_ids = _pick(topics, places), _pick(payloads, places), packet_ids[places]
        nbytes = 0
    nbytes = nbytes or sum(map(len, topics)) + sum(map(len, payloads))
    return _Held(first, packet_ids, nbytes, receipt, topics, payloads)


def _pick(of: Sequence[bytes], places: list[int]) -> Sequence[bytes]:
    return [of[places[0]]] if len(places) == 1 else itemgetter(*places)(of)
