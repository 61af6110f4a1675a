"""Scores of the city: indicators that exist, each once in a pillar."""

from collections.abc import Collection, Iterator
from itertools import combinations

from config.checks.finding import OTHER, Finding
from config.default_kinds import DEFAULT_KINDS
from config.mistakes import did_you_mean
from config.pillars import PILLARS, Pillar
from config.settings import Settings

BY_KIND = (
    *("sensors_known", "sensors_alive_share", "freshness_s", "freshness_worst_s"),
    *("data_quality", "sensors_faulty", "moved_together", "anomaly_max", "anomaly_share"),
)
"""Indicators that each kind of device has of its own, with its name before: parking_sensors_alive_share."""


def check_scores(settings: Settings, indicators: Collection[str]) -> Iterator[Finding]:
    """`indicators`: the names of all that Denyut computes; none: names are not checked."""
    known = {name for name in known_indicators(settings, indicators) if not name.startswith("score_")}
    for name in PILLARS:
        pillar: Pillar = getattr(settings.scores, name)
        if indicators:
            yield from _names(name, pillar, known)
        yield from _repeated(name, pillar)


def known_indicators(settings: Settings, indicators: Collection[str]) -> set[str]:
    """Those names, and the ones that each kind of the configuration has of its own."""
    kinds = {*DEFAULT_KINDS, *settings.kinds, *(device.kind for device in settings.devices)}
    return {*indicators, *(f"{kind}_{name}" for name in BY_KIND for kind in kinds)}


def _names(name: str, pillar: Pillar, known: Collection[str]) -> Iterator[Finding]:
    for index, each in enumerate(pillar.indicators or ()):
        path = (("scores", name, "indicators", index, "indicator"),)
        if each.indicator.startswith("score_"):
            yield Finding(f"{each.indicator!r} is a score itself; a pillar is made of other indicators", path)
        elif each.indicator not in known:
            hint = did_you_mean(each.indicator, sorted(known))
            yield Finding(f"there is no indicator {each.indicator!r}{hint}", path)


def _repeated(name: str, pillar: Pillar) -> Iterator[Finding]:
    for (first, one), (second, other) in combinations(enumerate(pillar.indicators or ()), 2):
        if one.indicator == other.indicator:
            places = [("scores", name, "indicators", index, "indicator") for index in (second, first)]
            yield Finding(f"{other.indicator!r} is {OTHER} too; give it one weight", tuple(places))
