"""Batches of points as request bodies of line protocol: cut to a size a server takes, halved where it takes less."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from storage.line_protocol import NO_FIELD, LineEncoder
from storage.points import PointBatch
from storage.store import StoreRefused

LINES_PER_BODY = 5000
_log = logging.getLogger(__name__)


class LineWriter:
    """Encodes, cuts and hands over to `send`, which raises `StoreError`."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._encoder = LineEncoder()
        self.dropped: Counter[str] = Counter()
        """Reason -> points (or values) that line protocol cannot carry."""

    def write(self, batches: Sequence[PointBatch]) -> int:
        """Points handed over. The first refusal of points is raised when all bodies were sent."""
        lines: list[bytes] = []
        for batch in batches:
            encoded = self._encoder.encode(batch)
            lines += encoded.lines
            self._count(encoded.dropped)
        refusals = [refusal for body in batched(lines) if (refusal := self._refusal(body))]
        if refusals:
            raise refusals[0]
        return len(lines)

    def _refusal(self, lines: list[bytes]) -> StoreRefused | None:
        """Points that a server finds invalid must not keep the bodies after them from it; it takes their neighbours."""
        try:
            self._send_lines(lines)
        except StoreRefused as refusal:
            if not refusal.concerns_points:
                raise
            return refusal
        return None

    def _send_lines(self, lines: list[bytes]) -> None:
        try:
            self._send(b"\n".join(lines))
        except StoreRefused as refusal:
            if refusal.reason != "too_large" or len(lines) == 1:
                raise
            half = len(lines) // 2
            self._send_lines(lines[:half])
            self._send_lines(lines[half:])

    def _count(self, dropped: Counter[str]) -> None:
        for reason, points in dropped.items():
            if reason != NO_FIELD and reason not in self.dropped:
                _log.warning("%d values stay out of InfluxDB (%s): a name line protocol cannot carry", points, reason)
        self.dropped.update(dropped)


def batched(lines: list[bytes]) -> Iterator[list[bytes]]:
    for at in range(0, len(lines), LINES_PER_BODY):
        yield lines[at : at + LINES_PER_BODY]
