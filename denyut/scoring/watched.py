"""What the rules of a city watch, as far as it tells which events they can notice."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from config.alert_rules import SILENCES, Rule
from processors.indicators.domains import kind_of

_OF_SENSORS = ("sensors_", "freshness_", "data_quality", "siaga_unknown")
"""In names of indicators that tell of the devices themselves, not of what they measure."""
_OF_SUPPLY = "battery_"


@dataclass(frozen=True, slots=True)
class Watched:
    kinds: frozenset[str]
    """Kinds of devices; empty: all of them."""
    sensors: bool
    """Whether the devices speak at all, not what they measure."""


def watched_by(rules: Iterable[Rule]) -> dict[str, Watched]:
    """By rule."""
    known = {rule.id: rule for rule in rules}
    return {name: _of(list(_parts(rule, known, ()))) for name, rule in known.items()}


def _parts(rule: Rule, rules: Mapping[str, Rule], above: tuple[str, ...]) -> Iterator[Rule]:
    """The rule, or those that it is made of."""
    if not (rule.every or rule.some):
        yield rule
    for name in (*rule.every, *rule.some):
        if name in rules and name not in above:
            yield from _parts(rules[name], rules, (*above, rule.id))


def _of(parts: list[Rule]) -> Watched:
    kinds = {rule.kind or kind_of(rule.indicator or "") for rule in parts}
    return Watched(frozenset() if "" in kinds else frozenset(kinds), any(map(_is_of_sensors, parts)))


def _is_of_sensors(rule: Rule) -> bool:
    if rule.field is not None:
        return rule.field in SILENCES or rule.field.startswith(_OF_SUPPLY)
    return any(part in (rule.indicator or "") for part in _OF_SENSORS)
