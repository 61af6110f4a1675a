"""What batches are acknowledged with, and which of them the broker is known to have read the answers to.

That an answer was sent is no proof: the socket may hold it when the connection is cut. A broker takes packets in order,
so PINGRESP proves all that was sent before the PINGREQ; `Backlog` draws on the same. What is proved
does not come again.
"""

from collections import deque

import numpy as np
from numpy.typing import NDArray


class Receipt:
    """Valid within its network connection: after it the broker sends the batch again."""

    __slots__ = ("answered", "at_least_once", "connection", "exactly_once", "follows_resent", "proved")

    def __init__(self, connection: int, at_least_once: NDArray[np.uint16], exactly_once: NDArray[np.uint16]) -> None:
        self.connection = connection
        self.at_least_once = at_least_once
        self.exactly_once = exactly_once
        self.answered = self.proved = not self.size
        """Whether each of its messages has had its PUBACK or PUBREC written, and whether the broker has read them."""
        self.follows_resent = False

    @property
    def size(self) -> int:
        return len(self.at_least_once) + len(self.exactly_once)


class Receipts:
    """Of one source, over all of its connections, as far as they are not proved; acknowledged in their order."""

    def __init__(self) -> None:
        self._unproved: deque[Receipt] = deque()
        self._answered: deque[Receipt] = deque()
        """Of this connection, and not proved."""
        self._answers = self._proofs = 0
        self._questions: deque[int] = deque()
        """For each PINGREQ without its answer: how many had been answered before it."""
        self._heard = False

    def begin(self, session_present: bool) -> None:
        """A new connection. Of a session that is gone nothing comes again."""
        for receipt in self._unproved:
            receipt.answered = True
            receipt.proved = not session_present
        self._answered.clear()
        self._questions.clear()
        self._answers = self._proofs = 0
        self._heard = False
        self._forget_proved()

    def add(self, receipt: Receipt) -> None:
        if receipt.proved:
            return
        # A broker sends again what it must before it answers the first PINGREQ.
        receipt.follows_resent = self._heard
        self._unproved.append(receipt)

    def answered(self, receipt: Receipt) -> None:
        receipt.answered = True
        self._answered.append(receipt)
        self._answers += 1

    def asked(self) -> None:
        """A PINGREQ goes out."""
        self._questions.append(self._answers)

    def heard(self) -> None:
        """A PINGRESP came."""
        if not self._questions:
            return
        until = self._questions.popleft()
        while self._proofs < until:
            self._proofs += 1
            receipt = self._answered.popleft()
            receipt.proved = True
            if receipt.follows_resent:
                self._prove_older(receipt.connection)
        self._heard = True
        self._forget_proved()

    def _prove_older(self, connection: int) -> None:
        """All that came again has been answered too, and the rest is not to come again."""
        for receipt in self._unproved:
            if receipt.connection >= connection:
                break
            receipt.proved = True

    def _forget_proved(self) -> None:
        while self._unproved and self._unproved[0].proved:
            self._unproved.popleft()
