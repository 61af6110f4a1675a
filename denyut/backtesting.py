"""What rules would have done on recorded data or a run's journal: the same processing, and nothing is kept of it."""

from collections.abc import Sequence
from typing import Any

from alerts.assets import Asset
from alerts.episodes import Agreement, Episode, Episodes, Label, agreement
from config.alert_rules import Rule
from config.iso_times import iso_utc


def describe(episodes: Episodes, rules: Sequence[Rule], labels: Sequence[tuple[str, Label]] | None) -> dict[str, Any]:
    """As JSON: each rule with its sums, and how it stands to labels where there are any; then each alert."""
    return {
        "rules": [_of_rule(rule, episodes, labels) for rule in rules],
        "alerts": [_of_alert(episode) for episode in sorted(episodes.told, key=_order)],
    }


def _order(episode: Episode) -> tuple[int, str, Asset]:
    return episode.fired_ns, episode.rule.id, episode.asset


def _of_rule(rule: Rule, episodes: Episodes, labels: Sequence[tuple[str, Label]] | None) -> dict[str, Any]:
    own = episodes.of(rule)
    ended_s = [(each.ended_ns - each.fired_ns) / 1e9 for each in own if each.ended_ns is not None]
    sums = {
        "rule": rule.id,
        "severity": rule.severity,
        "judged": episodes.judged.get(rule.id, [0, 0])[0],
        "no_data": episodes.judged.get(rule.id, [0, 0])[1],
        "alerts": len(own),
        "withdrawn": sum(each.withdrawn for each in episodes.told if each.rule.id == rule.id),
        "assets": len({each.asset for each in own}),
        "firing_s": sum(ended_s),
        "open": len(own) - len(ended_s),
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
