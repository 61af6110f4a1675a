"""What a rule would have done: from when to when each alert was firing, and how that stands to what is known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import median

from alerts.assets import Asset
from alerts.engine import AlertEvent
from alerts.lifecycle import Change
from config.alert_rules import Rule

_ENDS = {Change.RESOLVED, Change.WITHDRAWN}


@dataclass(slots=True)
class Episode:
    """One alert of one asset, event times in ns UTC."""

    rule: Rule
    asset: Asset
    fired_ns: int
    ended_ns: int | None = None
    """None: it was firing at the end of the data."""
    withdrawn: bool = False
    """Late readings took it back."""
    value: float = float("nan")
    """When it fired."""


@dataclass(frozen=True, slots=True)
class Label:
    """A time [start_ns, end_ns] in which somebody says that the rule should fire; an empty zone or device: any."""

    start_ns: int
    end_ns: int
    zone: str = ""
    device: str = ""

    def names(self, asset: Asset) -> bool:
        return self.zone in ("", asset.zone) and self.device in ("", asset.device)

    def meets(self, episode: Episode) -> bool:
        return (
            self.names(episode.asset)
            and episode.fired_ns <= self.end_ns
            and (episode.ended_ns or episode.fired_ns) >= self.start_ns
        )


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the alerts of a rule stand to labels; a share of nothing is None."""

    precision: float | None
    """Share of the alerts that meet a label."""
    recall: float | None
    """Share of the labels that an alert meets."""
    delay_s: float | None
    """Median time from the beginning of a label to the first alert that meets it; below 0: it came before."""


@dataclass(slots=True)
class Episodes:
    """Of all rules, in the order in which they began."""

    told: list[Episode] = field(default_factory=list)
    judged: dict[str, list[int]] = field(default_factory=dict)
    """Rule -> windows of assets that it judged, and those that told it nothing."""
    _open: dict[tuple[str, Asset], Episode] = field(default_factory=dict)

    def take(self, events: Iterable[AlertEvent]) -> None:
        for event in events:
            key = event.rule.id, event.asset
            if event.change is Change.FIRING:
                episode = Episode(event.rule, event.asset, event.event_ns, value=event.value)
                self._open[key] = episode
                self.told.append(episode)
            elif event.change in _ENDS and key in self._open:
                episode = self._open.pop(key)
                episode.ended_ns = event.event_ns
                episode.withdrawn = event.change is Change.WITHDRAWN

    def of(self, rule: Rule) -> list[Episode]:
        """Those that stood: what late readings took back did not happen."""
        return [episode for episode in self.told if episode.rule.id == rule.id and not episode.withdrawn]


def agreement(episodes: Sequence[Episode], labels: Sequence[Label]) -> Agreement:
    right = [episode for episode in episodes if any(label.meets(episode) for label in labels)]
    found = [[episode for episode in episodes if label.meets(episode)] for label in labels]
    delays_ns = [
        min(episode.fired_ns for episode in each) - label.start_ns
        for label, each in zip(labels, found, strict=True)
        if each
    ]
    return Agreement(
        precision=len(right) / len(episodes) if episodes else None,
        recall=len(delays_ns) / len(labels) if labels else None,
        delay_s=median(delays_ns) / 1e9 if delays_ns else None,
    )
