"""Why nothing came of a command, or an alert ended, in words of one language."""

from collections.abc import Callable, Mapping

from alerts.actuation.command_state import Denied
from alerts.causes import Cause, Code, Fact
from alerts.texts.figures import figure_of
from alerts.texts.forms import limit_text, value_text
from alerts.texts.moments import stretch
from config.language import N_, Language
from processors.indicators.catalogue import UNITS

_WORDS: Mapping[str, str] = {
    Code.NOT_SENT: N_("it could not be sent"),
    Code.NOT_DONE: N_("the device did not do it"),
    Code.UNCONFIRMED: N_("it was sent, and the device did not confirm it"),
    Code.UNKNOWN_WHETHER_SENT: N_("whether it was sent is not known, and the device did not confirm it"),
    Code.UNPROVEN: N_("the device confirmed it, but nothing changed"),
    Code.PROOF_GONE: N_("the device confirmed it, but whether anything changed is not known"),
    Code.OUTSIDE_HOURS: N_("outside the hours of the rule"),
    Code.CLOSED: N_("closed by {who}"),
    Code.RULE_CHANGED: N_("its rule has changed; what is still wrong is told anew"),
    Denied.UNKNOWN: N_("the device or the command is not configured"),
    Denied.NOT_ALLOWED: N_("whoever asked for it may not command the device"),
    Denied.BACKLOG: N_("it was known here only {late} later"),
    Denied.UNKNOWN_AGE: N_("the age of its readings is not known"),
    Denied.WITHDRAWN: N_("data that came late took the alert back"),
    Denied.PLANNED_WORKS: N_("planned works are going on"),
    Denied.HELD: N_("alert no. {alert} still needs {wants}"),
    Denied.ALREADY: N_("alert no. {alert} asked for the same"),
    Denied.INTERLOCK: N_("an interlock keeps it back"),
    Denied.RATE: N_("at most {most} commands within {within} are allowed"),
    Denied.APART: N_("commands must be at least {apart} apart"),
    Denied.BUSY: N_("another command is under way"),
    Denied.OVERTAKEN: N_("the alert has ended, or another command came"),
}
_OTHER_DID = N_("{other} has, or may have, carried out {did}")
_FIGURE_IS = N_("{figure} is {value}, and must be {limit}")
_FIGURE_UNKNOWN = N_("{figure} is not known, and must be {limit}")
_OF_COMMAND = N_("{command} to {actuator}: {why}")
_REFUSED = N_("refused, {why}")


def cause_text(cause: Cause, language: Language, device: Callable[[str], str]) -> str:
    """Without a full stop. `device`: the name of an actuator by its id. Of a code that is not known here, itself."""
    say, facts = language.gettext, cause.facts
    why = say(_WORDS[cause.code]).format(**_shown(facts, language)) if cause.code in _WORDS else cause.code
    why = ": ".join(part for part in (why, _more(facts, language, device)) if part)
    own = facts.get("said") or facts.get("why")
    why = f"{why} ({own})" if own else why
    if cause.code in {*Denied}:
        why = say(_REFUSED).format(why=why)
    if "command" not in facts:
        return why
    return say(_OF_COMMAND).format(command=facts["command"], actuator=device(str(facts["actuator"])), why=why)


def _shown(facts: Mapping[str, Fact], language: Language) -> dict[str, Fact]:
    """Lengths of time in words, under their names without `_ns`."""
    lengths = {
        name.removesuffix("_ns"): stretch(int(value), language) for name, value in facts.items() if name.endswith("_ns")
    }
    return {**facts, **lengths}


def _more(facts: Mapping[str, Fact], language: Language, device: Callable[[str], str]) -> str:
    """What another device did, or how a figure stands and should stand."""
    say = language.gettext
    if "other" in facts:
        return say(_OTHER_DID).format(other=device(str(facts["other"])), did=facts["did"])
    if "indicator" not in facts:
        return ""
    indicator, wanted = str(facts["indicator"]), float(facts["value"])
    figure, unit = figure_of(indicator), UNITS.get(indicator, "")
    limit = limit_text(str(facts["when"]), wanted, figure.form, unit, language)
    words = _FIGURE_IS if "figure" in facts else _FIGURE_UNKNOWN
    is_now = value_text(float(facts["figure"]), wanted, figure.form, unit, language) if "figure" in facts else ""
    return say(words).format(figure=figure.name(language), value=is_now, limit=limit)
