"""A load on a broker: the readings of a fleet again and again, at a rate, over some connections."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.mqtt.options import ConnectionOptions
from simulators.load.frames import Frames
from simulators.load.lane import Lane
from simulators.load.lanes import Lanes
from simulators.load.opening import LaneError
from simulators.load.rates import Rates
from simulators.load.storms import Storms

_MOST_BYTES = 256 << 10
"""Of one write."""
_PAUSE_S = 0.001
_DRAIN_S = 30.0
_GRACE_S = 10.0
"""After the load, for a first connection to come back."""


@dataclass(slots=True)
class Progress:
    seconds: float
    wanted: int
    """Messages that have come due."""
    sent: int
    done: int
    """Acknowledged, or at QoS 0 taken by the sockets."""
    again: int
    """Messages that went out once more after a storm."""
    connected: int


class Load:
    """`lasts_s` of load. `stopped` is asked between writes.

    Each message says the time at which it was due, not that of its sending: where the machine or the broker is behind,
    the delay that is measured from it has the waiting too.
    """

    def __init__(
        self, frames: Frames, rates: Rates, lasts_s: float, stopped: Callable[[], bool], storms: Storms
    ) -> None:
        self._frames = frames
        self._rates = rates
        self._lasts_s = lasts_s
        self._stopped = stopped
        self._storms = storms
        self._at = self._round = self._sent = self._wanted = 0
        self._began_ms = self._reached_s = 0.0

    @property
    def place(self) -> tuple[int, int]:
        """Whole rounds of the frames that were sent, and messages of the one after them."""
        return self._round, self._at

    def run(self, options: ConnectionOptions, connections: int) -> Iterator[Progress]:
        """How far it is, about each second and at the end, also before a LaneError of a broker that was there."""
        with Lanes(options, connections, patient=self._storms.expected) as lanes:
            lanes.open()
            began = time.monotonic()
            try:
                yield from self._send(lanes, began)
            except LaneError:
                yield self._progress(lanes, time.monotonic() - began)
                raise

    def _send(self, lanes: Lanes, began: float) -> Iterator[Progress]:
        said = began
        self._began_ms = time.time() * 1000
        while not self._stopped():
            now = time.monotonic()
            share = min((now - began) / self._lasts_s, 1.0)
            self._wanted = int(self._rates.due(share) * self._lasts_s)
            if (share == 1.0 and self._sent >= self._wanted) or now - began > self._lasts_s + _DRAIN_S:
                break
            if self._deserted(lanes, now - began):
                break
            self._weather(lanes, now - began)
            moved = self._give(lanes)
            lanes.look(0.0 if moved else _PAUSE_S)
            if now - said >= 1.0:
                said = now
                yield self._progress(lanes, now - began)
        end = time.monotonic()
        while not lanes.settled and time.monotonic() < end + _DRAIN_S:
            lanes.look(_PAUSE_S)
            self._weather(lanes, time.monotonic() - began)
            if self._deserted(lanes, time.monotonic() - began):
                break
        yield self._progress(lanes, time.monotonic() - began)

    def _deserted(self, lanes: Lanes, now_s: float) -> bool:
        """Whether the load is over, and nothing was connected in all the grace after it."""
        if lanes.connected:
            self._reached_s = now_s
        return now_s - max(self._reached_s, self._lasts_s) > _GRACE_S

    def _weather(self, lanes: Lanes, now_s: float) -> None:
        self._storms.note(now_s, over=lanes.whole, failures=lanes.failures)
        if lanes.whole and self._storms.breaks_out(now_s, self._lasts_s, len(lanes.all), lanes.failures):
            lanes.begin()

    def _give(self, lanes: Lanes) -> bool:
        """To each connection that has room a stretch of what is due; whether there was any."""
        moved = False
        for number, lane in enumerate(lanes.all):
            count = min(self._wanted - self._sent, lane.room, len(self._frames) - self._at)
            if count <= 0:
                continue
            try:
                self._send_stretch(lane, count)
            except LaneError as error:
                lanes.lose(number, error)
            else:
                lanes.watch(number)
            moved = True
        return moved

    def _send_stretch(self, lane: Lane, count: int) -> None:
        """At most `count` messages, and no more than one write takes."""
        starts = self._frames.starts
        last = int(np.searchsorted(starts, starts[self._at] + _MOST_BYTES, "right")) - 1
        first, last = self._at, max(self._at + 1, min(self._at + count, last))
        self._frames.write(first, last, self._due_ms(last - first), self._round)
        if self._frames.qos:
            lane.next_id = self._frames.number(first, last, lane.next_id)
        self._sent += last - first
        self._at = last
        if last == len(self._frames):
            self._at, self._round = 0, self._round + 1
        lane.send(memoryview(self._frames.data)[int(starts[first]) : int(starts[last])], starts[first : last + 1])

    def _due_ms(self, count: int) -> NDArray[np.int64]:
        """(count,) Unix ms of the moments at which the next messages are due."""
        shares = self._rates.when(np.arange(self._sent + 1, self._sent + count + 1) / self._lasts_s)
        return (self._began_ms + shares * (self._lasts_s * 1000)).astype(np.int64)

    def _progress(self, lanes: Lanes, seconds: float) -> Progress:
        done, again = sum(lane.done for lane in lanes.all), sum(lane.again for lane in lanes.all)
        return Progress(seconds, self._wanted, self._sent, done, again, lanes.connected)
