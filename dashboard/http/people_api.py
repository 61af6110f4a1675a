"""Who answers for what: offices, officers, and who is on duty now and next."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, get_args

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from alerts.book import Alert
from alerts.notification.roster import Roster
from config.alert_rules import Severity
from config.durations import format_duration
from config.duty import Ladder, Office, Officer
from config.settings import Settings
from dashboard.http import configured
from dashboard.http.access import Caller, Role
from dashboard.http.acting import caller_of
from dashboard.http.asked import known, query_of
from dashboard.http.page import Page, Parameter
from dashboard.http.recorded import iso
from dashboard.http.refusal import answer
from dashboard.http.rule_api import describe_hours

_OFFICE = (Parameter("office", "Of this office.", Annotated[str, msgspec.Meta(min_length=1, max_length=200)]),)


@dataclass(frozen=True, slots=True)
class PeopleApi:
    settings: Settings
    roster: Roster
    alerts: Callable[[], Sequence[Alert]]
    """Those that are firing."""
    ladders_of: Callable[[str, str], Ladder]
    """Of a route's ladder, "" where it names none, and a severity."""
    now_ns: Callable[[], int]

    def pages(self) -> tuple[Page, ...]:
        return (
            Page(
                "/api/offices",
                Role.MONITOR,
                self.offices,
                summary="The offices, what each answers for, its alerts.",
                answer=configured.Offices,
            ),
            Page(
                "/api/officers",
                Role.MONITOR,
                self.officers,
                summary="The officers. Where they are reached is shown to operators, and to each of them their own.",
                answer=configured.Officers,
                query=_OFFICE,
            ),
            Page(
                "/api/duty",
                Role.MONITOR,
                self.duty,
                summary="Who is on duty now, and next.",
                query=_OFFICE,
                answer=configured.Duty,
            ),
            Page(
                "/api/ladders",
                Role.MONITOR,
                self.ladders,
                summary="How alerts climb while nobody answers.",
                answer=configured.Ladders,
            ),
        )

    async def offices(self, request: Request) -> Response:
        query_of(request, ())
        firing = Counter(alert.office for alert in self.alerts())
        return answer({"offices": [self._office(office, firing[office.id]) for office in self.settings.offices]})

    async def officers(self, request: Request) -> Response:
        office = self._asked_office(request)
        now_ns, caller = self.now_ns(), caller_of(request)
        chosen = [each for each in self.settings.officers if office in (None, each.office)]
        return answer({"officers": [self._officer(each, caller, now_ns) for each in chosen]})

    async def duty(self, request: Request) -> Response:
        office = self._asked_office(request)
        now_ns = self.now_ns()
        chosen = [each for each in self.settings.offices if office in (None, each.id)]
        return answer({"at": iso(now_ns), "offices": [self._duty(each.id, now_ns) for each in chosen]})

    async def ladders(self, request: Request) -> Response:
        query_of(request, ())
        usual = {severity: self.ladders_of("", severity).id for severity in get_args(Severity)}
        used = {self.ladders_of("", severity).id: self.ladders_of("", severity) for severity in usual}
        used |= {ladder.id: ladder for ladder in self.settings.ladders}
        return answer({"ladders": [_described(ladder) for ladder in used.values()], "usual": usual})

    def _asked_office(self, request: Request) -> str | None:
        office: str | None = query_of(request, _OFFICE)["office"]
        return None if office is None else known(office, [each.id for each in self.settings.offices], "office")

    def _office(self, office: Office, firing: int) -> dict[str, Any]:
        officers = [officer.id for officer in self.settings.officers if officer.office == office.id]
        return {
            "id": office.id,
            "name": office.name,
            "kinds": list(office.kinds),
            "head": office.head,
            "officers": officers,
            "firing": firing,
        }

    def _officer(self, officer: Officer, caller: Caller, now_ns: int) -> dict[str, Any]:
        own = caller.officer is not None and caller.officer.id == officer.id
        address = own or caller.may(Role.OPERATOR)
        contacts = [
            {"channel": each.channel, "severity": each.severity, **({"to": each.to} if address else {})}
            for each in officer.contacts
        ]
        return {
            "id": officer.id,
            "name": officer.name,
            "office": officer.office,
            "language": officer.language or self.settings.city.language,
            "may_operate": officer.may_operate,
            "contacts": contacts,
            "on_duty": officer.id in self._on_duty(officer.office, now_ns),
        }

    def _duty(self, office: str, now_ns: int) -> dict[str, Any]:
        change_ns = self.roster.change_ns(office, now_ns)
        return {
            "office": office,
            "now": {"shifts": self._shifts(office, now_ns), "officers": self._on_duty(office, now_ns)},
            "next": None
            if change_ns is None
            else {
                "from": iso(change_ns),
                "shifts": self._shifts(office, change_ns),
                "officers": self._on_duty(office, change_ns),
            },
        }

    def _shifts(self, office: str, now_ns: int) -> list[dict[str, Any]]:
        on = self.roster.shifts(office, now_ns)
        return [{"id": shift.id, "hours": describe_hours(shift.hours)} for shift in on]

    def _on_duty(self, office: str, now_ns: int) -> list[str]:
        return [officer.id for officer in self.roster.on_duty(office, now_ns)]


def _described(ladder: Ladder) -> dict[str, Any]:
    return {
        "id": ladder.id,
        "steps": [{"after": format_duration(step.after), "to": list(step.to)} for step in ladder.steps],
        "repeat": None if ladder.repeat is None else format_duration(ladder.repeat),
    }
