"""The alerts that are firing, and what an operator does to them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from alerts.acts import Acknowledge, NotNowError, Who, Why
from alerts.book import Alert, Refusal

LARGEST_BODY = 16_384
_PATIENCE_S = 10.0
_STATUS = {Refusal.UNKNOWN: 404, Refusal.ACKNOWLEDGED: 409}
_SENTENCE = {
    Refusal.UNKNOWN: "no alert with this number is firing",
    Refusal.ACKNOWLEDGED: "somebody has acknowledged it already",
}

Acting = Callable[[Acknowledge], Awaitable[Alert | Refusal]]


class _Said(msgspec.Struct, forbid_unknown_fields=True):
    who: Who
    why: Why = ""


_SAID = msgspec.json.Decoder(_Said)


@dataclass(frozen=True, slots=True)
class AlertApi:
    alerts: Callable[[], Sequence[Alert]]
    """Those that are firing."""
    acknowledge: Acting
    """Returns once it is on disk. May raise NotNowError."""

    async def listed(self, _request: Request) -> Response:
        return JSONResponse({"alerts": [alert.describe() for alert in self.alerts()]})

    async def acknowledged(self, request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return JSONResponse({"error": f"the body is larger than {LARGEST_BODY:,} bytes"}, 413)
        try:
            said = _SAID.decode(body)
        except (msgspec.MsgspecError, ValueError) as error:
            return JSONResponse({"error": f'{error}; write {{"who": "NAME", "why": "..."}}'}, 400)
        act = Acknowledge(alert=int(request.path_params["number"]), who=said.who, why=said.why)
        try:
            outcome = await asyncio.wait_for(asyncio.shield(_started(self.acknowledge(act))), _PATIENCE_S)
        except TimeoutError:
            return JSONResponse({"error": "it is taken and will hold once the disk takes it: look again"}, 503)
        except NotNowError as error:
            return JSONResponse({"error": str(error)}, 503)
        if isinstance(outcome, Refusal):
            return JSONResponse({"error": _SENTENCE[outcome], "alert": self._now(act.alert)}, _STATUS[outcome])
        return JSONResponse(outcome.describe())

    def _now(self, number: int) -> dict[str, Any] | None:
        return next((alert.describe() for alert in self.alerts() if alert.number == number), None)


def _started(outcome: Awaitable[Alert | Refusal]) -> asyncio.Future[Alert | Refusal]:
    """It goes on when nobody waits for it any more."""
    return asyncio.ensure_future(outcome)


async def _body(request: Request) -> bytes | None:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            return None
    return body
