"""What may be a slip of the pen, but may as well be meant."""

from collections.abc import Iterator
from difflib import get_close_matches

from config.addresses import is_of_this_machine, listen_address
from config.default_kinds import DEFAULT_KINDS
from config.service import Http
from config.settings import Settings
from config.topics import city_of

NEAR = 0.84
"""Ratio of `difflib`; "parkng" is 0.92 from "parking", "waste" is 0.6 from "water"."""


def open_to_others(http: Http) -> str | None:
    """Said where other machines can ask for figures without a token."""
    guarded = http.token_env or http.token_file or is_of_this_machine(listen_address(http.listen)[0])
    if guarded or not http.enabled:
        return None
    return f"http.listen {http.listen}: every machine that reaches it can read the figures; set token_env or token_file"


def other_cities(settings: Settings) -> list[str]:
    """Topics of a city that is not the configured one: perhaps it was renamed at one place only."""
    own = settings.city
    named = ((topic, city_of(topic, source.topic)) for source in settings.sources for topic in source.topics)
    # A configuration that does not name its city is about all that come.
    return [
        f"topics {topic} bring the city {city}, but city.id is {own.id}"
        for topic, city in dict.fromkeys(named)
        if city not in (None, own.id) and "id" in own.model_fields_set
    ]


def near_kinds(settings: Settings) -> list[tuple[str, str, str]]:
    """(where it stands, the kind, the usual kind it resembles) of each that is nearly one of the usual kinds.

    Any word is a kind of device, so this is no mistake.
    """
    hints = []
    for kind, place in dict(_named_kinds(settings)).items():
        near = get_close_matches(kind.casefold(), DEFAULT_KINDS, n=1, cutoff=NEAR)
        if near and near[0] != kind:
            hints.append((place, kind, near[0]))
    return hints


def _named_kinds(settings: Settings) -> Iterator[tuple[str, str]]:
    yield from ((device.kind, f"device {device.id!r}") for device in settings.devices)
    yield from ((kind, f"office {office.id!r}") for office in settings.offices for kind in office.kinds)
    yield from ((kind, f"kinds.{kind}") for kind in settings.kinds)
    for index, window in enumerate(settings.windows.sizes):
        yield from ((kind, f"windows.sizes[{index}]") for kind in window.kinds)
    yield from ((source.kind, f"source {source.name!r}") for source in settings.sources if source.kind)
