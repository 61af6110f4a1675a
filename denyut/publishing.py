"""A simulated city on a broker from the command line: until its time is over or somebody stops it."""

import asyncio
import signal
from contextlib import suppress
from typing import Any

import aiomqtt
import click

from config.durations import format_duration
from config.settings import Settings
from simulators.actuator.street import Street
from simulators.publish import Publisher, Tally


def publish(publisher: Publisher, street: Street | None) -> None:
    """Returns when all is sent, or after SIGINT or SIGTERM; until then the street obeys."""
    asyncio.run(_until_stopped(publisher, street))
    click.echo(_summary(publisher.tally), err=True)
    if street is not None:
        for line in street.summary():
            click.echo(line, err=True)


def warn_of_speed(speed: float, settings: Settings) -> None:
    """Where event time outruns the clock."""
    if speed > 1:
        ahead = format_duration(settings.windows.ahead)
        click.echo(
            f"warning: at --speed {speed:g} event time runs ahead of the clock, and `denyut run` rejects what lies "
            f"further ahead than windows.ahead ({ahead}) as time_ahead; use --output FILE and `denyut replay FILE` "
            "instead",
            err=True,
        )


async def _until_stopped(publisher: Publisher, street: Street | None) -> None:
    task = asyncio.current_task()
    asyncio.get_running_loop().set_exception_handler(_but_for_lost_connections)

    def stop() -> None:
        if not publisher.stop() and task is not None:
            task.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    obeying = None if street is None else asyncio.create_task(street.run())
    with suppress(asyncio.CancelledError):
        await publisher.run()
    if obeying is not None:
        obeying.cancel()
        with suppress(asyncio.CancelledError):
            await obeying


def _but_for_lost_connections(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The library keeps the loss of each connection, and who has many asks but one of them for it."""
    if not isinstance(context.get("exception"), aiomqtt.MqttError):
        loop.default_exception_handler(context)


def _summary(tally: Tally) -> str:
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in sorted(tally.by_kind.items()))
    rate = tally.sent / tally.seconds if tally.seconds else 0.0
    unsent = f", {tally.unsent:,} not sent for want of a connection" if tally.unsent else ""
    returns = f", {tally.returns:,} connections made again after an absence" if tally.returns else ""
    retained = f"\n{tally.retained:,} of them are for the broker to keep (retain)" if tally.retained else ""
    return f"{tally.sent:,} messages sent in {tally.seconds:.1f} s ({rate:,.0f}/s){unsent}{returns}" + (
        f": {kinds}{retained}" if kinds else ""
    )
