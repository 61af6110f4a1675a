"""What keeps alerts quiet: silences, planned works, and alerts that hide others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from alerts.acts import EndSilence, Silence
from alerts.notification.maintenance import PlannedWork
from alerts.notification.silences import SilenceState
from config.checks.city import RESERVED
from config.durations import UNITS_NS
from config.iso_times import parse_moment
from config.settings import Settings
from dashboard.http import answers, configured
from dashboard.http.access import Role
from dashboard.http.acting import Acts, Said, duration_ns, who_of
from dashboard.http.asked import body_of, known, number_of, query_of
from dashboard.http.page import Page, Parameter
from dashboard.http.paging import PAGING, paged
from dashboard.http.recorded import iso
from dashboard.http.refusal import RefusedError, answer
from dashboard.http.rule_api import describe_hours

Names = Annotated[tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=200)], ...], msgspec.Meta(max_length=100)]
_SILENCES = (
    Parameter("state", "How it stands.", Literal["waiting", "active", "ended"]),
    *PAGING,
)
_EXAMPLE = '{"for": "2h", "rules": ["RULE"], "zones": ["ZONE"], "who": "NAME", "why": "..."}'
_LONGEST_NS = 366 * UNITS_NS["d"]
_NEVER_NS = 2**61
"""Planned works without a beginning or an end have one beyond this."""


class Silencing(Said):
    lasting: Annotated[str, msgspec.Meta(max_length=40)] = msgspec.field(name="for")
    """"2h"."""
    begin: Annotated[str, msgspec.Meta(max_length=64)] | None = None
    """ISO 8601; absent: now."""
    rules: Names = ()
    zones: Names = ()
    kinds: Names = ()
    devices: Names = ()


class Ending(Said):
    """It ends now."""


@dataclass(frozen=True, slots=True)
class QuietApi:
    settings: Settings
    silences: Callable[[], Sequence[SilenceState]]
    """Those that wait, hold, or ended less than a day ago."""
    works: Sequence[PlannedWork]
    acts: Acts
    now_ns: Callable[[], int]

    def pages(self) -> tuple[Page, ...]:
        return (
            Page(
                "/api/silences",
                Role.MONITOR,
                self.listed,
                summary="The silences that wait, hold, or ended less than a day ago, the newest first.",
                answer=answers.Silences,
                query=_SILENCES,
            ),
            Page(
                "/api/silences",
                Role.OPERATOR,
                self.begun,
                method="POST",
                body=Silencing,
                summary="Nobody is told of alerts that fit, for a while.",
                answer=answers.Silence,
                refusals=(409, 503),
            ),
            Page("/api/silences/{number}", Role.MONITOR, self.one, summary="One silence.", answer=answers.Silence),
            Page(
                "/api/silences/{number}/end",
                Role.OPERATOR,
                self.ended,
                method="POST",
                body=Ending,
                summary="It ends before its time.",
                answer=answers.Silence,
                refusals=(409, 503),
            ),
            Page(
                "/api/maintenance",
                Role.MONITOR,
                self.planned,
                summary="Planned works, and whether they hold now.",
                answer=configured.Works,
            ),
            Page(
                "/api/inhibitions",
                Role.MONITOR,
                self.inhibitions,
                summary="Which alerts hide which others.",
                answer=configured.Inhibitions,
            ),
        )

    async def listed(self, request: Request) -> Response:
        query = query_of(request, _SILENCES)
        described = [silence.describe(self.now_ns()) for silence in reversed(self.silences())]
        found = [
            each
            for each in described
            if query["state"] in (None, each["state"]) and (query["cursor"] is None or each["number"] < query["cursor"])
        ]
        return answer(paged("silences", found, query["limit"], lambda silence: int(silence["number"])))

    async def one(self, request: Request) -> Response:
        query_of(request, ())
        number = number_of(request, "silence")
        if (now := self._now(number)) is None:
            raise RefusedError(404, f"there is no silence {number}, or it ended more than a day ago")
        return answer(now)

    async def begun(self, request: Request) -> Response:
        said = await body_of(request, Silencing, _EXAMPLE)
        if not (said.rules or said.zones or said.kinds or said.devices):
            raise RefusedError(400, f"a silence of everything is none: name rules, zones, kinds or devices; {_EXAMPLE}")
        self._check_names(said)
        for_ns = duration_ns(said.lasting, "for", _LONGEST_NS)
        act = Silence(
            for_ns=for_ns,
            rules=said.rules,
            zones=said.zones,
            kinds=said.kinds,
            devices=said.devices,
            begin_ns=self._begin_ns(said.begin, for_ns),
            who=who_of(request, said),
            why=said.why,
        )
        outcome: SilenceState = await self.acts.done(act)
        return answer(outcome.describe(self.now_ns()))

    async def ended(self, request: Request) -> Response:
        number = number_of(request, "silence")
        said = await body_of(request, Ending, '{"who": "NAME", "why": "..."}')
        act = EndSilence(silence=number, who=who_of(request, said), why=said.why)
        outcome: SilenceState = await self.acts.done(act, lambda: self._now(number))
        return answer(outcome.describe(self.now_ns()))

    async def planned(self, request: Request) -> Response:
        query_of(request, ())
        return answer({"maintenance": [self._work(work) for work in self.works]})

    async def inhibitions(self, request: Request) -> Response:
        query_of(request, ())
        return answer({"inhibitions": [each.model_dump(mode="json") for each in self.settings.inhibitions]})

    def _now(self, number: int) -> dict[str, Any] | None:
        now_ns = self.now_ns()
        return next((each.describe(now_ns) for each in self.silences() if each.number == number), None)

    def _check_names(self, said: Silencing) -> None:
        """Zones and devices need not be registered."""
        for rule in said.rules:
            known(rule, [each.id for each in self.settings.rules], "rule")
        zones = [zone.id for zone in self.settings.zones]
        for zone in said.zones if zones else ():
            known(zone, [*zones, *RESERVED], "zone")

    def _begin_ns(self, text: str | None, for_ns: int) -> int:
        """0: now."""
        if text is None:
            return 0
        now_ns = self.now_ns()
        try:
            begin_ns = parse_moment(text)
        except ValueError as error:
            raise RefusedError(400, f"`begin`: {error}") from None
        if begin_ns > now_ns + _LONGEST_NS:
            raise RefusedError(400, f"`begin`: {text!r} lies more than a year ahead")
        if begin_ns + for_ns <= now_ns:
            sentence = f"a silence from {text!r} for so long would be over; without `begin` it is from now on"
            raise RefusedError(400, f"`begin`: {sentence}")
        return max(begin_ns, 0)

    def _work(self, work: PlannedWork) -> dict[str, Any]:
        now_ns = self.now_ns()
        change_ns = work.next_change_ns(now_ns)
        settings = work.settings
        return {
            "id": settings.id,
            "why": settings.why,
            "rules": list(settings.rules),
            "zones": list(settings.zones),
            "kinds": list(settings.kinds),
            "devices": list(settings.devices),
            "begin": iso(work.begin_ns) if work.begin_ns > -_NEVER_NS else None,
            "end": iso(work.end_ns) if work.end_ns < _NEVER_NS else None,
            "hours": describe_hours(settings.hours),
            "holds": work.holds(now_ns),
            "next_change": iso(change_ns) if change_ns < _NEVER_NS else None,
        }
