"""A load on a broker: the readings of a fleet again and again, at a rate, over some connections."""

import select
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass

import numpy as np

from ingest.mqtt.options import ConnectionOptions
from simulators.load.frames import Frames
from simulators.load.lanes import Lane
from simulators.load.rates import Rates

_MOST_BYTES = 256 << 10
"""Of one write."""
_PAUSE_S = 0.001
_DRAIN_S = 30.0
UNACKNOWLEDGED = 20_000


@dataclass(slots=True)
class Progress:
    seconds: float
    wanted: int
    sent: int
    acknowledged: int


class Load:
    """`lasts_s` of load. `stopped` is asked between writes."""

    def __init__(self, frames: Frames, rates: Rates, lasts_s: float, stopped: Callable[[], bool]) -> None:
        self._frames = frames
        self._rates = rates
        self._lasts_s = lasts_s
        self._stopped = stopped
        self._at = self._round = self._sent = 0

    def run(self, options: ConnectionOptions, connections: int) -> Iterator[Progress]:
        """How far it is, about each second and at the end. Raises LaneError."""
        with ExitStack() as opened:
            # Each at once: where a later one cannot connect, the earlier ones are closed.
            lanes = [
                opened.enter_context(closing(Lane(options, number, UNACKNOWLEDGED))) for number in range(connections)
            ]
            yield from self._send(lanes)

    def _send(self, lanes: list[Lane]) -> Iterator[Progress]:
        began = said = time.monotonic()
        while not self._stopped():
            now = time.monotonic()
            share = min((now - began) / self._lasts_s, 1.0)
            wanted = int(self._rates.due(share) * self._lasts_s)
            if share == 1.0 and self._sent >= wanted:
                break
            if now - began > self._lasts_s + _DRAIN_S:
                break
            moved = self._give(lanes, wanted)
            _look(lanes, 0.0 if moved else _PAUSE_S)
            if now - said >= 1.0:
                said = now
                yield self._progress(lanes, now - began, wanted)
        end = time.monotonic()
        while any(lane.busy or lane.acknowledged < lane.sent for lane in lanes) and time.monotonic() < end + _DRAIN_S:
            _look(lanes, _PAUSE_S)
        yield self._progress(lanes, time.monotonic() - began, int(self._rates.due(1.0) * self._lasts_s))

    def _give(self, lanes: list[Lane], wanted: int) -> bool:
        """To each connection that has room a stretch of what is due; whether there was any."""
        moved = False
        for lane in lanes:
            count = min(wanted - self._sent, lane.room, len(self._frames) - self._at)
            if count <= 0:
                continue
            starts = self._frames.starts
            last = int(np.searchsorted(starts, starts[self._at] + _MOST_BYTES, "right")) - 1
            last = max(self._at + 1, min(self._at + count, last))
            now_ms = np.full(last - self._at, time.time_ns() // 1_000_000)
            self._frames.write(self._at, last, now_ms, self._round)
            if self._frames.qos:
                lane.next_id = self._frames.number(self._at, last, lane.next_id)
            part = memoryview(self._frames.data)[int(starts[self._at]) : int(starts[last])]
            lane.send(part, last - self._at, acknowledged=bool(self._frames.qos))
            self._sent += last - self._at
            self._at = last
            if self._at == len(self._frames):
                self._at, self._round = 0, self._round + 1
            moved = True
        return moved

    def _progress(self, lanes: list[Lane], seconds: float, wanted: int) -> Progress:
        return Progress(seconds, wanted, self._sent, sum(lane.acknowledged for lane in lanes))


def _look(lanes: list[Lane], patience_s: float) -> None:
    by_socket = {lane.socket: lane for lane in lanes}
    busy = [lane.socket for lane in lanes if lane.busy]
    readable, writable, _ = select.select(list(by_socket), busy, [], patience_s)
    for each in readable:
        by_socket[each].receive()
    for each in writable:
        by_socket[each].flush()
