"""Whether a connection still gets what the broker kept while nobody read, so that its receive time says nothing.

Neither the size of a read nor a pause tells: many brokers send 20 messages and wait for our answer, whatever waits
behind them. PINGREQ tells. A broker takes packets in order, so before it answers one it has taken the acknowledgements
that we sent before it and has sent what they made room for. In flight at that moment is then what has come less what
was acknowledged before the question. While the broker keeps more for us, that is always its limit; once it is less
than it has been, nothing is kept any more. Nothing of the limit need be known: neither the broker's nor whether ours,
the Receive Maximum, is lower. At QoS 0 nothing is in flight: the answer comes after all that had been sent.
"""

from collections import deque
from math import inf

from ingest.mqtt.deliveries import Deliveries

ASK_EVERY_S = 0.1
SETTLE_S = 0.5
"""Some brokers begin with the backlog only after they have answered what came with CONNECT."""
LONGEST_S = 900.0
"""A connection that never comes to its end must not stop the time: a day of a large city is through by then."""
LONGEST_ABSENCE_S = 120.0
"""The same while the broker cannot be reached: other sources may be waiting for this one."""


class Backlog:
    """Of one source, over all of its network connections. Times are those of the event loop, in seconds."""

    def __init__(self, deliveries: Deliveries) -> None:
        self._deliveries = deliveries
        self._since_s: float | None = inf
        """When it was first known or feared, to come while nothing has begun; None: the broker keeps nothing for us."""
        self._connected = self._connected_before = False
        self._settled_s = 0.0
        self._asked: deque[tuple[int, bool]] = deque()
        """For each PINGREQ without its answer: what was acknowledged before it, and whether its answer may decide."""
        self._judging: int | None = None
        """Of the PINGREQ whose answer came in this read and may decide: what was acknowledged before it."""
        self._limit = 1
        """What has been in flight at once, at least."""

    def start(self, now_s: float) -> None:
        """The run begins: until the broker says otherwise, it kept something."""
        self._since_s = now_s

    def connected(self, now_s: float, session_present: bool) -> None:
        """A broker that does not know the session has kept nothing, but a shared group may have."""
        self._connected = True
        if not self._connected_before or (session_present and not self.lasts(now_s)):
            self._since_s = now_s
        self._connected_before = True
        self._settled_s = now_s + SETTLE_S
        self._asked.clear()
        self._judging = None
        self._limit = 1

    def lost(self) -> None:
        self._connected = False

    def resumed(self, now_s: float) -> None:
        """Reading goes on: the broker, or the network, kept what came meanwhile."""
        if not self._connected:
            return
        self._since_s = now_s
        self._settled_s = now_s + SETTLE_S
        self._asked = deque((acknowledged, False) for acknowledged, _ in self._asked)
        self._judging = None

    def lasts(self, now_s: float) -> bool:
        """Whether messages may be older than their receive time says."""
        if self._since_s is None:
            return False
        return now_s - self._since_s < (LONGEST_S if self._connected else LONGEST_ABSENCE_S)

    @property
    def unanswered(self) -> bool:
        return bool(self._asked)

    def asked(self, now_s: float) -> None:
        """A PINGREQ goes out."""
        self._deliveries.receipts.asked()
        self._asked.append((self._deliveries.settled, now_s >= self._settled_s))

    def answered(self) -> None:
        """A PINGRESP came, among the messages of a read that are not admitted yet."""
        self._deliveries.receipts.heard()
        if not self._asked:
            return
        acknowledged, decides = self._asked.popleft()
        self._limit = max(self._limit, self._deliveries.taken - acknowledged)
        if decides:
            self._judging = acknowledged

    def ends(self) -> bool:
        """To be asked after each read, its messages admitted: whether it was found to have ended in it."""
        if self._judging is None or self._since_s is None:
            return False
        # With all messages of the read it may be more than it was when the answer was given, never less.
        in_flight = self._deliveries.taken - self._judging
        self._judging = None
        if in_flight >= self._limit:
            return False
        self._since_s = None
        return True
