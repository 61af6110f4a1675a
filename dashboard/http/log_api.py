"""What happened to alerts and commands, by whom and why; and who was told when."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from alerts.record.reading import Chosen, RecordReader
from alerts.record.reading import Page as Rows
from dashboard.http import answers
from dashboard.http.access import Role
from dashboard.http.acting import caller_of
from dashboard.http.asked import number_of, query_of
from dashboard.http.page import Page, Parameter
from dashboard.http.paging import PAGING, paged
from dashboard.http.recorded import TIMES, chosen, describe_delivery, describe_line, iso, page_of, recorded
from dashboard.http.refusal import RefusedError, answer

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Number = Annotated[int, msgspec.Meta(ge=1, le=2**53)]
_AUDIT = (
    Parameter("alert", "Of this alert.", Number),
    Parameter("command", "Of this command.", Number),
    Parameter("what", "What happened: firing, acknowledged, told, muted and so on.", Text),
    Parameter("who", 'Who did it; "denyut" did what nobody did.', Text),
    Parameter("rule", "Of alerts of this rule.", Text),
    Parameter("zone", "Of alerts in this zone.", Text),
    *(*TIMES, *PAGING),
)
_DELIVERIES = (
    Parameter("alert", "That tell of this alert.", Number),
    Parameter("officer", "To this officer.", Text),
    Parameter("office", "To officers of this office.", Text),
    Parameter("channel", "By this channel.", Text),
    Parameter("state", "How far it is.", Literal["waiting", "sending", "sent", "failed"]),
    *(*TIMES, *PAGING),
)
_NAMED = ("what", "who", "rule", "zone", "alert", "command")


@dataclass(frozen=True, slots=True)
class LogApi:
    reader: RecordReader
    now_ns: Callable[[], int]

    def pages(self) -> tuple[Page, ...]:
        return (
            Page(
                "/api/audit",
                Role.MONITOR,
                self.audit,
                summary="What happened, to what, by whom and why, the newest first. Nothing ever leaves this log.",
                answer=answers.Audit,
                query=_AUDIT,
                refusals=(503,),
            ),
            Page(
                "/api/deliveries",
                Role.MONITOR,
                self.deliveries,
                summary="Who was told of what, by which way and when, the newest first.",
                answer=answers.Deliveries,
                query=_DELIVERIES,
                refusals=(503,),
            ),
            Page(
                "/api/deliveries/{number}",
                Role.MONITOR,
                self.delivery,
                summary="One of them, with each attempt.",
                answer=answers.TriedDelivery,
                refusals=(503,),
            ),
        )

    async def audit(self, request: Request) -> Response:
        query = query_of(request, _AUDIT)
        wanted, page = chosen(query, {name: name for name in _NAMED}, self.now_ns()), page_of(query)
        lines = await recorded(lambda: self.reader.log(wanted, page))
        return answer(paged("audit", [describe_line(line) for line in lines], query["limit"], _id))

    async def deliveries(self, request: Request) -> Response:
        query = query_of(request, _DELIVERIES)
        columns = {name: name for name in ("officer", "office", "channel", "state")}
        wanted, page = chosen(query, columns, self.now_ns()), page_of(query)
        found = await recorded(lambda: self.reader.deliveries(wanted, page, alert=query["alert"]))
        address = caller_of(request).may(Role.OPERATOR)
        shown = [describe_delivery(each, address) for each in found]
        return answer(paged("deliveries", shown, query["limit"], _id))

    async def delivery(self, request: Request) -> Response:
        query_of(request, ())
        number = number_of(request, "delivery")
        found = await recorded(lambda: self.reader.deliveries(Chosen(), Rows(number + 1, 1)))
        if not found or found[0].id != number:
            raise RefusedError(404, f"there is no delivery {number}")
        attempts = await recorded(lambda: self.reader.attempts(number))
        shown = describe_delivery(found[0], caller_of(request).may(Role.OPERATOR))
        tried = [{"at": iso(each.at_ns), "outcome": each.outcome, "error": each.error} for each in attempts]
        return answer({**shown, "tried": tried})


def _id(shown: dict[str, Any]) -> int:
    return int(shown["id"])
