"""What keeps a command back: checks in one order, of which the first that fails gives the reason.

A dry run passes through all of them, so it tells what would have happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from alerts.actuation.command_state import CommandState, Denied, Phase, Proven, Refused
from alerts.actuation.figures import NewestFigures, key_of
from alerts.actuation.standing import Standing, Standings
from alerts.book import Alert
from alerts.causes import Fact
from alerts.comparison import beyond
from alerts.engine import AlertEvent
from alerts.lifecycle import Change
from alerts.notification.maintenance import PlannedWorks
from config.actuators import Actuator, Command, Interlock
from config.durations import format_duration
from config.duty import Officer
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class Request:
    """A command that is asked for, by the order of a rule (`event`) or by somebody."""

    state: CommandState
    actuator: Actuator
    command: Command
    standing: Standing
    now_ns: int
    event: AlertEvent | None = None
    alert: Alert | None = None
    operator: bool = False


class Checks:
    def __init__(
        self,
        settings: Settings,
        figures: NewestFigures,
        standings: Standings,
        states: Mapping[int, CommandState],
    ) -> None:
        """`standings` and `states` are the commander's own, and change as it goes on."""
        self._officers = {officer.id: officer for officer in settings.officers}
        self._backlog_limit_ns = settings.notification.backlog_limit
        zone = ZoneInfo(settings.city.timezone)
        self._works = PlannedWorks(settings.maintenance, settings.calendar, zone)
        self._figures = figures
        self._standings = standings
        self._states = states

    def refusal(self, request: Request) -> Refused | None:
        checks = (
            *(self._allowed, self._live, self._undisturbed, self._held, self._already),
            *(self._interlocked, self._too_many, self._too_soon, self._busy),
        )
        return next((refused for check in checks if (refused := check(request))), None)

    def _allowed(self, request: Request) -> Refused | None:
        if request.state.rule or request.operator or may_command(self._officers, request.state.who, request.actuator):
            return None
        return Refused(Denied.NOT_ALLOWED, f"{request.state.who!r} may not command {request.actuator.id!r}")

    def _live(self, request: Request) -> Refused | None:
        """Only what happens now moves anything on the street."""
        event = request.event
        if event is None:
            return None
        if event.change is Change.WITHDRAWN:
            return Refused(Denied.WITHDRAWN, "late readings took the alert back: whether to undo it is for people")
        if event.of_unknown_age:
            why = "its readings have no time of their own, and the broker had kept them for nobody knows how long"
            return Refused(Denied.UNKNOWN_AGE, why)
        late_ns = event.learned_ns - event.event_ns
        if late_ns > self._backlog_limit_ns:
            late_ns = _whole_seconds(late_ns)
            return Refused(Denied.BACKLOG, f"it was learned of {format_duration(late_ns)} late", {"late_ns": late_ns})
        return None

    def _undisturbed(self, request: Request) -> Refused | None:
        """A gauge that is lifted out of the water to be cleaned must move nothing."""
        alert = request.alert
        if alert is None or request.state.ending:
            return None
        why = self._works.mutes(alert, alert.kind, request.now_ns)
        return Refused(Denied.PLANNED_WORKS, why) if why else None

    def _held(self, request: Request) -> Refused | None:
        wanted = request.standing.wanted
        others = [alert for alert, command in wanted.items() if command != request.state.command]
        if request.event is None or request.event.change is not Change.RESOLVED or not others:
            return None
        other = min(others)
        facts: dict[str, Fact] = {"alert": other, "wants": wanted[other]}
        return Refused(Denied.HELD, f"alert {other} is still firing and wants {wanted[other]!r}", facts)

    def _already(self, request: Request) -> Refused | None:
        newest = self._states.get(request.standing.newest)
        others = [alert for alert, command in request.standing.wanted.items() if command == request.state.command]
        if request.event is None or newest is None or newest.command != request.state.command or not others:
            return None
        in_effect = newest.under_way or newest.phase in (Phase.CONFIRMED, Phase.DRY_RUN)
        if not in_effect or newest.proof is Proven.UNPROVEN:
            return None
        why = f"command {newest.number} of alert {newest.alert} asked for the same"
        return Refused(Denied.ALREADY, why, {"alert": newest.alert})

    def _interlocked(self, request: Request) -> Refused | None:
        for interlock in request.actuator.interlocks:
            if not interlock.commands or request.state.command in interlock.commands:
                found = self._broken(interlock, request)
                if found is not None:
                    because = f": {interlock.why}" if interlock.why else ""
                    facts = {**found.facts, "why": interlock.why}
                    return Refused(Denied.INTERLOCK, f"{found.why}{because}", facts)
        return None

    def _broken(self, interlock: Interlock, request: Request) -> Refused | None:
        does = self._standings[interlock.actuator].does if interlock.actuator else set()
        if forbidden := sorted(does & set(interlock.not_in)):
            why = f"{interlock.actuator!r} has, or may have, carried out {forbidden[0]!r}"
            return Refused(Denied.INTERLOCK, why, {"other": interlock.actuator, "did": forbidden[0]})
        if not interlock.indicator:
            return None
        key = key_of(interlock, request.actuator)
        figure = self._figures.newest(key, request.now_ns)
        needed = f"{key.indicator} of {key.zone} must be {interlock.when} {interlock.value:g}"
        facts: dict[str, Fact] = {"indicator": key.indicator, "when": interlock.when, "value": interlock.value}
        if figure is None:
            return Refused(Denied.INTERLOCK, f"{needed}, and is unknown", facts)
        if beyond(figure.value, interlock.when, interlock.value):
            return None
        return Refused(Denied.INTERLOCK, f"{needed}, and is {figure.value:g}", {**facts, "figure": figure.value})

    def _too_many(self, request: Request) -> Refused | None:
        """What a rule began it may always end: a siren must not howl on because it was silenced too often."""
        actuator, decided_ns = request.actuator, request.standing.decided_ns
        if request.command.safe or request.state.ending or len(decided_ns) < actuator.most:
            return None
        if request.now_ns - decided_ns[-actuator.most] >= actuator.within:
            return None
        why = f"{actuator.most} commands within {format_duration(actuator.within)} are the most"
        return Refused(Denied.RATE, why, {"most": actuator.most, "within_ns": actuator.within})

    def _too_soon(self, request: Request) -> Refused | None:
        if request.command.safe or request.now_ns >= free_from_ns(request.actuator, request.standing):
            return None
        apart_ns = request.actuator.apart
        return Refused(Denied.APART, f"commands are at least {format_duration(apart_ns)} apart", {"apart_ns": apart_ns})

    def _busy(self, request: Request) -> Refused | None:
        """One at a time, so that each answer and each proof speaks of one command."""
        newest = self._states.get(request.standing.newest)
        if request.command.safe or newest is None or not newest.under_way:
            return None
        return Refused(Denied.BUSY, f"command {newest.number}, {newest.command!r}, is under way")


def free_from_ns(actuator: Actuator, standing: Standing) -> int:
    """From when on the last command is long enough ago."""
    return standing.last_ns + actuator.apart if standing.last_ns else 0


def may_command(officers: Mapping[str, Officer], who: str, actuator: Actuator) -> bool:
    """Whether an officer may, by what the configuration says of both."""
    officer = officers.get(who)
    if officer is None:
        return False
    return officer.may_operate or officer.id in actuator.officers or officer.office in actuator.offices


def _whole_seconds(duration_ns: int) -> int:
    return max(1, duration_ns // 10**9) * 10**9
