"""What the options of `denyut simulate` make: the city, what befalls it, and the truth beside it.

Each mistake of a user is a click exception, or what is wrong with a file on standard error and exit status 2.
"""

import time
from collections.abc import Callable
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path

import click

from config.cities import shipped_city
from config.load import load_settings
from config.locate import written
from config.mistakes import ConfigurationError
from config.settings import Settings
from denyut.broker_option import with_broker
from denyut.truth_output import with_truth
from ingest.mqtt.options import ConnectionOptions, options_of
from processors.indicators.catalogue import UNITS
from simulators.actuator.street import Street, listeners_of
from simulators.events.eventful import EventfulFleet
from simulators.events.names import UnknownNamesError
from simulators.faults.payloads import TroubledEncoder
from simulators.faults.troubled import TroubledFleet
from simulators.fleet import Fleet
from simulators.load.rates import Rates, parse_rates
from simulators.payloads import Encoder
from simulators.registry import simulated_kinds, without_quantities
from simulators.scenario import Scenario
from simulators.scenario_files import load_scenario, located, with_misnamed
from simulators.scenario_mistakes import in_vain
from simulators.start_time import parse_start
from simulators.topics import city_read, reachable, source_of
from simulators.uploads import Uploads
from simulators.wire import Wire


def settings_for(config_file: Path | None, city: str | None, broker: str | None) -> Settings:
    """Of the file, or of the shipped city; without either the defaults.

    Every source is at `broker`, where one is named; the city is one whose topics the sources read.
    """
    if config_file is not None and city is not None:
        raise click.UsageError(f"--config {config_file} and --city {city} exclude each other")
    try:
        settings = load_settings(_city_file(city) if city is not None else config_file, UNITS)
        settings = with_broker(settings, broker)
    except ConfigurationError as error:
        click.echo(str(error), err=True)
        raise SystemExit(2) from None
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--broker") from None
    if not settings.sources:
        raise click.UsageError("the configuration has no sources: nobody would read what is simulated")
    read = settings.city.model_copy(update={"id": city_read(settings)})
    return settings.model_copy(update={"city": read})


def warn_of_silent(settings: Settings) -> None:
    """Configured devices of which nothing is known, or that nobody would hear, are not simulated."""
    for kind, count in without_quantities(settings).items():
        devices = "1 device of kind {} is" if count == 1 else f"{count:,} devices of kind {{}} are"
        reason = "the configuration names no quantities of it"
        click.echo(f"{devices.format(kind)} not simulated: {reason}", err=True)
    unread = [
        kind
        for kind in simulated_kinds(settings)
        if any(device.kind == kind for device in settings.devices)
        and source_of(reachable(settings), settings.city.id, kind) is None
    ]
    if unread:
        click.echo(f"left out, as no source at {settings.sources[0].broker} reads them: {', '.join(unread)}", err=True)


def scenario_named(name: str, settings: Settings, devices: int | None) -> Scenario:
    """All that is wrong with it is told at once, also what does not go with the city."""
    try:
        return load_scenario(name)
    except ConfigurationError as error:
        told = with_misnamed(error, name, fleet_of(settings, 1, devices, None, 0), [zone.id for zone in settings.zones])
        click.echo(str(told), err=True)
        raise SystemExit(2) from None


def fleet_of(settings: Settings, seed: int, devices: int | None, scenario: Scenario | None, start_ns: int) -> Fleet:
    try:
        if scenario is not None:
            fleet = EventfulFleet(settings, seed, devices, scenario, start_ns)
            for place, sentence in in_vain(scenario, fleet.groups) if scenario.is_shipped else ():
                click.echo(f"{scenario.name}: {written(place)}: {sentence}", err=True)
            return fleet
        return Fleet(settings, seed, devices)
    except UnknownNamesError as error:
        click.echo(str(located(error)), err=True)
        raise SystemExit(2) from None
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def encoder_of(fleet: Fleet, settings: Settings, payload: str, seed: int) -> Encoder:
    try:
        return Encoder(fleet, Wire(settings, payload, seed))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--payload") from None


def troubled(
    encoder: Encoder, scenario: Scenario, start_ns: int, seed: int, truth: Path | None, stack: ExitStack
) -> TroubledEncoder:
    """The encoder of what befalls the fleet; the truth is whole when `stack` is left without an error."""
    fleet = TroubledFleet(encoder.fleet, scenario, start_ns, seed, Uploads(encoder.fleet, encoder.wire))
    if truth is None:
        return TroubledEncoder(encoder, fleet, lambda _sent, _message: None)
    about = {
        "version": version("denyut"),
        "city": encoder.fleet.city,
        "devices": encoder.fleet.size,
        "seed": seed,
        "start_ns": start_ns,
        "scenario": scenario.name or (scenario.file.name if scenario.file is not None else ""),
    }
    return stack.enter_context(with_truth(encoder, fleet, scenario, truth, start_ns, about))


def street_of(
    scenario: Scenario, settings: Settings, seed: int, since_ns: Callable[[], int], note: Callable[[str], None]
) -> Street | None:
    """None where the scenario says nothing of actuators. `since_ns`: event time after its beginning."""
    if not scenario.actuators:
        return None
    try:
        listeners = listeners_of(scenario.actuators, settings.actuators, seed)
        brokers = {source.name: options_of(source, "simulate") for source in settings.sources}
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    return Street(listeners, {"": brokers[settings.sources[0].name], **brokers}, since_ns, note)


def start_ns(text: str | None) -> int:
    try:
        return time.time_ns() if text is None else parse_start(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--start") from None


def rates_of(text: str) -> Rates:
    try:
        return parse_rates(text)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--rate") from None


def broker_of(settings: Settings, qos: int) -> ConnectionOptions:
    """That of the first source."""
    try:
        return options_of(settings.sources[0].model_copy(update={"qos": qos}), "simulate")
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--broker") from None


def _city_file(city: str) -> Path:
    try:
        return shipped_city(city)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--city") from None
