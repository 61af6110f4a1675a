"""What somebody does over HTTP: from the body of a request to an act of the journal, and to what came of it."""

import asyncio
import unicodedata
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import Request

from alerts.acts import Act, NotNowError, Who, Why
from alerts.book import Alert
from config.durations import LONGEST_NS, parse_duration
from config.duty import OWN_NAME
from dashboard.http.access import Caller
from dashboard.http.refusal import RefusedError

_PATIENCE_S = 10.0
_LATE = "it is taken and will hold once the disk takes it: look again"
REFUSALS: dict[str, tuple[int, str]] = {
    "unknown": (404, "no alert with this number is firing"),
    "acknowledged": (409, "somebody has acknowledged it already"),
    "unknown_officer": (404, "there is no such officer"),
    "assigned": (409, "this officer has it already"),
    "unknown_silence": (404, "no silence has this number, or it ended more than a day ago"),
    "ended": (409, "it has ended already"),
    "too_many_silences": (409, "there are as many silences as there may be: end some of them"),
}
"""Of each name of a refusal the status and the sentence."""

Acting = Callable[[Act], Awaitable[Any]]
"""Gives what came of it once it is on disk: how things are now, or the name of a refusal. May raise NotNowError."""


class Said(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What every body has."""

    who: Who | None = None
    """With the operator's token, which is nobody's own, it is needed; an officer's own token says it."""
    why: Why = ""


@dataclass(frozen=True, slots=True)
class Acts:
    act: Acting

    async def done(self, act: Act, now: Callable[[], Any] = lambda: None) -> Any:
        """What came of it. `now`: how things are, told to who was too late. Raises RefusedError."""
        try:
            outcome = await asyncio.wait_for(asyncio.shield(_started(self.act(act))), _PATIENCE_S)
        except TimeoutError:
            raise RefusedError(503, _LATE) from None
        except NotNowError as error:
            raise RefusedError(503, str(error)) from None
        if isinstance(outcome, str):
            status, sentence = REFUSALS[outcome]
            raise RefusedError(status, sentence, now())
        return outcome


def _started(outcome: Awaitable[Any]) -> asyncio.Future[Any]:
    """It goes on when nobody waits for it any more."""
    return asyncio.ensure_future(outcome)


def caller_of(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


def who_of(request: Request, said: Said) -> str:
    """Raises RefusedError where nobody is named, or another officer than the one whose token it is."""
    officer = caller_of(request).officer
    if officer is not None:
        if said.who not in (None, officer.id):
            raise RefusedError(403, f"the token is that of officer {officer.id}, who cannot act as {said.who!r}")
        return officer.id
    who = (said.who or "").strip()
    if not who:
        raise RefusedError(400, "who does it? The operator's token is nobody's own: name somebody in `who`")
    if not who.isprintable():
        raise RefusedError(400, "`who` has characters that cannot be shown")
    if unicodedata.normalize("NFKC", who).casefold() == OWN_NAME:
        raise RefusedError(400, f"`who`: {who!r} stands for what nobody did; name somebody else")
    return who


def duration_ns(text: str, name: str, most_ns: int = LONGEST_NS) -> int:
    """Of "2h" in a body. Raises RefusedError."""
    try:
        duration = parse_duration(text)
    except ValueError as error:
        raise RefusedError(400, f"`{name}`: {error}") from None
    if duration > most_ns:
        raise RefusedError(400, f"`{name}`: at most {most_ns // parse_duration('1d')} days, not {text!r}")
    return duration


def concerns_caller(request: Request, alert: Alert) -> None:
    """Of an operator all do, of an officer those of the own office, given to the officer, or told to.

    Raises RefusedError.
    """
    officer = caller_of(request).officer
    if officer is None or officer.may_operate or officer.id == alert.assigned_to:
        return
    if officer.office != alert.office and f"officer:{officer.id}" not in alert.told:
        theirs = alert.office or "no office"
        sentence = f"alert {alert.number} is a matter of {theirs}; officer {officer.id} is of {officer.office}"
        raise RefusedError(403, f"{sentence} and no operator")
