"""What becomes of commands that were decided: sent, confirmed, failed, expired, proven."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from alerts.acts import CommandAnswered, CommandSent
from alerts.actuation.actuators import Actuators
from alerts.actuation.command_state import CommandState, Phase, Proven, entry_of
from alerts.actuation.figures import NewestFigures, key_of
from alerts.actuation.standing import Standings
from alerts.book import Alert, Book, packed, unpacked
from alerts.causes import Cause, Code, Fact, Facts
from alerts.comparison import beyond
from alerts.consequences import Consequences
from config.durations import format_duration
from processors.indicators.indicator_batch import IndicatorBatch

Tell = Callable[[Alert, Cause, int, Consequences], None]
"""Takes an alert, why nothing came of its command, the time, and where notices to those who know it go."""


class Course:
    def __init__(
        self,
        actuators: Actuators,
        states: Mapping[int, CommandState],
        standings: Standings,
        figures: NewestFigures,
        book: Book,
        tell: Tell,
    ) -> None:
        self._book = book
        self._ended: dict[int, Alert] = {}
        """Alerts that are over, and have commands of which something is still to come."""
        self._actuators = actuators
        self._states = states
        self._standings = standings
        self._figures = figures
        self._tell = tell

    def sent(self, act: CommandSent, now_ns: int) -> Consequences:
        """What was learned before changes nothing: whoever sends may say it again after a crash."""
        state = self._states.get(act.command)
        if state is None:
            return Consequences()
        surely_not = bool(act.error) and not act.unknown
        if surely_not:
            self._standings[state.actuator].not_done(state)
        if state.phase is not Phase.DECIDED:
            return Consequences()
        if surely_not:
            return self._failed(state, f"was not sent: {act.error}", Code.NOT_SENT, {}, now_ns)
        state.reason = act.error
        if act.unknown:
            state.phase = Phase.UNKNOWN
            return Consequences(entries=[entry_of(state, "unknown", now_ns, why=act.error)])
        state.phase, state.sent_ns = Phase.SENT, now_ns
        result = Consequences(entries=[entry_of(state, "sent", now_ns)])
        if not self._actuators.configured(state)[0].answers:
            result.extend(self._confirmed(state, now_ns))
        return result

    def answered(self, act: CommandAnswered, now_ns: int) -> Consequences:
        """The first answer counts; what comes too late is recorded, and what was repeated changes nothing."""
        state = self._states.get(act.command)
        if state is None or not (state.under_way or (state.phase is Phase.EXPIRED and not state.answered_ns)):
            return Consequences()
        state.answered_ns = now_ns
        standing = self._standings[state.actuator]
        if not act.done:
            standing.not_done(state)
        if state.phase is Phase.EXPIRED:
            if act.done:
                standing.confirm(state)
            entry = entry_of(state, "answered_late", now_ns, who=act.who, why=act.why)
            return Consequences(entries=[replace(entry, detail={**entry.detail, "done": act.done})])
        if act.done:
            return self._confirmed(state, now_ns, who=act.who, why=act.why)
        why = f"was not done: {act.why or 'the device gives no reason'}"
        return self._failed(state, why, Code.NOT_DONE, {"said": act.why}, now_ns, who=act.who)

    def expire(self, now_ns: int) -> Consequences:
        """What was not confirmed, or not proven, in time."""
        result = Consequences()
        for state in [state for state in self._states.values() if state.open]:
            if state.under_way and now_ns >= state.expires_ns:
                result.extend(self._expired(state, now_ns))
            elif state.proof is Proven.WAITING and now_ns >= state.proof_until_ns:
                result.extend(self._unproven(state, now_ns))
        return result

    def hear_figures(self, batch: IndicatorBatch, now_ns: int) -> Consequences:
        result = Consequences()
        for key, figure in self._figures.hear(batch):
            for state in [state for state in self._states.values() if state.proof is Proven.WAITING]:
                actuator, command = self._actuators.configured(state)
                proof = command.proof
                if proof is None or key_of(proof, actuator) != key or figure.end_ns <= state.ended_ns:
                    continue
                state.figure = figure.value
                if beyond(figure.value, proof.when, proof.value):
                    state.proof = Proven.PROVEN
                    result.entries.append(entry_of(state, "proven", now_ns))
        return result

    def trouble(self, state: CommandState, code: str, facts: Facts, now_ns: int) -> Consequences:
        """People learn that the street did not do what their alert asked for."""
        result = Consequences()
        alert = self._book.numbered(state.alert) or self._ended.get(state.alert)
        if alert is not None:
            cause = Cause(code, {"command": state.command, "actuator": state.actuator, **facts})
            self._tell(alert, cause, now_ns, result)
        return result

    def ended(self, alert: Alert) -> None:
        """It is in the book no more."""
        self._ended[alert.number] = alert

    def forget_ended(self) -> None:
        """Those of which nothing is still to come."""
        awaited = {state.alert for state in self._states.values() if state.open}
        self._ended = {number: each for number, each in self._ended.items() if number in awaited}

    def describe(self) -> list[dict[str, Any]]:
        """As `restore` takes it."""
        return [packed(alert) for alert in self._ended.values()]

    def restore(self, saved: list[dict[str, Any]]) -> None:
        self._ended = {alert.number: alert for alert in map(unpacked, saved)}

    def _confirmed(self, state: CommandState, now_ns: int, who: str = "", why: str = "") -> Consequences:
        self._standings[state.actuator].confirm(state)
        state.phase, state.reason, state.ended_ns = Phase.CONFIRMED, "", now_ns
        actuator, command = self._actuators.configured(state)
        if command.proof is not None:
            before = self._figures.newest(key_of(command.proof, actuator), now_ns)
            state.figure_before = None if before is None else before.value
            state.proof, state.proof_until_ns = Proven.WAITING, now_ns + command.proof.within
        return Consequences(entries=[entry_of(state, "confirmed", now_ns, who=who, why=why)])

    def _failed(
        self, state: CommandState, reason: str, code: Code, facts: Facts, now_ns: int, who: str = ""
    ) -> Consequences:
        state.phase, state.reason, state.ended_ns = Phase.FAILED, reason, now_ns
        result = Consequences(entries=[entry_of(state, "failed", now_ns, who=who, why=reason)])
        result.extend(self.trouble(state, code.value, facts, now_ns))
        return result

    def _expired(self, state: CommandState, now_ns: int) -> Consequences:
        what = {
            Phase.DECIDED: "nothing says that it went out",
            Phase.SENT: "it was sent",
            Phase.UNKNOWN: state.reason,
        }[state.phase]
        code = Code.UNCONFIRMED if state.phase is Phase.SENT else Code.UNKNOWN_WHETHER_SENT
        state.phase, state.reason, state.ended_ns = Phase.EXPIRED, f"expired: {what}, and nothing confirmed it", now_ns
        result = Consequences(entries=[entry_of(state, "expired", now_ns, why=state.reason)])
        result.extend(self.trouble(state, code.value, {}, now_ns))
        return result

    def _unproven(self, state: CommandState, now_ns: int) -> Consequences:
        state.proof = Proven.UNPROVEN
        proof = self._actuators.configured(state)[1].proof
        reason = "was confirmed, and nothing tells any more how to prove it"
        code, facts = Code.PROOF_GONE, dict[str, Fact]()
        if proof is not None:
            is_now = "nothing was heard of it" if state.figure is None else f"it is {state.figure:g}"
            should = f"{proof.indicator} should be {proof.when} {proof.value:g} within {format_duration(proof.within)}"
            reason = f"was confirmed, but the street shows no change: {should}, and {is_now}"
            code, facts = Code.UNPROVEN, {"indicator": proof.indicator, "when": proof.when, "value": proof.value}
            if state.figure is not None:
                facts["figure"] = state.figure
        state.reason = reason
        result = Consequences(entries=[entry_of(state, "unproven", now_ns, why=reason)])
        result.extend(self.trouble(state, code.value, facts, now_ns))
        return result
