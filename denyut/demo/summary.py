"""What a demo that went well says at its end: what it did, and what to look at next."""

from dataclasses import dataclass

from config.durations import format_duration
from config.language import Language
from dashboard.live.ledger import Ledger
from denyut.demo.folding import fold, fold_command
from denyut.demo.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Place:
    """Where the next commands find things, as a shell takes it."""

    directory: str
    program: str


def summary(
    ledger: Ledger, outcome: Outcome, place: Place, scores_ns: int, language: Language, width: int | None
) -> list[str]:
    """Lines of `width` characters (None: as long as they come). `scores_ns` is the step of the city's scores."""
    done = language.gettext(
        "{received} messages received, each with a named outcome; {windows} windows closed, {points} points stored."
    ).format(
        received=language.number(ledger.received),
        windows=language.number(ledger.windows_closed),
        points=language.number(ledger.points_written),
    )
    stay = language.gettext("The data stay in {directory}. Try next (times in UTC):").format(directory=place.directory)
    sentences = [done, *_about_alerts(outcome, language), *_about_scores(outcome, scores_ns, language), stay]
    return fold(sentences, width) + [
        line for command in _commands(outcome, place) for line in fold_command(command, width)
    ]


def _about_alerts(outcome: Outcome, language: Language) -> list[str]:
    alerts = outcome.alerts
    if alerts is None or not (alerts.began or alerts.notices):
        return []
    words = language.gettext(
        "Alerts: {began}; notices told over MQTT: {notices}; commands decided in a dry run: {dry}."
    )
    numbers = alerts.began, alerts.notices, alerts.dry_commands
    began, notices, dry = map(language.number, numbers)
    return [words.format(began=began, notices=notices, dry=dry)]


def _about_scores(outcome: Outcome, step_ns: int, language: Language) -> list[str]:
    """Three steps hold a whole one, whenever the demo begins."""
    if not outcome.scores_ahead:
        return []
    words = language.gettext("Most city scores need a whole step of {step}; a demo of {time} shows them: --for {time}.")
    return [words.format(step=format_duration(step_ns), time=format_duration(3 * step_ns))]


def _commands(outcome: Outcome, place: Place) -> list[list[str]]:
    program, data = place.program, f"--data-dir {place.directory}"
    city = ["--where zone=all", "--where indicator=parking_free", "--where indicator=ispu_indicative"]
    commands = [[f"{program} query indicator", *city, f"--where size={outcome.figures_size}", "--limit 10", data]]
    if outcome.alert_points:
        commands.append([f"{program} query alert", "--limit 10", data])
    return [*commands, [f"{program} status", data]]
