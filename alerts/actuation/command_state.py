"""One command to one actuator, from the moment it was asked for to its proof.

asked ──▶ refused | dry_run
  └─▶ (waiting ──▶) decided ──▶ sent | unknown ──▶ confirmed | failed | expired
                                                       └──▶ proven | unproven, where a proof is asked for
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from alerts.causes import Fact
from alerts.consequences import AuditEntry
from config.iso_times import iso_utc


class Phase(StrEnum):
    REFUSED = "refused"
    DRY_RUN = "dry_run"
    """All checks let it pass, and it was not sent, as asked."""
    WAITING = "waiting"
    """The order of a rule, which goes out as soon as the actuator is free."""
    DECIDED = "decided"
    SENT = "sent"
    UNKNOWN = "unknown"
    """Whether it was sent: the run ended in that moment. It is never sent again; an answer may still come."""
    CONFIRMED = "confirmed"
    FAILED = "failed"
    EXPIRED = "expired"
    """Nothing confirmed it in time."""


UNDER_WAY = {Phase.DECIDED, Phase.SENT, Phase.UNKNOWN}


class Proven(StrEnum):
    NOT_ASKED = ""
    WAITING = "waiting"
    PROVEN = "proven"
    UNPROVEN = "unproven"


class Denied(StrEnum):
    """Why a command is refused; the name stands in the audit log, the API and the tests."""

    UNKNOWN = "unknown"
    """No such actuator, or it knows no such command."""
    NOT_ALLOWED = "not_allowed"
    BACKLOG = "backlog"
    """What the alert tells of happened too long ago."""
    UNKNOWN_AGE = "unknown_age"
    """Nobody knows when it happened: the broker had kept readings that have no time of their own."""
    WITHDRAWN = "withdrawn"
    """The alert should never have fired; whether to undo what it began is for people to decide."""
    PLANNED_WORKS = "planned_works"
    """Somebody is at work on what the alert speaks of; what the alert began before may still be ended."""
    HELD = "held"
    """Another alert that is firing still wants what this one would end."""
    ALREADY = "already"
    """The same was asked for by an alert that is still firing."""
    INTERLOCK = "interlock"
    RATE = "rate"
    APART = "apart"
    BUSY = "busy"
    OVERTAKEN = "overtaken"
    """While it waited its alert ended, or another order came."""


class Refused(NamedTuple):
    reason: Denied
    why: str
    """One sentence."""
    facts: Mapping[str, Fact] = {}
    """What of it has a name or a figure, for those who read it in another language."""


@dataclass(slots=True)
class CommandState:
    """Times in ns UTC of the receive clock; 0: not yet."""

    number: int
    actuator: str
    command: str
    asked_ns: int
    who: str
    """"denyut" for the order of a rule."""
    why: str = ""
    """Of whoever asked."""
    alert: int = 0
    rule: str = ""
    ending: bool = False
    """It ends what its alert began."""
    rehearsed: bool = False
    """Somebody asked for a dry run of this one command."""
    phase: Phase = Phase.DECIDED
    refused: str = ""
    """The name of the reason: `Denied`."""
    reason: str = ""
    """Why it was refused, waits, has failed or expired: one sentence."""
    decided_ns: int = 0
    expires_ns: int = 0
    sent_ns: int = 0
    ended_ns: int = 0
    """When it was refused, confirmed, failed or expired."""
    answered_ns: int = 0
    """By the device, also where that was too late."""
    proof: Proven = Proven.NOT_ASKED
    proof_until_ns: int = 0
    figure: float | None = None
    """The newest one that speaks of the proof."""
    figure_before: float | None = None
    """As it stood when the command was confirmed."""

    @property
    def under_way(self) -> bool:
        return self.phase in UNDER_WAY

    @property
    def open(self) -> bool:
        """Something of it is still to come."""
        return self.under_way or self.phase is Phase.WAITING or self.proof is Proven.WAITING

    def describe(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "number": self.number,
            "actuator": self.actuator,
            "command": self.command,
            "state": self.phase.value,
            "refused": self.refused,
            "reason": self.reason,
            "proof": self.proof.value,
            "figure": self.figure,
            "figure_before": self.figure_before,
            "alert": self.alert or None,
            "rule": self.rule,
            "who": self.who,
            "why": self.why,
            "asked": iso_utc(self.asked_ns),
            "decided": _iso(self.decided_ns),
            "expires": _iso(self.expires_ns),
            "sent": _iso(self.sent_ns),
            "ended": _iso(self.ended_ns),
            "answered": _iso(self.answered_ns),
        }

    def dump(self) -> dict[str, Any]:
        """As `loaded` takes it."""
        return {name: value.value if isinstance(value, StrEnum) else value for name, value in asdict(self).items()}


def loaded(saved: dict[str, Any]) -> CommandState:
    return CommandState(**{**saved, "phase": Phase(saved["phase"]), "proof": Proven(saved["proof"])})


def _iso(at_ns: int) -> str | None:
    return iso_utc(at_ns) if at_ns else None


def entry_of(state: CommandState, what: str, now_ns: int, who: str = "", why: str = "") -> AuditEntry:
    """`who` and `why`: of whoever brought the change about; empty: of whoever asked for the command."""
    known = {"number", "alert", "rule", "who", "why"}
    return AuditEntry(
        at_ns=now_ns,
        what=f"command_{what}",
        alert=state.alert,
        command=state.number,
        rule=state.rule,
        who=who or state.who,
        why=why or state.why,
        detail={name: value for name, value in state.describe().items() if name not in known},
    )
