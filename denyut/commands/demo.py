"""`denyut demo`: the main job on this machine, with a broker and a city of its own."""

import io
import shlex
import sys
from pathlib import Path

import click
from rich.console import Console

from config.cities import shipped_city
from config.language import LANGUAGES, Language, choose_language, open_language
from config.load import load_settings
from denyut.children import ChildError
from denyut.demo.directory import DirectoryRefused, fresh_directory
from denyut.demo.outcome import Outcome, failures
from denyut.demo.session import Plan, play
from denyut.duration_option import DurationType
from denyut.local_broker import PortTakenError
from processors.indicators.catalogue import UNITS

EXAMPLE = """\b
Examples:
  denyut demo
  denyut demo --for 20s --devices 1000 --lang en
"""


@click.command(epilog=EXAMPLE, short_help="Broker, simulated city, live view: the main job in one command.")
@click.option("--for", "lasts", type=DurationType(), help="End after this time, such as 20s; default: on Ctrl-C.")
@click.option("--devices", type=click.IntRange(300, 1_000_000), help="How many; default: those of Bojonegoro.")
@click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("denyut-data/demo"),
    show_default=True,
    help="Emptied at the start if an earlier demo made it, kept at the end.",
)
@click.option("--lang", type=click.Choice(LANGUAGES), help="Default: from LANGUAGE, LC_ALL or LANG, else Indonesian.")
@click.option("--port", type=click.IntRange(1, 65_535), help="Of the broker, on 127.0.0.1; default: a free one.")
def command(lasts: int | None, devices: int | None, data_dir: Path, lang: str | None, port: int | None) -> None:
    """Show the main job at work: an MQTT broker, a simulated city of more than 300 devices, denyut run, a live view.

    Everything runs on this machine, on 127.0.0.1. Exit status 0 only if readings were stored and the ledger agrees.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal that cannot show a character gets a question mark instead of an error.
        sys.stdout.reconfigure(errors="replace")
    city = shipped_city("bojonegoro")
    settings = load_settings(city, UNITS)
    language = open_language(choose_language(lang, settings.city.language))
    plan = Plan(city, settings, data_dir, lasts, devices, port)
    try:
        with fresh_directory(data_dir):
            outcome = play(plan, Console(), language)
    except (DirectoryRefused, PortTakenError) as error:
        click.echo(f"denyut demo: {error}", err=True)
        raise SystemExit(2) from None
    except BrokenPipeError:
        # Whoever read the lines has seen enough; nobody is left to tell.
        raise SystemExit(1) from None
    except (ChildError, OSError) as error:
        click.echo(f"denyut demo: {error}", err=True)
        raise SystemExit(1) from None
    _conclude(outcome, data_dir, language)


def _conclude(outcome: Outcome, data_dir: Path, language: Language) -> None:
    wrong = failures(outcome, language)
    for sentence in wrong:
        click.echo(f"denyut demo: {sentence}", err=True)
    if wrong:
        click.echo(language.gettext("What the programs printed: {logs}").format(logs=data_dir / "logs"), err=True)
        raise SystemExit(1)
    click.echo("\n".join(_summary(outcome, data_dir, language)))


def _summary(outcome: Outcome, data_dir: Path, language: Language) -> list[str]:
    ledger = outcome.ledger
    assert ledger is not None  # noqa: S101 - without a report there is a failure, not a summary
    done = language.gettext(
        "{received} messages received, each with a named outcome; {windows} windows closed, {points} points stored."
    )
    program = shlex.quote(sys.argv[0]) if Path(sys.argv[0]).name == "denyut" else "denyut"
    place = f"--data-dir {shlex.quote(str(data_dir))}"
    return [
        done.format(
            received=language.number(ledger.received),
            windows=language.number(ledger.windows_closed),
            points=language.number(ledger.points_written),
        ),
        language.gettext("The data stay in {directory}. Try next:").format(directory=data_dir),
        f"  {program} query indicator --where zone=all --limit 10 {place}",
        f"  {program} query window --where kind=parking --limit 10 {place}",
        f"  {program} status {place}",
    ]
