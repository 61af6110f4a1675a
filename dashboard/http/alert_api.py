"""The alerts: those that are firing, what became of the others, and what people do about them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from alerts.acts import Acknowledge, Act, Assign, Close, Comment, Snooze
from alerts.actuation.commands import Commander
from alerts.book import Alert, Book
from alerts.record.reading import Chosen, RecordReader
from alerts.record.reading import Page as Rows
from config.alert_rules import Severity
from config.durations import UNITS_NS
from config.settings import Settings
from dashboard.http import answers
from dashboard.http.access import Role
from dashboard.http.acting import Acts, Said, caller_of, concerns_caller, duration_ns, who_of
from dashboard.http.asked import body_of, known, number_of, query_of
from dashboard.http.page import Page, Parameter
from dashboard.http.paging import PAGING, paged
from dashboard.http.recorded import (
    TIMES,
    chosen,
    describe_delivery,
    describe_line,
    describe_past,
    page_of,
    recorded,
)
from dashboard.http.refusal import RefusedError, answer

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
State = Literal["open", "firing", "acknowledged", "stale", "snoozed", "muted", "ended"]
_ALERTS = (
    Parameter("state", 'How it stands; "open": all but those that have ended.', State, "open"),
    Parameter("severity", "How grave it is.", Severity),
    Parameter("rule", "Of this rule.", Text),
    Parameter("zone", "In this zone.", Text),
    Parameter("office", "For which this office answers; of open ones.", Text),
    Parameter(
        "officer", "Which this officer was given or has acknowledged; of those that have ended: has acknowledged.", Text
    ),
    *(*TIMES, *PAGING),
)
_LONGEST_SNOOZE_NS = 30 * UNITS_NS["d"]
_ATTACHED = 200
"""Lines of the log and deliveries of one alert that are shown with it."""


class Acknowledging(Said):
    """It is seen to."""


class Assigning(Said):
    to: Text | None = None
    """Officer who sees to it from now on; absent: whose token it is."""


class Commenting(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    why: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    """What is said."""
    who: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | None = None


class Closing(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    why: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    """Of what can be known that no measurement says."""
    who: Annotated[str, msgspec.Meta(min_length=1, max_length=100)] | None = None


class Snoozing(Said):
    lasting: Annotated[str, msgspec.Meta(max_length=40)] = msgspec.field(name="for")
    """"2h"."""


@dataclass(frozen=True, slots=True)
class AlertApi:
    settings: Settings
    book: Book
    commander: Commander
    reader: RecordReader
    acts: Acts
    newest_event: Callable[[], int]
    now_ns: Callable[[], int]

    def pages(self) -> tuple[Page, ...]:
        did = "/api/alerts/{number}/"
        act = partial(Page, role=Role.OFFICER, method="POST", answer=answers.Alert, refusals=(409, 503))
        return (
            Page(
                "/api/alerts",
                Role.MONITOR,
                self.listed,
                summary="The alerts, the newest first.",
                answer=(answers.Alerts, answers.PastAlerts),
                query=_ALERTS,
                refusals=(503,),
            ),
            Page(
                "/api/alerts/{number}",
                Role.MONITOR,
                self.one,
                summary="One alert, what happened to it, who was told of it when, and the commands on its account.",
                answer=(answers.WholeAlert, answers.WholePastAlert),
                refusals=(503,),
            ),
            act(
                did + "acknowledge",
                endpoint=self.acknowledged,
                body=Acknowledging,
                summary="Somebody has seen it and sees to it: it climbs no further.",
            ),
            act(
                did + "assign",
                endpoint=self.assigned,
                body=Assigning,
                summary="An officer is to see to it, and is told.",
            ),
            act(did + "comment", endpoint=self.commented, body=Commenting, summary="Something is said about it."),
            act(
                did + "snooze",
                endpoint=self.snoozed,
                body=Snoozing,
                summary="Nobody is told of it for a while.",
            ),
            act(
                did + "close",
                endpoint=self.closed,
                body=Closing,
                answer=answers.ClosedAlert,
                summary="It is over, whatever was measured last; what still holds fires anew.",
            ),
        )

    async def listed(self, request: Request) -> Response:
        query = query_of(request, _ALERTS)
        if query["state"] == "ended":
            return answer(await self._ended(query))
        self._check_names(query)
        wanted = chosen(query, {}, self.now_ns())
        found = [alert for alert in reversed(self.book.alerts) if _fits(alert, query, wanted)]
        if query["cursor"] is not None:
            found = [alert for alert in found if alert.number < query["cursor"]]
        shown = [alert.describe() for alert in found[: query["limit"] + 1]]
        page = paged("alerts", shown, query["limit"], lambda alert: int(alert["number"]))
        return answer({"newest_event": self.newest_event(), **page})

    async def one(self, request: Request) -> Response:
        query_of(request, ())
        number = number_of(request, "alert")
        held = self.book.numbered(number)
        described = held.describe() if held is not None else await self._past(number)
        rows = Rows(None, _ATTACHED)
        lines = await recorded(lambda: self.reader.log(Chosen({"alert": number}), rows))
        deliveries = await recorded(lambda: self.reader.deliveries(Chosen(), rows, alert=number))
        address = caller_of(request).may(Role.OPERATOR)
        return answer(
            {
                **described,
                "audit": [describe_line(line) for line in lines],
                "deliveries": [describe_delivery(each, address) for each in deliveries],
                "commands": [command.describe() for command in reversed(self.commander.of_alert(number))],
            }
        )

    async def acknowledged(self, request: Request) -> Response:
        number, said = await self._said(request, Acknowledging, '{"who": "NAME", "why": "..."}')
        return await self._done(Acknowledge(alert=number, who=who_of(request, said), why=said.why))

    async def assigned(self, request: Request) -> Response:
        number, said = await self._said(request, Assigning, '{"to": "OFFICER", "who": "NAME", "why": "..."}')
        officer = caller_of(request).officer
        to = said.to or (officer.id if officer else None)
        if to is None:
            raise RefusedError(400, "who is to see to it? Name an officer in `to`")
        if officer is not None and not officer.may_operate and to != officer.id:
            raise RefusedError(403, f"officer {officer.id} may take an alert, and not give it to {to!r}")
        known(to, [each.id for each in self.settings.officers], "officer")
        return await self._done(Assign(alert=number, to=to, who=who_of(request, said), why=said.why))

    async def commented(self, request: Request) -> Response:
        number, said = await self._said(request, Commenting, '{"who": "NAME", "why": "what is said"}')
        return await self._done(Comment(alert=number, who=who_of(request, said), why=said.why))

    async def snoozed(self, request: Request) -> Response:
        number, said = await self._said(request, Snoozing, '{"for": "2h", "who": "NAME", "why": "..."}')
        for_ns = duration_ns(said.lasting, "for", _LONGEST_SNOOZE_NS)
        return await self._done(Snooze(alert=number, for_ns=for_ns, who=who_of(request, said), why=said.why))

    async def closed(self, request: Request) -> Response:
        number, said = await self._said(request, Closing, '{"why": "the gauge was taken down", "who": "NAME"}')
        await self.acts.done(Close(alert=number, who=who_of(request, said), why=said.why))
        return answer({"number": number, "state": "ended"})

    async def _said(self, request: Request, form: type[Any], example: str) -> tuple[int, Any]:
        """The alert, which must concern the caller, and the body."""
        number = number_of(request, "alert")
        said = await body_of(request, form, example)
        held = self.book.numbered(number)
        if held is None:
            raise RefusedError(404, f"no alert {number} is firing")
        concerns_caller(request, held)
        return number, said

    async def _done(self, act: Act) -> Response:
        number = act.alert  # type: ignore[union-attr] # those above have one
        return answer((await self.acts.done(act, lambda: self._now(number))).describe())

    def _now(self, number: int) -> dict[str, Any] | None:
        held = self.book.numbered(number)
        return None if held is None else held.describe()

    async def _ended(self, query: dict[str, Any]) -> dict[str, Any]:
        if query["office"] is not None:
            raise RefusedError(400, "office: of alerts that have ended it is not kept; ask by rule, zone or officer")
        columns = {"severity": "severity", "rule": "rule", "zone": "zone", "officer": "acknowledged_by"}
        wanted, page = chosen(query, columns, self.now_ns()), page_of(query)
        found = await recorded(lambda: self.reader.alerts(wanted, page, ended=True))
        more = len(found) > query["limit"]
        shown = found[: query["limit"]]
        return {
            "newest_event": self.newest_event(),
            "alerts": [describe_past(alert) for alert in shown],
            "next": shown[-1].id if more else None,
        }

    async def _past(self, number: int) -> dict[str, Any]:
        found = await recorded(lambda: self.reader.alerts(Chosen({"number": number}), Rows(None, 1)))
        if not found:
            raise RefusedError(404, f"there is no alert {number}")
        return describe_past(found[0])

    def _check_names(self, query: dict[str, Any]) -> None:
        """Of what is firing all names are configured; of the past they may have been."""
        settings = self.settings
        named = {
            "rule": [rule.id for rule in settings.rules],
            "office": [office.id for office in settings.offices],
            "officer": [officer.id for officer in settings.officers],
        }
        for what, names in named.items():
            if query[what] is not None:
                known(query[what], names, what)


def _fits(alert: Alert, query: dict[str, Any], wanted: Chosen) -> bool:
    return (
        (query["state"] in ("open", alert.state) or (query["state"] == "muted" and alert.muted != ""))
        and query["severity"] in (None, alert.severity)
        and query["rule"] in (None, alert.rule)
        and query["zone"] in (None, alert.asset.zone)
        and query["office"] in (None, alert.office)
        and query["officer"] in (None, alert.assigned_to, alert.acknowledged_by)
        and (wanted.since_ns is None or alert.learned_ns >= wanted.since_ns)
        and (wanted.until_ns is None or alert.learned_ns < wanted.until_ns)
    )
