"""Decides which commands go to the street, and follows each until it is confirmed, has failed, or is proven.

A pure function of what it is told: it sends nothing itself. Nothing here happens because of a retained message, a
backlog, or late readings; and what was decided before a crash is decided again with the same number, so that whoever
sends it knows that it did.
"""

from typing import Any

import msgspec

from alerts.acts import CommandAnswered, CommandSent, SendCommand
from alerts.actuation.actuators import Actuators
from alerts.actuation.checks import Checks, Request, free_from_ns
from alerts.actuation.command_state import CommandState, Denied, Phase, Refused, entry_of, loaded
from alerts.actuation.course import Course, Tell
from alerts.actuation.figures import NewestFigures
from alerts.actuation.standing import Standings
from alerts.book import Alert, Book
from alerts.consequences import CommandOrder, Consequences
from alerts.engine import AlertEvent
from alerts.lifecycle import Change
from config.actuators import Order
from config.settings import Settings
from processors.indicators.indicator_batch import IndicatorBatch

KEPT = 1000
"""Commands that have ended and are still known here; the record keeps all."""
_NOBODY_MISSES = {Denied.ALREADY, Denied.HELD, Denied.OVERTAKEN, Denied.PLANNED_WORKS}
"""The street does what is asked for by now, or shall be left alone."""
_WANTED = {Denied.RATE, Denied.ALREADY}
"""Refused, and wanted all the same: the end of another alert shall not undo it."""
_ENDS = (Change.RESOLVED, Change.WITHDRAWN)


class Commander:
    def __init__(self, settings: Settings, book: Book, tell: Tell) -> None:
        self._actuators = Actuators(settings.actuators)
        self._source = settings.sources[0].name
        self._next = 1
        self._states: dict[int, CommandState] = {}
        """Ascending by number."""
        self._standings = Standings()
        self._figures = NewestFigures(settings.city, self._actuators.figures)
        self._checks = Checks(settings, self._figures, self._standings, self._states)
        self._course = Course(self._actuators, self._states, self._standings, self._figures, book, tell)

    @property
    def states(self) -> list[CommandState]:
        """The newest last; those that ended long ago are only in the record."""
        return list(self._states.values())

    def state(self, number: int) -> CommandState | None:
        return self._states.get(number)

    def of_alert(self, alert: int) -> list[CommandState]:
        return [state for state in self._states.values() if state.alert == alert]

    def does(self, actuator: str) -> list[str]:
        """The commands that it has, or may have, carried out last; none: nobody knows."""
        return sorted(self._standings[actuator].does)

    def take(self, event: AlertEvent, alert: Alert, now_ns: int) -> Consequences:
        """What the rule of an alert orders as it begins or ends."""
        begins = event.change is Change.FIRING
        if not event.number or not (begins or event.change in _ENDS):
            return Consequences()
        result = Consequences()
        if not begins:
            self._course.ended(alert)
            result.extend(self._overtake("its alert has ended", now_ns, alert=event.number))
        for order in event.rule.orders:
            if (order.on == "firing") is begins:
                result.extend(self._ordered(order, event, alert, now_ns))
        if not begins:
            for actuator in self._actuators:
                self._standings[actuator].wanted.pop(event.number, None)
            self._course.forget_ended()
        return result

    def act(
        self, act: SendCommand | CommandSent | CommandAnswered, now_ns: int
    ) -> tuple[CommandState | None, Consequences]:
        """The command that it is about, None where nobody knows it, and what follows."""
        result = self.advance(now_ns)
        match act:
            case SendCommand():
                state = self._new(act.actuator, act.command, act.who, act.alert, now_ns)
                state.why, state.rehearsed = act.why, act.dry_run
                result.extend(self._ask(state, None, now_ns, operator=act.operator))
                return state, result
            case CommandSent():
                result.extend(self._course.sent(act, now_ns))
            case CommandAnswered():
                result.extend(self._course.answered(act, now_ns))
        result.extend(self._release(now_ns))
        return self._states.get(act.command), result

    def advance(self, now_ns: int) -> Consequences:
        """What has expired, was not proven in time, or need not wait any longer."""
        result = self._course.expire(now_ns)
        result.extend(self._release(now_ns))
        return result

    @property
    def next_due_ns(self) -> int | None:
        """When `advance` has something to do; None: never."""
        return min((self._due_ns(state) for state in self._states.values() if state.open), default=None)

    def hear_figures(self, batch: IndicatorBatch, now_ns: int) -> Consequences:
        """What speaks of interlocks and proofs."""
        return self._course.hear_figures(batch, now_ns)

    def _ordered(self, order: Order, event: AlertEvent, alert: Alert, now_ns: int) -> Consequences:
        state = self._new(order.actuator, order.command, "denyut", event.number, now_ns)
        state.rule = event.rule.id
        wanted = self._standings[order.actuator].wanted
        if event.change is not Change.FIRING:
            state.ending = wanted.pop(event.number, None) is not None
        result = self._ask(state, event, now_ns, alert=alert)
        if state.phase is not Phase.REFUSED:
            result.extend(self._overtake(f"command {state.number} came after it", now_ns, but=state))
        if event.change is Change.FIRING and (state.phase is not Phase.REFUSED or state.refused in _WANTED):
            wanted[event.number] = order.command
        return result

    def _new(self, actuator: str, command: str, who: str, alert: int, now_ns: int) -> CommandState:
        state = CommandState(self._next, actuator, command, asked_ns=now_ns, who=who, alert=alert)
        self._next += 1
        ended = [number for number, each in self._states.items() if not each.open]
        for number in ended[: max(0, len(ended) - KEPT)]:
            del self._states[number]
        self._states[state.number] = state
        return state

    def _ask(
        self,
        state: CommandState,
        event: AlertEvent | None,
        now_ns: int,
        *,
        alert: Alert | None = None,
        operator: bool = False,
    ) -> Consequences:
        refused = self._actuators.unknown(state.actuator, state.command)
        if refused is None:
            standing = self._standings[state.actuator]
            request = Request(state, *self._actuators.configured(state), standing, now_ns, event, alert, operator)
            refused = self._checks.refusal(request)
        if refused is None:
            return self._decide(state, now_ns)
        if state.rule and refused.reason in (Denied.APART, Denied.BUSY):
            return self._wait(state, refused, now_ns)
        return self._refuse(state, refused, now_ns)

    def _wait(self, state: CommandState, refused: Refused, now_ns: int) -> Consequences:
        """Nobody stands there to ask again."""
        waits_already = state.phase is Phase.WAITING
        state.phase, state.reason = Phase.WAITING, refused.why
        return Consequences(entries=[] if waits_already else [entry_of(state, "waiting", now_ns)])

    def _refuse(self, state: CommandState, refused: Refused, now_ns: int) -> Consequences:
        state.phase, state.ended_ns = Phase.REFUSED, now_ns
        state.refused, state.reason = refused.reason.value, refused.why
        result = Consequences(entries=[entry_of(state, "refused", now_ns)])
        # A person who asked is answered at once.
        if state.rule and refused.reason not in _NOBODY_MISSES:
            result.extend(self._course.trouble(state, refused.reason.value, refused.facts, now_ns))
        return result

    def _overtake(self, why: str, now_ns: int, *, alert: int = 0, but: CommandState | None = None) -> Consequences:
        """Orders that wait give way: those of an alert, or all for one actuator `but` the newest."""
        result = Consequences()
        for state in [state for state in self._states.values() if state.phase is Phase.WAITING]:
            of_actuator = but is not None and state is not but and state.actuator == but.actuator
            if of_actuator or (alert and state.alert == alert):
                result.extend(self._refuse(state, Refused(Denied.OVERTAKEN, why), now_ns))
        return result

    def _decide(self, state: CommandState, now_ns: int) -> Consequences:
        actuator, command = self._actuators.configured(state)
        standing = self._standings[state.actuator]
        state.decided_ns, state.reason = now_ns, ""
        if not state.rehearsed:
            standing.decided(state, actuator.most, counts=not command.safe)
        if actuator.dry_run or state.rehearsed:
            state.phase, state.ended_ns = Phase.DRY_RUN, now_ns
            return Consequences(entries=[entry_of(state, "dry_run", now_ns)])
        state.phase, state.expires_ns = Phase.DECIDED, now_ns + actuator.expires
        standing.ordered(state)
        order = CommandOrder(
            number=state.number,
            actuator=actuator.id,
            command=state.command,
            source=actuator.source or self._source,
            topic=actuator.topic,
            qos=actuator.qos,
            payload=msgspec.json.encode({**command.payload, "command": state.command}),
            decided_ns=now_ns,
            expires_ns=state.expires_ns,
            answers=actuator.answers,
        )
        return Consequences(entries=[entry_of(state, "decided", now_ns)], orders=[order])

    def _release(self, now_ns: int) -> Consequences:
        result = Consequences()
        for state in [state for state in self._states.values() if state.phase is Phase.WAITING]:
            if now_ns >= self._due_ns(state):
                result.extend(self._ask(state, None, now_ns))
        return result

    def _due_ns(self, state: CommandState) -> int:
        if state.under_way:
            return state.expires_ns
        if state.phase is not Phase.WAITING:
            return state.proof_until_ns
        standing = self._standings[state.actuator]
        newest = self._states.get(standing.newest)
        busy_ns = newest.expires_ns if newest is not None and newest.under_way else 0
        return max(busy_ns, free_from_ns(self._actuators.configured(state)[0], standing))

    def keep_only(self, alerts: set[int]) -> None:
        """The others are gone with their rules."""
        self._standings.keep_only(alerts)

    def describe(self) -> dict[str, Any]:
        """As `restore` takes it; the same for the same state."""
        return {
            "next": self._next,
            "states": [state.dump() for state in self._states.values()],
            "standings": self._standings.describe(),
            "figures": self._figures.describe(),
            "ended": self._course.describe(),
        }

    def restore(self, saved: dict[str, Any]) -> None:
        self._next = saved["next"]
        self._states.update((each["number"], loaded(each)) for each in saved["states"])
        self._standings.restore(saved["standings"])
        self._figures.restore(saved["figures"])
        self._course.restore(saved["ended"])
