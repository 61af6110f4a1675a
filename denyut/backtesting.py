"""What rules would have done on recorded data or a run's journal: the same processing, and nothing is kept of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from alerts.assets import Asset
from alerts.episodes import Agreement, Episode, Episodes, Label, agreement
from alerts.pages import Load, Page, Pages
from config.alert_rules import Rule
from config.durations import SECOND_NS, UNITS_NS
from config.iso_times import iso_utc
from config.settings import Settings

_SHORTEST_STEP_NS = 10 * SECOND_NS


def describe(
    episodes: Episodes, pages: Pages, rules: Sequence[Rule], labels: Sequence[tuple[str, Label]] | None, last_ns: int
) -> dict[str, Any]:
    """As JSON: each rule with its sums, and how it stands to labels where there are any; each alert; who was told.

    `last_ns`: the last time of the data.
    """
    names = {rule.id for rule in rules}
    return {
        "rules": [_of_rule(rule, episodes, labels, last_ns) for rule in rules],
        "alerts": [_of_alert(each) for each in sorted(episodes.told, key=_order) if each.rule.id in names],
        "recipients": _of_loads(("recipient", "office"), pages.by_recipient()),
        "shifts": _of_loads(("office", "shift"), pages.by_shift()),
        "steps": _of_loads(("ladder", "step"), pages.by_step()),
        "pages": [_of_page(page) for page in pages.told],
    }


def with_those_named(rules: Iterable[Rule], chosen: Collection[str]) -> tuple[Rule, ...]:
    """The chosen rules, and those that they are made of."""
    by_name = {rule.id: rule for rule in rules}
    wanted, waiting = set[str](), list(chosen)
    while waiting:
        name = waiting.pop()
        if name in by_name and name not in wanted:
            wanted.add(name)
            waiting += [*by_name[name].every, *by_name[name].some]
    return tuple(rule for name, rule in by_name.items() if name in wanted)


def step_of(settings: Settings) -> int:
    """Event time in which nothing can be told apart that happened: so long are the shortest windows, within bounds."""
    sizes_ns = [window.size for window in settings.windows.sizes]
    sizes_ns += [UNITS_NS["m"]] * any(rule.quantity is not None for rule in settings.rules)
    return max(min(sizes_ns, default=UNITS_NS["m"]), _SHORTEST_STEP_NS)


def _of_loads(names: tuple[str, str], loads: Mapping[tuple[str, str], Load]) -> list[dict[str, Any]]:
    return [
        {
            **dict(zip(names, key, strict=True)),
            "pages": load.pages,
            "alerts": len(load.alerts),
            **{severity: load.severities[severity] for severity in ("critical", "warning", "info")},
            "most_in_an_hour": load.most_in_an_hour,
        }
        for key, load in loads.items()
    ]


def _of_page(page: Page) -> dict[str, Any]:
    return {
        "at": iso_utc(page.at_ns),
        "reason": page.reason.value,
        "severity": page.severity,
        "recipient": page.recipient,
        "office": page.office,
        "shifts": list(page.shifts),
        "channel": page.channel,
        "to": page.to,
        "ladder": page.ladder,
        "step": page.step,
        "rules": list(page.rules),
        "alerts": list(page.alerts),
    }


def _order(episode: Episode) -> tuple[int, str, Asset]:
    return episode.fired_ns, episode.rule.id, episode.asset


def _of_rule(
    rule: Rule, episodes: Episodes, labels: Sequence[tuple[str, Label]] | None, last_ns: int
) -> dict[str, Any]:
    own = episodes.of(rule)
    ends_ns = [max(last_ns, each.fired_ns) if each.ended_ns is None else each.ended_ns for each in own]
    sums = {
        "rule": rule.id,
        "severity": rule.severity,
        "judged": episodes.judged.get(rule.id, [0, 0])[0],
        "no_data": episodes.judged.get(rule.id, [0, 0])[1],
        "alerts": len(own),
        "withdrawn": sum(each.withdrawn for each in episodes.told if each.rule.id == rule.id),
        "assets": len({each.asset for each in own}),
        "firing_s": sum(end_ns - each.fired_ns for end_ns, each in zip(ends_ns, own, strict=True)) / 1e9,
        "open": sum(each.ended_ns is None for each in own),
    }
    if labels is None:
        return sums
    found: Agreement = agreement(own, [label for name, label in labels if name in ("", rule.id)])
    return {**sums, "precision": found.precision, "recall": found.recall, "delay_s": found.delay_s}


def _of_alert(episode: Episode) -> dict[str, Any]:
    asset = {name: text for name, text in episode.asset._asdict().items() if text}
    return {
        "rule": episode.rule.id,
        "severity": episode.rule.severity,
        **asset,
        "fired": iso_utc(episode.fired_ns),
        "ended": None if episode.ended_ns is None else iso_utc(episode.ended_ns),
        "withdrawn": episode.withdrawn,
        "value": episode.value,
    }
