"""A notice becomes what somebody reads on a phone: a title and a few lines, from a template by reason and language.

The templates that ship stand in `alerts/texts/templates`; those of a city's own folder go first. A template sees
finished words (`ShownNotice`), so what a device is called can be no markup and no template.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from alerts.consequences import Notice
from alerts.texts.plain import ascii_only, clipped
from alerts.texts.shown import ShownNotice, Words
from config.language import LANGUAGES, open_language
from config.settings import Settings

LOG = logging.getLogger("denyut")
SHIPPED = Path(__file__).with_name("templates")
LARGEST_TITLE = 80
LARGEST_BODY = 2_000
"""Characters; those that ship stay below 600. Telegram takes 4,096."""
LARGEST_SHORT = 160
"""Characters of one SMS."""
SHORT = "short"
"""Instead of the reason's template, for channels with `text = "short"`."""


@dataclass(frozen=True, slots=True)
class Rendered:
    title: str
    """Of one line; empty in a short text."""
    body: str


class Texts:
    """May be called from several threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._short = {channel.id for channel in settings.channels if channel.text == SHORT}
        self._words = {code: Words(settings, open_language(code)) for code in LANGUAGES}
        self._told: set[str] = set()

    def render(self, notice: Notice) -> Rendered:
        """A template of the city that cannot be used is logged once, and the one that ships takes its place."""
        language = notice.language if notice.language in self._words else self._settings.city.language
        is_short = notice.channel in self._short
        name = f"{SHORT if is_short else notice.reason.value}.{language}.txt"
        shown = context_of(self._words[language].shown(notice))
        return _laid_out(self._filled(name, shown), is_short)

    def _filled(self, name: str, shown: Mapping[str, Any]) -> str:
        if self._own is not None:
            try:
                if (text := self._own.get_template(name).render(shown)).strip():
                    return text
                self._tell_once(name, ValueError("it is empty"))
            except Exception as error:
                # A template may fail in any way; the notice goes out.
                self._tell_once(name, error)
        return self._shipped.get_template(name).render(shown)

    def _tell_once(self, name: str, error: Exception) -> None:
        if name not in self._told:
            self._told.add(name)
            LOG.warning("the text %s in %s cannot be used, the shipped one is: %s", name, self._folder, error)

    @property
    def _folder(self) -> Path | None:
        return self._settings.notification.templates

    @cached_property
    def _own(self) -> ImmutableSandboxedEnvironment | None:
        return None if self._folder is None else own_templates(self._folder)

    @cached_property
    def _shipped(self) -> ImmutableSandboxedEnvironment:
        return _environment(FileSystemLoader(SHIPPED))


def own_templates(folder: Path) -> ImmutableSandboxedEnvironment:
    """With those that ship for what the folder lacks."""
    return _environment(ChoiceLoader([FileSystemLoader(folder), FileSystemLoader(SHIPPED)]))


def context_of(shown: ShownNotice) -> dict[str, Any]:
    """What a template knows, by name."""
    context = {field.name: getattr(shown, field.name) for field in fields(shown)}
    titles = {each.title for each in shown.alerts}
    return {**context, "is_one_rule": len(titles) == 1 and len(shown.alerts) == shown.count}


def _environment(loader: BaseLoader) -> ImmutableSandboxedEnvironment:
    # Plain text: what channels write as HTML they escape themselves.
    environment = ImmutableSandboxedEnvironment(loader=loader, autoescape=False, undefined=StrictUndefined)
    environment.filters["clip"] = clipped
    return environment


def _laid_out(text: str, is_short: bool) -> Rendered:
    lines = [line for each in text.splitlines() if (line := " ".join(each.split()))]
    if is_short:
        return Rendered("", ascii_only(" ".join(lines))[:LARGEST_SHORT])
    title, body = (lines[0], "\n".join(lines[1:])) if lines else ("", "")
    return Rendered(clipped(title, LARGEST_TITLE), clipped(body, LARGEST_BODY))
