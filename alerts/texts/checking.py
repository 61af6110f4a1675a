"""Whether a city's own templates can be used: each is read and filled before anybody waits for its text."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from traceback import extract_tb

from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec.structs import replace

from alerts.consequences import Card, Count, Notice, Reason
from alerts.texts.rendering import SHIPPED, context_of, own_templates
from alerts.texts.shown import ShownAlert, ShownCount, ShownNotice, Words
from config.durations import UNITS_NS
from config.language import open_language
from config.mistakes import Mistake, did_you_mean
from config.settings import Settings

_AT_NS = 1_795_331_100 * 10**9
_CARD = Card(
    number=7,
    rule="example",
    title="Example",
    severity="warning",
    zone="zone",
    kind="water",
    device="device",
    figure="water_level",
    value=812.0,
    unit="cm",
    when=">",
    limit=800.0,
    coverage=0.9,
    fired_ns=_AT_NS - UNITS_NS["h"],
    learned_ns=_AT_NS,
    ended_ns=_AT_NS,
    advice="Example",
    link="https://example.org/alerts/7",
    detail="example",
)
_BARE = replace(_CARD, number=0, title="", zone="", device="", value=None, coverage=0.0, ended_ns=0, link="", detail="")
_NOTICE = Notice(number=1, at_ns=_AT_NS, reason=Reason.FIRING, severity="warning", channel="", language="", cards=())
_COUNT = Count(Reason.FIRING, "example", "zone", 12)


def template_mistakes(settings: Settings) -> list[Mistake]:
    """Of the folder `notification.templates`, with file and line; empty where it is not configured."""
    folder = settings.notification.templates
    if folder is None:
        return []
    names = sorted(path.name for path in SHIPPED.iterdir())
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        return [Mistake(folder, None, "notification.templates", f"cannot be read: {error.strerror}")]
    environment = own_templates(folder)
    mistakes = []
    for file in files:
        if file.name in names:
            mistakes += _mistakes_in(file, environment, settings)
        else:
            hint = did_you_mean(file.name, names) or f"; there are {', '.join(names)}"
            mistakes.append(Mistake(file, None, "", f"no text has this name{hint}"))
    return mistakes


def _mistakes_in(file: Path, environment: ImmutableSandboxedEnvironment, settings: Settings) -> list[Mistake]:
    """Its first one: a template is read no further than that."""
    try:
        template = environment.get_template(file.name)
    except TemplateSyntaxError as error:
        return [Mistake(Path(error.filename or file), error.lineno, "", error.message or "cannot be read")]
    except (OSError, UnicodeDecodeError) as error:
        return [Mistake(file, None, "", f"cannot be read: {error}")]
    except (RecursionError, MemoryError):
        return [Mistake(file, None, "", "cannot be read: it is nested too deeply, or too large")]
    stem, language = file.name.split(".")[:2]
    words = Words(settings, open_language(language))
    try:
        for notice in _notices(stem):
            text = template.render(context_of(words.shown(notice)))
            # What others include may well be empty at times.
            if not text.strip() and not stem.startswith("_"):
                return [Mistake(file, None, "", "is empty: nobody would read anything")]
    except TemplateSyntaxError as error:
        return [Mistake(Path(error.filename or file), error.lineno, "", error.message or "cannot be read")]
    except Exception as error:
        # A template may fail in any way.
        return [Mistake(file, _line_of(error, file), "", _sentence(error))]
    return []


def _notices(stem: str) -> Iterator[Notice]:
    """Of one alert, of one that lacks whatever may be absent, and of many."""
    for reason in [Reason(stem)] if stem in {*Reason} else Reason:
        for cards, counts in (((_CARD,), ()), ((_BARE,), ()), ((_CARD, _BARE) * 10, (_COUNT,) * 50)):
            alerts = tuple(range(1, len(cards) + 1))
            yield replace(_NOTICE, reason=reason, cards=cards, alerts=alerts, counts=counts)


def _line_of(error: Exception, file: Path) -> int | None:
    """jinja2 writes the lines of the template into the traceback."""
    lines = [frame.lineno for frame in extract_tb(error.__traceback__) if Path(frame.filename) == file]
    return lines[-1] if lines else None


def _sentence(error: Exception) -> str:
    if isinstance(error, TemplateNotFound):
        return f"there is no text {error}"
    if isinstance(error, UndefinedError):
        # "'ShownAlert object' has no attribute 'titel'", "'titel' is undefined"
        *_, missing, _ = (error.message or "''").split("'")
        hint = did_you_mean(missing, _KNOWN)
        return f"a text knows nothing named {missing!r}{hint or '; docs/alerts.md lists what it knows'}"
    return f"cannot be filled: {str(error) or type(error).__name__}"


_KNOWN = sorted({field.name for each in (ShownNotice, ShownAlert, ShownCount) for field in fields(each)})
