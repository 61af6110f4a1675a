"""`denyut demo`: the main job on this machine, with a broker and a city of its own."""

import io
import shlex
import shutil
import sys
from pathlib import Path

import click
from rich.console import Console

from config.cities import shipped_city
from config.language import LANGUAGES, Language, choose_language, open_language
from config.load import load_settings
from denyut.children import ChildError
from denyut.demo.directory import fresh_directory
from denyut.demo.outcome import Outcome, failures
from denyut.demo.session import Plan, play
from denyut.demo.summary import Place, summary
from denyut.duration_option import DurationType
from denyut.told_error import ToldError
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
    console = Console()
    try:
        with fresh_directory(data_dir):
            outcome = play(plan, console, language)
    except ToldError as error:
        click.echo(f"denyut demo: {error.said(language)}", err=True)
        raise SystemExit(1 if isinstance(error, ChildError) else 2) from None
    except BrokenPipeError:
        # Whoever read the lines has seen enough; nobody is left to tell.
        raise SystemExit(1) from None
    except OSError as error:
        click.echo(f"denyut demo: {error}", err=True)
        raise SystemExit(1) from None
    _conclude(outcome, plan, console, language)


def _conclude(outcome: Outcome, plan: Plan, console: Console, language: Language) -> None:
    wrong = failures(outcome, language)
    for sentence in wrong:
        click.echo(f"denyut demo: {sentence}", err=True)
    if wrong or outcome.ledger is None:
        logs = plan.data_dir / "logs"
        click.echo(language.gettext("What the programs printed: {logs}").format(logs=logs), err=True)
        raise SystemExit(1)
    place = Place(shlex.quote(str(plan.data_dir)), _program())
    width = console.width if console.is_terminal else None
    every_ns = plan.settings.scores.every
    click.echo("\n".join(summary(outcome.ledger, outcome, place, every_ns, language, width)))


def _program() -> str:
    """How this program can be called again: by its name where that is on the PATH, else as it was called."""
    called = sys.argv[0]
    if Path(called).name != "denyut" or shutil.which("denyut") == called:
        return "denyut"
    return shlex.quote(called)
