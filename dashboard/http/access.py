"""Who may see what over HTTP: each route has a role, and whoever asks may have to show a token."""

import hmac
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.addresses import is_of_this_machine
from config.duty import Officer

Endpoint = Callable[[Request], Awaitable[Response]]

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Role(StrEnum):
    """Each may what those before it may."""

    ANYONE = "anyone"
    """Whether Denyut works, no more."""
    MONITOR = "monitor"
    """Every figure, and the names of devices and officers."""
    OFFICER = "officer"
    """What concerns the officer: alerts of the own office or told of, and the actuators that name either."""
    OPERATOR = "operator"
    """Whatever changes something."""


_ORDER = list(Role)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, by the token that was shown."""

    role: Role
    officer: Officer | None = None
    """Whose own token it is; None: one that several know, or none."""

    def may(self, role: Role) -> bool:
        return _ORDER.index(self.role) >= _ORDER.index(role)


class Guard:
    def __init__(
        self,
        token: str | None = None,
        local: bool = False,
        operator_token: str | None = None,
        officers: Iterable[tuple[str, Officer]] = (),
    ) -> None:
        """`token`: what a monitor must show; None: whoever reaches the address is one. `officers`: token and whose.

        `local`: it is an address of this machine alone. Then a page in somebody's browser here may reach it too, by
        a name of its own that leads here (DNS rebinding); so without a token it is asked for by its number or as
        localhost.
        """
        self._local = local
        self._unknown = Caller(Role.MONITOR if token is None else Role.ANYONE)
        known = [(token, Caller(Role.MONITOR)), (operator_token, Caller(Role.OPERATOR))]
        known += [(own, Caller(_role_of(officer), officer)) for own, officer in officers]
        self._known = [(_digest(each.encode()), caller) for each, caller in known if each is not None]

    def caller(self, authorization: str) -> Caller:
        """Of the value of the header Authorization, "" where there is none."""
        scheme, _, shown = authorization.partition(" ")
        digest = _digest(shown.strip().encode("latin-1", "replace") if scheme.lower() == "bearer" else b"")
        found = self._unknown
        # All of them, each in the same time: how long it takes tells nothing about any.
        for known, caller in self._known:
            if hmac.compare_digest(known, digest):
                found = caller
        return found

    def admits(self, role: Role, authorization: str) -> bool:
        return self.caller(authorization).may(role)

    def knows(self, host: str) -> bool:
        """Of the value of the header Host."""
        if self._unknown.role is Role.ANYONE or not self._local:
            return True
        name = host.rpartition(":")[0] if host.rpartition("]")[2].count(":") else host
        return is_of_this_machine(name.removeprefix("[").removesuffix("]"))

    def _refusal(self, role: Role, caller: Caller) -> Response:
        if caller.officer is not None:
            return JSONResponse({"error": f"officer {caller.officer.id} may not; an operator may"}, 403)
        changes = role in (Role.OFFICER, Role.OPERATOR)
        if changes and not any(known.may(role) for _, known in self._known):
            error = "nobody may change anything: set http.operator_token_env or http.operator_token_file"
            own = ", or give officers tokens of their own" if role is Role.OFFICER else ""
            return JSONResponse({"error": error + own}, 403)
        if caller is not self._unknown:
            others = "an officer or an operator may" if role is Role.OFFICER else "an operator may"
            return JSONResponse({"error": f"a monitor may not; {others}"}, 403)
        name = "operator_token" if changes else "token"
        own = " or an officer's own" if role is Role.OFFICER else ""
        error = f"this needs the token of http.{name}_env or http.{name}_file{own}: Authorization: Bearer TOKEN"
        return JSONResponse({"error": error}, 401, {"WWW-Authenticate": 'Bearer realm="denyut"'})

    def guarded(self, role: Role, endpoint: Endpoint) -> Endpoint:
        """The endpoint finds who asks in `request.state.caller`."""

        async def admitted(request: Request) -> Response:
            caller = self.caller(request.headers.get("authorization", ""))
            if not caller.may(role):
                return self._refusal(role, caller)
            if role is Role.MONITOR and caller is self._unknown and not self.knows(request.headers.get("host", "")):
                return JSONResponse({"error": "by this name the figures need a token; see [http] token_file"}, 403)
            request.state.caller = caller
            return await endpoint(request)

        return admitted


def _role_of(officer: Officer) -> Role:
    return Role.OPERATOR if officer.may_operate else Role.OFFICER


def _digest(token: bytes) -> bytes:
    """Of one length, whatever the token's is."""
    return sha256(token).digest()


class SecurityHeaders:
    """On every answer, whoever gave it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._headers]
            await send(message)

        await self.app(scope, receive, send_with_headers)
