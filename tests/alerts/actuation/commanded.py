"""A commander with a siren, a pump and a barrier, and what alerts ask of it. Times count in seconds from 12:00 UTC."""

from typing import Any

import numpy as np

from alerts.acts import CommandAnswered, CommandSent, SendCommand
from alerts.actuation.command_state import CommandState
from alerts.actuation.commands import Commander
from alerts.assets import Asset
from alerts.book import Alert, Book
from alerts.causes import Cause
from alerts.consequences import Consequences
from alerts.engine import AlertEvent
from alerts.lifecycle import Change
from alerts.texts.causes import cause_text
from config.alert_rules import Rule
from config.language import open_language
from config.settings import Settings
from processors.indicators.indicator_batch import IndicatorBatch

NOON_NS = 1_772_366_400 * 10**9
SECOND_NS = 10**9
MINUTE_NS = 60 * SECOND_NS
SIREN = {"id": "siren", "topic": "street/siren", "zone": "kota", "commands": {"on": {}, "off": {}}}
WHEN_HIGH = {
    "orders": [{"actuator": "siren", "command": "on"}, {"actuator": "siren", "command": "off", "on": "resolved"}]
}


def at(seconds: float) -> int:
    return NOON_NS + round(seconds * SECOND_NS)


def settings(*actuators: dict[str, Any], **more: Any) -> Settings:
    return Settings.model_validate({"actuators": actuators or [SIREN], **more}, context={"folder": "."})


class Street:
    """A commander, and what it has told people."""

    def __init__(self, *actuators: dict[str, Any], **more: Any) -> None:
        self.settings = settings(*actuators, **more)
        self.book = Book()
        self.troubles: list[tuple[int, str]] = []
        """(alert, what its people are told in English)."""
        self.commander = Commander(self.settings, self.book, self._tell)

    def _tell(self, alert: Alert, cause: Cause, now_ns: int, out: Consequences) -> None:
        self.troubles.append((alert.number, cause_text(cause, open_language("en"), str)))

    def fires(
        self, seconds: float, zone: str = "kota", *, late: float = 0.0, of_unknown_age: bool = False, **rule: Any
    ) -> Consequences:
        watched = self.rule(**rule)
        asset = Asset("city", zone)
        alert = Alert(0, watched.id, "critical", asset, at(seconds - late), at(seconds), 1.0, 1.0)
        self.book.fire(alert)
        return self._take(watched, alert, Change.FIRING, seconds, late, of_unknown_age=of_unknown_age)

    def ends(
        self, seconds: float, zone: str = "kota", change: Change = Change.RESOLVED, *, late: float = 0.0, **rule: Any
    ) -> Consequences:
        watched = self.rule(**rule)
        alert = next(each for each in self.book.alerts if each.key == (watched.id, Asset("city", zone)))
        self.book.change(watched.id, alert.asset, change)
        return self._take(watched, alert, change, seconds, late)

    def _take(
        self,
        rule: Rule,
        alert: Alert,
        change: Change,
        seconds: float,
        late: float,
        *,
        of_unknown_age: bool = False,
    ) -> Consequences:
        event = AlertEvent(
            *(rule, alert.asset, change, at(seconds - late), at(seconds), 1.0, 1.0),
            number=alert.number,
            of_unknown_age=of_unknown_age,
        )
        return self.commander.take(event, alert, at(seconds))

    def rule(self, **more: Any) -> Rule:
        return Rule.model_validate({"id": "high", "indicator": "water_siaga", "size": "1m", **WHEN_HIGH, **more})

    def asks(
        self, seconds: float, command: str, actuator: str = "siren", who: str = "ayu", **more: Any
    ) -> CommandState:
        act = SendCommand(who=who, actuator=actuator, command=command, **{"operator": True, **more})
        state, _ = self.commander.act(act, at(seconds))
        assert state is not None
        return state

    def sent(self, seconds: float, number: int, error: str = "", *, unknown: bool = False) -> Consequences:
        act = CommandSent(who="denyut", command=number, error=error, unknown=unknown)
        return self.commander.act(act, at(seconds))[1]

    def answers(self, seconds: float, number: int, *, done: bool = True, why: str = "") -> Consequences:
        return self.commander.act(CommandAnswered(who="siren", command=number, done=done, why=why), at(seconds))[1]

    def figure(
        self, seconds: float, indicator: str, value: float, zone: str = "kota", size_s: int = 60
    ) -> Consequences:
        """Heard two seconds after its window ended."""
        batch = IndicatorBatch(
            size_ns=size_s * SECOND_NS,
            end_ns=at(seconds),
            city=["city"],
            zone=[zone],
            indicator=[indicator],
            value=np.array([value]),
            coverage=np.ones(1),
            quality=np.ones(1),
            revision=np.zeros(1, np.int32),
        )
        return self.commander.hear_figures(batch, at(seconds + 2))

    @property
    def said(self) -> list[tuple[str, str, str]]:
        """(command, phase, named reason) of each, in their order."""
        return [(state.command, state.phase.value, state.refused) for state in self.commander.states]

    def restarted(self) -> "Street":
        """The same after a stop."""
        again = Street.__new__(Street)
        again.settings, again.book, again.troubles = self.settings, self.book, []
        again.commander = Commander(self.settings, self.book, again._tell)
        again.commander.restore(self.commander.describe())
        return again
