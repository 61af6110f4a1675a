"""`denyut simulate`: a city of devices that report to a broker, a file or the terminal."""

import sys
from contextlib import ExitStack
from pathlib import Path

import click

from config.durations import SECOND_NS
from denyut.duration_option import DurationType
from denyut.loading import run_load
from denyut.message_output import write_out
from denyut.publishing import publish, warn_of_speed
from denyut.simulation import (
    broker_of,
    encoder_of,
    fleet_of,
    rates_of,
    scenario_named,
    settings_for,
    start_ns,
    street_of,
    troubled,
    warn_of_silent,
)
from denyut.speed_option import SpeedType
from denyut.truth_output import told_unwritten
from simulators.faults.payloads import TroubledEncoder
from simulators.pace import Pace
from simulators.payloads import Encoder
from simulators.publish import Publisher, nobody
from simulators.scenario import Scenario
from simulators.spellings import MIXED, SAME_READINGS, SPELLINGS

_WRITTEN_NS = 10 * SECOND_NS
_LOAD_NS = 10 * SECOND_NS

EXAMPLE = """\b
Examples:
  denyut simulate --broker mqtt://127.0.0.1:1883 --for 20s
  denyut simulate --city bojonegoro --lasts 7d --output week.jsonl.zst; denyut replay week.jsonl.zst
  denyut simulate --rate 10k:100k --devices 10000 --connections 4 --for 30s --qos 0
  denyut simulate --dry-run --for 1m --start 2026-03-02T06:00:00+07:00 --seed 7
"""


@click.command(epilog=EXAMPLE, short_help="A city of devices that report to a broker.")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Configuration with the devices.")
@click.option("--city", help="A shipped city, such as bojonegoro.")
@click.option("--devices", type=click.IntRange(1, 1_000_000), help="How many; made ones are added where needed.")
@click.option("--broker", help="mqtt://HOST:PORT; default: the configuration's, else mqtt://127.0.0.1:1883.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same city.")
@click.option(
    "--speed",
    type=SpeedType(100_000),
    default=1.0,
    help="Event time over wall time; default: 1.",
)
@click.option("--for", "for_ns", type=DurationType(), help="End after this time, such as 20s; default: on Ctrl-C.")
@click.option("--lasts", type=DurationType(), help="Or end after so much event time, such as 7d, at any speed.")
@click.option(
    "--payload",
    type=click.Choice([*SPELLINGS, MIXED]),
    default="flat",
    show_default=True,
    help="How devices write readings; mixed: each has a way of its own.",
)
@click.option("--start", help="Event time of the first reading, ISO 8601 with offset; default: now.")
@click.option(
    "--qos", type=click.IntRange(0, 1), default=1, show_default=True, help="Quality of service; 1: acknowledged."
)
@click.option(
    "--scenario", help="What befalls it, on a time line: a shipped scenario, such as ordinary-day, or a file."
)
@click.option(
    "--truth", type=click.Path(path_type=Path, file_okay=False), help="Write what is true here, for denyut score."
)
@click.option("--rate", help="A load instead: messages a second, such as 50k, steps 10k,50k or a rise 10k:200k.")
@click.option(
    "--connections",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="To the broker; the devices are dealt out over them.",
)
@click.option("--storm", type=DurationType(), help="With --rate: all connections drop and come back every so often.")
@click.option("--dry-run", is_flag=True, help="Print topic and payload instead of sending; as fast as possible.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write JSON lines instead of sending; compressed for a name in .gz or .zst.",
)
def command(
    config_file: Path | None,
    city: str | None,
    devices: int | None,
    broker: str | None,
    seed: int,
    speed: float,
    for_ns: int | None,
    lasts: int | None,
    payload: str,
    start: str | None,
    qos: int,
    scenario: str | None,
    truth: Path | None,
    rate: str | None,
    connections: int,
    storm: int | None,
    dry_run: bool,
    output: Path | None,
) -> None:
    """Simulate a city of devices.

    Readings hang together (rush hours, rain, the river that rises after it) and depend on nothing but the seed and
    their time; they come on the topics, and in the fields, that the configuration reads. With --dry-run or --output
    nothing is sent, and the time (10s where none is named) is covered as fast as possible.

    Kinds: parking, traffic, air, pm, noise, water, weather, light, bin; satisfaction, where kiosks are configured; and
    each kind of the configuration's own devices of which it names quantities.
    """
    _refuse_mixtures(for_ns, lasts, payload, truth)
    if storm is not None and (rate is None or storm < SECOND_NS):
        raise click.UsageError("--storm goes with --rate, and is 1s at least")
    settings = settings_for(config_file, city, broker)
    played = Scenario() if truth is not None else None
    if scenario is not None:
        played = scenario_named(scenario, settings, devices)
    if lasts is None:
        lasts = played.lasts if scenario is not None and played is not None else None
        lasts = lasts if for_ns is None else round(for_ns * speed)
    began_ns = start_ns(start)
    warn_of_silent(settings)
    fleet = fleet_of(settings, seed, devices, played, began_ns)
    if rate is not None:
        if played is not None or dry_run or output is not None or start is not None or speed != 1 or payload != "flat":
            raise click.UsageError(
                "--rate goes with neither --scenario, --truth, --speed, --start, --payload, --dry-run nor --output"
            )
        run_load(fleet, broker_of(settings, qos), rates_of(rate), lasts or _LOAD_NS, connections, storm)
        return
    with ExitStack() as stack:
        plain = encoder_of(fleet, settings, payload, seed)
        encoder: Encoder | TroubledEncoder = plain
        if truth is not None or (played is not None and played.faults) or plain.wire.gathers_any:
            encoder = troubled(plain, played or Scenario(), began_ns, seed, truth, stack)
        if isinstance(encoder, TroubledEncoder):
            stack.callback(_tell_faults, encoder)
        if dry_run or output is not None:
            # As fast as possible is no speed, so that the time is covered exactly.
            write_out(encoder, Pace(began_ns, 1.0, lasts or round(_WRITTEN_NS * speed)), output)
            return
        pace = Pace(began_ns, speed, None if lasts is None else round(lasts / speed))
        street = street_of(played or Scenario(), settings, seed, lambda: pace.now_ns() - began_ns, _note)
        if street is not None and truth is not None:
            stack.callback(told_unwritten(truth)(street.write), truth)
        publisher = Publisher(
            encoder,
            broker_of(settings, qos),
            pace,
            _note,
            connections,
            encoder.troubled.away if isinstance(encoder, TroubledEncoder) else nobody,
        )
        warn_of_speed(speed, settings)
        _note(f"{fleet.size:,} devices of {fleet.city}, seed {seed}")
        publish(publisher, street)
        if isinstance(encoder, TroubledEncoder):
            encoder.unsent = publisher.tally.unsent
    if lasts is not None and publisher.cut_off:
        raise SystemExit(1)


def _refuse_mixtures(for_ns: int | None, lasts: int | None, payload: str, truth: Path | None) -> None:
    if for_ns is not None and lasts is not None:
        raise click.UsageError("--for (time by the clock) and --lasts (event time) exclude each other")
    if truth is not None and payload not in (*SAME_READINGS, MIXED):
        raise click.UsageError(f"--truth and --payload {payload} exclude each other: a run would know other readings")


def _tell_faults(encoder: TroubledEncoder) -> None:
    # Where the reader of the output has seen enough, nobody reads this any more.
    if encoder.befallen.counts and not sys.stderr.closed:
        _note(f"readings with faults, of {encoder.befallen.readings:,}: {encoder.befallen}")


def _note(line: str) -> None:
    click.echo(line, err=True)
