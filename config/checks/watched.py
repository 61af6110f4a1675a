"""What a rule of alerts watches: one thing, that exists, in windows in which it is made."""

from collections.abc import Collection, Iterator

from config.alert_rules import SILENCES, Rule
from config.checks.finding import Finding
from config.checks.scores import known_indicators
from config.durations import format_duration
from config.indicator_sizes import all_sizes, sizes_with
from config.locate import Path
from config.mistakes import did_you_mean
from config.periods import usual_size_ns
from config.settings import Settings

MOST_KEPT = 1440
"""Windows of each asset that are kept to say how it has changed: a day of minutes."""


def check_watched(rule: Rule, settings: Settings, indicators: Collection[str], place: Path) -> Iterator[Finding]:
    ways = list(rule.ways)
    if len(ways) != 1:
        there = f"this one names {' and '.join(ways)}" if ways else "this one names none of them"
        message = f"a rule watches one of indicator, field, quantity, all and any; {there}"
        yield Finding(message, tuple((*place, way) for way in ways) or (place,))
        return
    way = ways[0]
    yield from _belongings(rule, way, place)
    if way == "indicator":
        yield from _indicators(rule, settings, indicators, place)
    if way in ("indicator", "field"):
        yield from _size(rule, settings, bool(indicators), place)
        yield from _change(rule, place)


def _belongings(rule: Rule, way: str, place: Path) -> Iterator[Finding]:
    """Keys that only go with others."""
    if rule.against is not None and way != "indicator":
        yield Finding(f"against divides an indicator, not {way}", ((*place, "against"), (*place, way)))
    if rule.kind is not None and way not in ("field", "quantity"):
        yield Finding(f"kind belongs to field and quantity, not to {way}", ((*place, "kind"), (*place, way)))
    if rule.over is not None and way not in ("field", "indicator"):
        yield Finding(f"over is the change of an indicator or a field, not of {way}", ((*place, "over"), (*place, way)))
    if rule.size and way in ("all", "any"):
        yield Finding(f"size says nothing of a rule that is made of others by {way}", ((*place, "size"),))
    if way == "quantity" and rule.kind is None:
        yield Finding("'kind' is missing: of which devices are these readings?", ((*place, "quantity"),))
    if way == "field" and rule.over is not None and (rule.kind is None or rule.field in SILENCES):
        whole = "how long devices have been silent" if rule.field in SILENCES else "a field of all kinds of device"
        yield Finding(f"over is not made of {whole}", ((*place, "over"), (*place, "field")))


def _indicators(rule: Rule, settings: Settings, indicators: Collection[str], place: Path) -> Iterator[Finding]:
    known = known_indicators(settings, indicators)
    for key, name in (("indicator", rule.indicator), ("against", rule.against)):
        if indicators and name is not None and name not in known:
            yield Finding(f"there is no indicator {name!r}{did_you_mean(name, sorted(known))}", ((*place, key),))


def _size(rule: Rule, settings: Settings, are_named: bool, place: Path) -> Iterator[Finding]:
    sizes = all_sizes(settings)
    if not rule.size:
        yield Finding(f"'size' is missing: of which windows? There are {', '.join(sizes)}", (place,))
        return
    own = (rule.indicator or "").startswith("denyut_")
    if rule.size not in sizes and not own:
        message = f"there are no windows of {rule.size}; there are {', '.join(sizes)}"
        yield Finding(message, ((*place, "size"), ("windows", "sizes")))
        return
    for name in filter(None, (rule.indicator, rule.against)):
        made = sizes_with(name, settings)
        if are_named and rule.size not in made:
            there = f"it is in those of {', '.join(made)}" if made else "nor in any others that rules watch"
            message = f"{name} is not made in windows of {rule.size}; {there}"
            yield Finding(message, ((*place, "size"), ("windows", "sizes")))


def _change(rule: Rule, place: Path) -> Iterator[Finding]:
    if rule.over is None or not rule.size:
        return
    size_ns, over = usual_size_ns(rule.size), format_duration(rule.over)
    places = ((*place, "over"), (*place, "size"))
    if rule.over % size_ns:
        yield Finding(f"over {over} must be a multiple of size {rule.size}: windows end no sooner", places)
    elif rule.over // size_ns > MOST_KEPT:
        message = f"over {over} is {rule.over // size_ns} windows of {rule.size}; at most {MOST_KEPT} are kept"
        yield Finding(message, places)
