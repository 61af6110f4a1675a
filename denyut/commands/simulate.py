"""`denyut simulate`: a city of devices that report to a broker, a file or the terminal."""

import asyncio
import json
import signal
import sys
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import IO

import click

from config.addresses import checked_broker
from config.cities import shipped_city
from config.durations import SECOND_NS, format_duration
from config.load import load_settings
from config.mistakes import ConfigurationError
from config.settings import Settings, Source
from denyut.duration_option import DurationType
from denyut.loading import run_load
from ingest.mqtt.options import ConnectionOptions, options_of
from processors.indicators.catalogue import UNITS
from simulators.faults.payloads import TroubledEncoder
from simulators.faults.troubled import TroubledFleet
from simulators.faults.truth import TruthFiles
from simulators.fleet import Fleet
from simulators.flood_waves import FloodedFleet
from simulators.load.rates import Rates, parse_rates
from simulators.pace import Pace
from simulators.payloads import Encoder, Messages
from simulators.publish import Publisher, Tally
from simulators.scenario import Scenario
from simulators.scenario_files import load_scenario
from simulators.start_time import parse_start

_UNPACED_NS = 10 * SECOND_NS
_STEP_NS = 10 * SECOND_NS
_LOAD_NS = 10 * SECOND_NS

EXAMPLE = """\b
Examples:
  denyut simulate --broker mqtt://127.0.0.1:1883 --for 20s
  denyut simulate --for 1m --speed 60 --output hour.jsonl; denyut replay hour.jsonl
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
    type=click.FloatRange(0, 100_000, min_open=True),
    default=1.0,
    help="Event time over wall time; default: 1.",
)
@click.option("--for", "lasts", type=DurationType(), help="End after this time, such as 20s; default: on Ctrl-C.")
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
    "--connections", type=click.IntRange(1, 1000), default=1, show_default=True, help="With --rate: how many."
)
@click.option("--dry-run", is_flag=True, help="Print topic and payload instead of sending; as fast as possible.")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write JSON lines instead of sending.")
def command(
    config_file: Path | None,
    city: str | None,
    devices: int | None,
    broker: str | None,
    seed: int,
    speed: float,
    lasts: int | None,
    start: str | None,
    qos: int,
    scenario: str | None,
    truth: Path | None,
    rate: str | None,
    connections: int,
    dry_run: bool,
    output: Path | None,
) -> None:
    """Simulate a city of parking, traffic, air, noise, water and weather devices.

    Readings hang together (rush hours, rain, the river that rises after it) and depend on nothing but the seed and
    their time. With --dry-run or --output nothing is sent, and --for (default 10s) is covered as fast as possible.
    """
    settings = _settings(config_file, city)
    played = _scenario(scenario) if scenario is not None else Scenario() if truth is not None else None
    if played is not None and scenario is not None and lasts is None:
        lasts = round(played.lasts / speed)
    started_ns = _start(start)
    fleet = _fleet(settings, seed, devices, played, started_ns)
    if rate is not None:
        if played is not None or dry_run or output is not None or start is not None or speed != 1:
            raise click.UsageError(
                "--rate goes with neither --scenario, --truth, --speed, --start, --dry-run nor --output"
            )
        run_load(fleet, _broker(settings, broker, qos), _rates(rate), lasts or _LOAD_NS, connections)
        return
    with ExitStack() as stack:
        plain = Encoder(fleet)
        encoder: Encoder | TroubledEncoder = plain
        if played is not None and (played.faults or truth is not None):
            encoder = _troubled(plain, played, started_ns, seed, truth, stack)
        if dry_run or output is not None:
            _write(encoder, Pace(started_ns, speed, lasts or _UNPACED_NS), output)
            return
        publisher = Publisher(encoder, _broker(settings, broker, qos), Pace(started_ns, speed, lasts), _note)
        if speed > 1:
            _note(_ahead(speed, settings))
        _note(f"{len(fleet.devices)} devices of {fleet.city}, seed {seed}")
        asyncio.run(_until_stopped(publisher))
        _note(_summary(publisher.tally))
    if lasts is not None and not publisher.tally.connections:
        raise SystemExit(1)


def _troubled(
    encoder: Encoder, scenario: Scenario, start_ns: int, seed: int, truth: Path | None, stack: ExitStack
) -> TroubledEncoder:
    troubled = TroubledFleet(encoder.fleet, scenario, start_ns, seed)
    if truth is None:
        return TroubledEncoder(encoder, troubled, lambda _sent, _message: None)
    try:
        files = stack.enter_context(TruthFiles(truth, encoder.fleet))
    except OSError as error:
        raise click.BadParameter(f"{truth}: {error.strerror}", param_hint="--truth") from None
    about = {"city": encoder.fleet.city, "seed": seed, "start_ns": start_ns, "scenario": scenario.name}
    stack.callback(files.about, about)
    return TroubledEncoder(encoder, troubled, files.witness)


def _scenario(name: str) -> Scenario:
    try:
        return load_scenario(name)
    except ConfigurationError as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None


def _ahead(speed: float, settings: Settings) -> str:
    ahead = format_duration(settings.windows.ahead)
    return (
        f"warning: at --speed {speed:g} event time runs ahead of the clock, and `denyut run` rejects what lies further "
        f"ahead than windows.ahead ({ahead}) as time_ahead; use --output FILE and `denyut replay FILE` instead"
    )


def _settings(config_file: Path | None, city: str | None) -> Settings:
    if config_file is not None and city is not None:
        raise click.UsageError(f"--config {config_file} and --city {city} exclude each other")
    try:
        return load_settings(_city_file(city) if city is not None else config_file, UNITS)
    except ConfigurationError as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None


def _city_file(city: str) -> Path:
    try:
        return shipped_city(city)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--city") from None


def _rates(text: str) -> Rates:
    try:
        return parse_rates(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--rate") from None


def _fleet(settings: Settings, seed: int, devices: int | None, scenario: Scenario | None, start_ns: int) -> Fleet:
    try:
        if scenario is not None and scenario.flood_waves:
            return FloodedFleet(settings, seed, devices, scenario.flood_waves, start_ns)
        return Fleet(settings, seed, devices)
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _start(text: str | None) -> int:
    try:
        return time.time_ns() if text is None else parse_start(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--start") from None


def _broker(settings: Settings, broker: str | None, qos: int) -> ConnectionOptions:
    try:
        source = settings.sources[0] if settings.sources else Source()
        if broker is not None:
            source = source.model_copy(update={"broker": checked_broker(broker)})
        return options_of(source.model_copy(update={"qos": qos}), "simulate")
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--broker") from None


def _write(encoder: Encoder | TroubledEncoder, pace: Pace, output: Path | None) -> None:
    try:
        with ExitStack() as stack:
            stream = stack.enter_context(output.open("w", encoding="utf-8")) if output else sys.stdout
            written = _write_all(encoder, pace, stream, as_json=output is not None)
            stream.flush()
    except BrokenPipeError:
        # The reader (head, less) has seen enough; Python would complain again when it closes the stream.
        sys.stderr.close()
        return
    except OSError as error:
        raise click.UsageError(f"{output}: {error.strerror}") from None
    _note(f"{written:,} messages written, {format_duration(round(pace.speed * (pace.lasts_ns or 0)))} of event time")


def _write_all(encoder: Encoder | TroubledEncoder, pace: Pace, stream: IO[str], as_json: bool) -> int:
    written, since_ns, end_ns = 0, pace.start_ns, pace.end_ns or pace.start_ns
    with suppress(KeyboardInterrupt):
        while since_ns < end_ns:
            until_ns = min(since_ns + _STEP_NS, end_ns)
            messages = encoder.messages(since_ns, until_ns)
            stream.write(_lines(messages, as_json))
            written += len(messages)
            since_ns = until_ns
    return written


def _lines(messages: Messages, as_json: bool) -> str:
    pairs = zip(messages.topics, messages.payloads, strict=True)
    if as_json:
        return "".join(f'{{"topic":{json.dumps(topic)},"payload":{_as_json(payload)}}}\n' for topic, payload in pairs)
    return "".join(f"{topic} {payload.decode()}\n" for topic, payload in pairs)


def _as_json(payload: bytes) -> str:
    """What breaks off is kept as text."""
    text = payload.decode()
    return text if text.endswith(("}", "]")) else json.dumps(text)


async def _until_stopped(publisher: Publisher) -> None:
    task = asyncio.current_task()

    def stop() -> None:
        if not publisher.stop() and task is not None:
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    with suppress(asyncio.CancelledError):
        await publisher.run()


def _summary(tally: Tally) -> str:
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(tally.by_kind.items()))
    rate = tally.sent / tally.seconds if tally.seconds else 0.0
    unsent = f", {tally.unsent:,} not sent for want of a connection" if tally.unsent else ""
    return f"{tally.sent:,} messages sent in {tally.seconds:.1f} s ({rate:,.0f}/s){unsent}" + (
        f": {kinds}" if kinds else ""
    )


def _note(line: str) -> None:
    click.echo(line, err=True)
