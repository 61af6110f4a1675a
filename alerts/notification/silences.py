"""Silences: somebody asks that nobody is told of certain alerts for a while."""

from bisect import bisect_right
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from alerts.acts import EndSilence, Silence
from alerts.book import Alert
from alerts.notification.scope import Scope
from config.durations import UNITS_NS
from config.iso_times import iso_utc

KEPT_NS = UNITS_NS["d"]
"""How long one that has ended is still listed; the audit log has it for ever."""
MOST = 1000
"""At once. Each alert is held against all of them."""


class SilenceRefusal(StrEnum):
    UNKNOWN_SILENCE = "unknown_silence"
    """No silence has this number, or it ended more than a day ago."""
    ENDED = "ended"
    """It has ended already."""
    TOO_MANY_SILENCES = "too_many_silences"


@dataclass(slots=True)
class SilenceState:
    """Holds in [begin_ns, end_ns); receive times in ns UTC."""

    number: int
    who: str
    why: str
    made_ns: int
    begin_ns: int
    end_ns: int
    """When it expires, or was ended."""
    rules: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    ended_by: str = ""
    """Empty: it expires by itself."""
    ended_why: str = ""

    def holds(self, now_ns: int) -> bool:
        return self.begin_ns <= now_ns < self.end_ns

    def describe(self, now_ns: int) -> dict[str, Any]:
        """For JSON."""
        state = "waiting" if now_ns < self.begin_ns else "ended" if now_ns >= self.end_ns else "active"
        return {
            "number": self.number,
            "state": state,
            "who": self.who,
            "why": self.why,
            "made": iso_utc(self.made_ns),
            "begin": iso_utc(self.begin_ns),
            "end": iso_utc(self.end_ns),
            "rules": list(self.rules),
            "zones": list(self.zones),
            "kinds": list(self.kinds),
            "devices": list(self.devices),
            "ended_by": self.ended_by,
            "ended_why": self.ended_why,
        }


class Silences:
    """Times given must not step back."""

    def __init__(self) -> None:
        self._next_number = 1
        self._known: dict[int, SilenceState] = {}
        """By number, ascending."""
        self._scopes: dict[int, Scope] = {}
        self._edges: list[int] | None = None
        """When they begin and end, ascending; None: not put in order yet."""

    def begin(self, act: Silence, at_ns: int) -> SilenceState | SilenceRefusal:
        self._forget(at_ns)
        if sum(at_ns < silence.end_ns for silence in self._known.values()) >= MOST:
            return SilenceRefusal.TOO_MANY_SILENCES
        begin_ns = max(act.begin_ns, at_ns)
        silence = SilenceState(
            number=self._next_number,
            who=act.who,
            why=act.why,
            made_ns=at_ns,
            begin_ns=begin_ns,
            end_ns=begin_ns + act.for_ns,
            rules=act.rules,
            zones=act.zones,
            kinds=act.kinds,
            devices=act.devices,
        )
        self._next_number += 1
        self._add(silence)
        return silence

    def end(self, act: EndSilence, at_ns: int) -> SilenceState | SilenceRefusal:
        """Before it expires; one that has not begun never will."""
        self._forget(at_ns)
        silence = self._known.get(act.silence)
        if silence is None:
            return SilenceRefusal.UNKNOWN_SILENCE
        if at_ns >= silence.end_ns:
            return SilenceRefusal.ENDED
        silence.begin_ns = min(silence.begin_ns, at_ns)
        silence.end_ns, silence.ended_by, silence.ended_why = at_ns, act.who, act.why
        self._edges = None
        return silence

    def mutes(self, alert: Alert, kind: str, now_ns: int) -> str:
        """The reason, "silence 3: repair of the pump"; empty: none holds. Of several the one that lasts longest."""
        holding = [
            silence
            for number, silence in self._known.items()
            if silence.holds(now_ns) and self._scopes[number].fits(alert, kind)
        ]
        if not holding:
            return ""
        # The reason stays the same as long as it can: each change of it is an entry in the audit log.
        longest = max(holding, key=lambda silence: (silence.end_ns, silence.number))
        return f"silence {longest.number}" + (f": {longest.why}" if longest.why else "")

    def listed(self, now_ns: int) -> list[SilenceState]:
        """By number: those that wait, hold, or ended less than a day ago."""
        return [silence for silence in self._known.values() if now_ns < silence.end_ns + KEPT_NS]

    def next_due_ns(self, now_ns: int) -> int | None:
        """When the next one begins or ends."""
        if self._edges is None:
            self._edges = sorted(time for each in self._known.values() for time in (each.begin_ns, each.end_ns))
        later = bisect_right(self._edges, now_ns)
        return self._edges[later] if later < len(self._edges) else None

    def describe(self) -> dict[str, Any]:
        """As `restore` takes it."""
        return {"next": self._next_number, "known": [asdict(silence) for silence in self._known.values()]}

    def restore(self, saved: dict[str, Any]) -> None:
        self._next_number = saved["next"]
        names = ("rules", "zones", "kinds", "devices")
        for each in saved["known"]:
            self._add(SilenceState(**{**each, **{name: tuple(each[name]) for name in names}}))

    def _add(self, silence: SilenceState) -> None:
        self._known[silence.number] = silence
        self._scopes[silence.number] = Scope.of(silence)
        self._edges = None

    def _forget(self, at_ns: int) -> None:
        for number in [number for number, each in self._known.items() if at_ns >= each.end_ns + KEPT_NS]:
            del self._known[number], self._scopes[number]
            self._edges = None
