"""`denyut run`: take readings from the broker until stopped."""

import asyncio
import gc
import sys
from pathlib import Path
from typing import get_args

import click

from config.load import load_settings
from config.mistakes import ConfigurationError
from config.settings import Settings
from denyut.broker_option import with_broker
from denyut.data_dir import DEFAULT_SAID, DamagedError, DataDirError, claimed, default_data_dir, in_words
from denyut.log_setup import Format, Level, set_up_log
from denyut.memory import return_large_blocks
from denyut.running import FailedError, Run, UnsavedError
from ingest.dead_letter_file import DamagedLettersError
from processors.indicators.catalogue import UNITS
from processors.state import StateError
from storage.store import StoreRefused, StoreUnavailable, StoreUnusable

if sys.platform == "win32":
    from asyncio import new_event_loop
else:
    from uvloop import new_event_loop

EXAMPLE = """\b
Examples:
  denyut run --broker mqtt://127.0.0.1:1883 --data-dir denyut-data
  denyut run --config city.toml
"""


@click.command(epilog=EXAMPLE)
@click.option("--config", type=click.Path(path_type=Path), help="Configuration file; see docs/configuration.md.")
@click.option("--broker", metavar="URL", help="mqtt://HOST:PORT or mqtts://HOST:PORT, instead of the configured one.")
@click.option(
    "--data-dir", type=click.Path(path_type=Path), help=f"Where state and embedded store live. {DEFAULT_SAID}"
)
@click.option(
    "--log-level",
    type=click.Choice(get_args(Level)),
    help="The least that is logged, on standard error; instead of the configured level.",
)
@click.option(
    "--log-format",
    type=click.Choice(get_args(Format)),
    help="Lines for people, or one JSON object a line; instead of the configured format.",
)
def command(
    config: Path | None, broker: str | None, data_dir: Path | None, log_level: Level | None, log_format: Format | None
) -> None:
    """Take readings from the broker until stopped by SIGTERM or Ctrl-C.

    Works without a configuration file: topics city/CITY/KIND/DEVICE with JSON payloads, the embedded store.
    """
    try:
        settings = with_broker(load_settings(config, UNITS), broker)
        set_up_log(log_level or settings.log.level, log_format or settings.log.format)
        with claimed(data_dir or default_data_dir()) as claimed_dir:
            _run(settings, claimed_dir)
    except ConfigurationError as error:
        _refuse(str(error))
    except DamagedLettersError as error:
        _refuse(f"denyut: {error}")
    except OSError as error:
        _fail(in_words(error))
    except (FailedError, UnsavedError, DamagedError, StoreRefused, StoreUnavailable) as error:
        _fail(str(error))
    except (DataDirError, StateError, StoreUnusable, ValueError) as error:
        _refuse(f"denyut: {error}")


def _run(settings: Settings, data_dir: Path) -> None:
    return_large_blocks()
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        run = runner.run(_made(settings, data_dir))
        # What start-up made lives as long as the process; the collector need not look at it again.
        gc.collect()
        gc.freeze()
        runner.run(run.until_stopped())


async def _made(settings: Settings, data_dir: Path) -> Run:
    return Run(settings, data_dir)


def _fail(message: str) -> None:
    click.echo(f"denyut: {message}", err=True)
    sys.exit(1)


def _refuse(message: str) -> None:
    click.echo(message, err=True)
    sys.exit(2)
