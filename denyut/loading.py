"""A load on a broker from the command line: its course, and what came of it."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import click

from config.durations import SECOND_NS, format_duration
from ingest.mqtt.options import ConnectionOptions
from simulators.fleet import DEFAULT_EVERY_NS, Fleet
from simulators.load.frames import Frames
from simulators.load.latency import LatencyProbe
from simulators.load.load import Load, Progress
from simulators.load.opening import LaneError, reason_of
from simulators.load.rates import Rates
from simulators.load.storms import Storm, Storms
from simulators.payloads import Encoder

_COLUMNS = f"{'time':>8}{'sent':>14}{'a second':>12}{'behind':>12}{'on the way':>12}{'connected':>11}"
_NOTICEABLE_S = 0.5
_ROUND_START_NS = 1_772_406_000 * SECOND_NS
"""Monday, 6 a.m. in Jakarta; each message gets the time at which it is due."""


def run_load(
    fleet: Fleet, broker: ConnectionOptions, rates: Rates, lasts_ns: int, connections: int, storm_ns: int | None = None
) -> None:
    """Exits with 1 where the broker cannot be used, did not take all that was due, or not every connection is there."""
    messages = Encoder(fleet).messages(_ROUND_START_NS, _ROUND_START_NS + DEFAULT_EVERY_NS)
    frames = Frames(messages.topics, messages.payloads, broker.qos)
    ways = "connection" if connections == 1 else "connections"
    _note(f"{fleet.size:,} devices, {connections:,} {ways}, QoS {broker.qos}")
    storms = Storms(None if storm_ns is None else storm_ns / SECOND_NS)
    last: Progress | None = None
    broken: LaneError | None = None
    try:
        with _stopping() as stopped, LatencyProbe(broker, messages.topics, rates.largest) as probe:
            load = Load(frames, rates, lasts_ns / SECOND_NS, lambda: bool(stopped), storms)
            try:
                for now in load.run(broker, connections):
                    if last is None:
                        _note(_COLUMNS)
                    _note(_course(now, last))
                    last = now
            except LaneError as error:
                broken = error
            expected = probe.expected(*load.place)
            probe.wait_for(expected)
    except (LaneError, OSError) as error:
        # A LaneError names the broker itself.
        reason = f"{broker.host}:{broker.port}: {reason_of(error)}" if isinstance(error, OSError) else error
        _note(f"denyut: {reason}")
        sys.exit(1)
    if broken is not None:
        _note(f"denyut: {broken}")
    if last is not None:
        for line in (*summary_of(last, lasts_ns), *map(_storm, storms.passed), _delays(probe, expected)):
            _note(line)
    if broken is not None or (last is not None and (last.done < last.wanted or last.connected < connections)):
        sys.exit(1)


def _course(now: Progress, before: Progress | None) -> str:
    seconds, sent = (before.seconds, before.sent) if before else (0.0, 0)
    rate = (now.sent - sent) / max(now.seconds - seconds, 1e-3)
    behind, on_the_way = now.wanted - now.sent, now.sent - now.done
    return f"{now.seconds:6.1f} s{now.sent:>14,}{rate:>12,.0f}{behind:>12,}{on_the_way:>12,}{now.connected:>11,}"


def summary_of(last: Progress, lasts_ns: int) -> Iterator[str]:
    """Lines. `lasts_ns`: what was asked for."""
    missing = last.sent - last.done
    unacknowledged = f", {missing:,} not acknowledged" if missing else ""
    rate = last.sent / max(last.seconds, 1e-3)
    yield f"{last.sent:,} messages in {last.seconds:.1f} s: {rate:,.0f}/s{unacknowledged}"
    if never := last.wanted - last.sent:
        yield f"{last.wanted:,} due, {last.sent:,} sent, {never:,} never sent; the percentiles are of those sent"
    if (over_s := last.seconds - lasts_ns / SECOND_NS) >= _NOTICEABLE_S:
        yield f"{over_s:.1f} s longer than {format_duration(lasts_ns)}, for what was behind and on the way"
    if last.again:
        yield f"{last.again:,} of them went out again after a connection was lost"


def _storm(storm: Storm) -> str:
    came = (
        "not all of them came back"
        if storm.back_s is None
        else f"all back after {storm.back_s:.2f} s, {storm.connects_a_second:,.0f} connects/s"
    )
    failed = f", {storm.failures:,} attempts failed" if storm.failures else ""
    return f"storm at {storm.began_s:.1f} s: {storm.connections:,} dropped{failed}, {came}"


def _delays(probe: LatencyProbe, expected: int) -> str:
    found = probe.percentiles()
    said = ", ".join(f"{name} {value:.0f} ms" for name, value in found.items()) or "none came back"
    others = f" (and {len(probe) - expected:,} that others sent)" if len(probe) > expected else ""
    heard = min(len(probe), expected)
    return f"from the time due to the arrival back here, {heard:,} of {expected:,} listened to{others}: {said}"


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
