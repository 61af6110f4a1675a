"""All connections of a load: they come up at once, are served as they get ready, and come back after a storm."""

import selectors
import time

from ingest.mqtt.options import ConnectionOptions
from simulators.load.lane import Lane
from simulators.load.opening import LaneError, Steps, addresses_of, opening

_TIMEOUT_S = 10.0
_AGAIN_S = 1.0
UNACKNOWLEDGED = 20_000
"""Messages on the way on one connection at QoS 1: packet ids are 16 bits wide."""
_UNACKNOWLEDGED_OF_ALL = 200_000


class Lanes:
    """A context manager. `patient`: a connection that is lost is a failure that is counted, and comes back."""

    def __init__(self, options: ConnectionOptions, count: int, patient: bool) -> None:
        most = min(UNACKNOWLEDGED, max(_UNACKNOWLEDGED_OF_ALL // count, 100))
        self._address = f"{options.host}:{options.port}"
        self.all = [Lane(options.qos, most, self._address) for _ in range(count)]
        self.failures = 0
        self.patient = patient
        self._options = options
        self._selector = selectors.DefaultSelector()
        self._attempts: dict[int, Steps] = {}
        """Those that come up, by the number of the lane."""
        self._patience: dict[int, float] = {}
        """Until when, of the monotonic clock: an attempt may last, or a lane rests after one that failed."""
        self._watched: dict[int, tuple[int, int]] = {}
        """File descriptor and events by the number of the lane."""

    def __enter__(self) -> "Lanes":
        return self

    def __exit__(self, *_error: object) -> None:
        for number in range(len(self.all)):
            self._close(number)
        self._selector.close()

    @property
    def connected(self) -> int:
        return sum(lane.socket is not None for lane in self.all)

    @property
    def whole(self) -> bool:
        return not self._patience

    @property
    def settled(self) -> bool:
        """All connected, and all that was sent is done."""
        return self.whole and not any(lane.busy or lane.done < lane.sent for lane in self.all)

    def open(self) -> None:
        """All of them; returns when each has its session. Raises LaneError."""
        self._addresses = addresses_of(self._options)
        patient, self.patient = self.patient, False
        self.begin()
        while not self.whole:
            self.look(_AGAIN_S)
        self.patient = patient

    def begin(self) -> None:
        """All of them leave, and knock again at once."""
        for number in range(len(self.all)):
            self._close(number)
        for number in range(len(self.all)):
            self._knock(number)

    def look(self, patience_s: float) -> None:
        """Serve those that are ready; wait so long for one. Raises LaneError unless patient."""
        for key, events in self._selector.select(patience_s):
            number = key.data
            if number in self._attempts:
                self._advance(number)
            else:
                self._serve(number, events)
        if self._patience:
            self._look_at_the_clock()

    def watch(self, number: int) -> None:
        """What this one waits for has changed."""
        lane = self.all[number]
        if lane.socket is not None:
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if lane.busy else 0)
            self._register(number, lane.socket.fileno(), wanted)

    def _serve(self, number: int, events: int) -> None:
        lane = self.all[number]
        try:
            if events & selectors.EVENT_READ:
                lane.receive()
            if events & selectors.EVENT_WRITE:
                lane.flush()
        except LaneError as error:
            self.lose(number, error)
        else:
            self.watch(number)

    def _look_at_the_clock(self) -> None:
        now = time.monotonic()
        for number in [number for number, until in self._patience.items() if now >= until]:
            if number in self._attempts:
                self.lose(number, LaneError(f"{self._address} did not answer within {_TIMEOUT_S:g} s"))
            else:
                self._knock(number)

    def _knock(self, number: int) -> None:
        self._attempts[number] = opening(self._options, self._addresses, number)
        self._patience[number] = time.monotonic() + _TIMEOUT_S
        self._advance(number)

    def _advance(self, number: int) -> None:
        """The next step. It may close its socket, so that is not watched meanwhile."""
        self._unregister(number)
        try:
            waits_for, events = next(self._attempts[number])
        except StopIteration as opened:
            del self._attempts[number], self._patience[number]
            self.all[number].resume(opened.value)
            self._serve(number, selectors.EVENT_WRITE)
        except LaneError as error:
            self.lose(number, error)
        else:
            self._register(number, waits_for.fileno(), events)

    def lose(self, number: int, error: LaneError) -> None:
        """Its connection has failed. Raises the error unless patient."""
        self._close(number)
        if not self.patient:
            raise error
        self.failures += 1
        self._patience[number] = time.monotonic() + _AGAIN_S

    def _close(self, number: int) -> None:
        self._unregister(number)
        self._patience.pop(number, None)
        attempt = self._attempts.pop(number, None)
        if attempt is not None:
            attempt.close()
        self.all[number].drop()

    def _register(self, number: int, descriptor: int, events: int) -> None:
        before = self._watched.get(number)
        if before == (descriptor, events):
            return
        if before is None:
            self._selector.register(descriptor, events, number)
        else:
            self._selector.modify(descriptor, events, number)
        self._watched[number] = (descriptor, events)

    def _unregister(self, number: int) -> None:
        watched = self._watched.pop(number, None)
        if watched is not None:
            self._selector.unregister(watched[0])
