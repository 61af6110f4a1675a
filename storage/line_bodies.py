"""Batches of points as request bodies of line protocol: cut to a size a server takes, halved where it refuses."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from storage.line_protocol import NO_FIELD, LineEncoder
from storage.points import PointBatch
from storage.store import PointsRefused, StoreRefused

LINES_PER_BODY = 5000
FOUND_ONE_BY_ONE = 500
"""Lines refused in one write that are told from their neighbours by halving. Where still more are refused, such as all
of a measurement, what a further refusal concerns is refused as a whole: requests must not outnumber points."""
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Refusals:
    lines: list[tuple[bytes, str]] = field(default_factory=list)
    first: StoreRefused | None = None

    def add(self, lines: list[bytes], refusal: StoreRefused) -> None:
        self.lines += [(line, str(refusal)) for line in lines]
        self.first = self.first or refusal


class LineWriter:
    """Encodes, cuts and hands over to `send`, which raises `StoreError`."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._encoder = LineEncoder()
        self.dropped: Counter[str] = Counter()
        """Reason -> points (or values) that line protocol cannot carry."""

    def write(self, batches: Sequence[PointBatch]) -> int:
        """Points handed over. Raises `PointsRefused` when all others were sent."""
        lines: list[bytes] = []
        dropped: Counter[str] = Counter()
        for batch in batches:
            encoded = self._encoder.encode(batch)
            lines += encoded.lines
            dropped += encoded.dropped
        refusals = _Refusals()
        for body in batched(lines):
            self._send_lines(body, refusals)
        # Only here: what is sent again must not be counted again.
        self._count(dropped)
        if refusals.first is not None:
            written = len(lines) - len(refusals.lines)
            raise PointsRefused(refusals.first.reason, str(refusals.first), refusals.lines, written)
        return len(lines)

    def _send_lines(self, lines: list[bytes], refusals: _Refusals) -> None:
        """What is at fault must not keep its neighbours from the server."""
        try:
            self._send(b"\n".join(lines))
        except StoreRefused as refusal:
            if not refusal.concerns_points:
                raise
            is_enough = refusal.reason == "invalid" and len(refusals.lines) >= FOUND_ONE_BY_ONE
            if len(lines) == 1 or is_enough:
                refusals.add(lines, refusal)
                return
            half = len(lines) // 2
            self._send_lines(lines[:half], refusals)
            self._send_lines(lines[half:], refusals)

    def _count(self, dropped: Counter[str]) -> None:
        for reason, points in dropped.items():
            if reason != NO_FIELD and reason not in self.dropped:
                _log.warning("%d values stay out of InfluxDB (%s): a name line protocol cannot carry", points, reason)
        self.dropped.update(dropped)


def batched(lines: list[bytes]) -> Iterator[list[bytes]]:
    for at in range(0, len(lines), LINES_PER_BODY):
        yield lines[at : at + LINES_PER_BODY]
