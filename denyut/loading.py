"""A load on a broker from the command line: its course, and what came of it."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from config.durations import SECOND_NS
from ingest.mqtt.options import ConnectionOptions
from simulators.fleet import DEFAULT_EVERY_NS, Fleet
from simulators.load.frames import Frames
from simulators.load.lanes import LaneError
from simulators.load.latency import LatencyProbe
from simulators.load.load import Load, Progress
from simulators.load.rates import Rates
from simulators.payloads import Encoder

_ROUND_START_NS = 1_772_406_000 * SECOND_NS
"""Monday, 6 a.m. in Jakarta; each message gets the time at which it is sent."""


def run_load(fleet: Fleet, broker: ConnectionOptions, rates: Rates, lasts_ns: int, connections: int) -> None:
    """Exits with 1 where the broker cannot be used or did not take all of it."""
    messages = Encoder(fleet).messages(_ROUND_START_NS, _ROUND_START_NS + DEFAULT_EVERY_NS)
    frames = Frames(messages.topics, messages.payloads, broker.qos)
    ways = "connection" if connections == 1 else "connections"
    _note(f"{len(fleet.devices):,} devices, {connections} {ways}, QoS {broker.qos}")
    last: Progress | None = None
    try:
        with _stopping() as stopped, LatencyProbe(broker, messages.topics, rates.largest) as probe:
            for last in Load(frames, rates, lasts_ns / SECOND_NS, lambda: bool(stopped)).run(broker, connections):
                _note(f"{last.seconds:6.1f} s  {last.sent:>12,} sent  {last.wanted - last.sent:>10,} behind")
    except (LaneError, OSError) as error:
        # A LaneError names the broker itself.
        reason = f"{broker.host}:{broker.port}: {error.strerror or error}" if isinstance(error, OSError) else error
        _note(f"denyut: {reason}")
        sys.exit(1)
    if last is None:
        return
    _note(f"{last.sent:,} messages in {last.seconds:.1f} s: {last.sent / last.seconds:,.0f}/s{_unacknowledged(last)}")
    if found := probe.percentiles():
        said = ", ".join(f"{name} {value:.0f} ms" for name, value in found.items())
        _note(f"on the way through the broker, {len(probe):,} of them listened to: {said}")
    if last.acknowledged < last.sent:
        sys.exit(1)


def _unacknowledged(last: Progress) -> str:
    missing = last.sent - last.acknowledged
    return f", {missing:,} not acknowledged" if missing else ""


@contextmanager
def _stopping() -> Iterator[list[int]]:
    """Signals that came meanwhile: SIGINT and SIGTERM end the load, and it is summed up."""
    came: list[int] = []

    def heard(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    before = {number: signal.signal(number, heard) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _note(line: str) -> None:
    click.echo(line, err=True)
