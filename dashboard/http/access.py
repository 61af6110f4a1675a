"""Who may see what over HTTP: each route has a role, and whoever wants the figures may have to show a token."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from config.addresses import is_of_this_machine

Endpoint = Callable[[Request], Awaitable[Response]]

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


class Role(StrEnum):
    ANYONE = "anyone"
    """Whether Denyut works, no more."""
    MONITOR = "monitor"
    """Every figure, and the names of devices."""
    OPERATOR = "operator"
    """As a monitor, and whatever changes something."""


@dataclass(frozen=True, slots=True, repr=False)
class Guard:
    """`token`: what a monitor must show; None: whoever reaches the address is one. `operator_token`: what an operator
    must show; None: there are no operators.

    `local`: it is an address of this machine alone. Then a page in somebody's browser here may reach it too, by a name
    of its own that leads here (DNS rebinding); so without a token it is asked for by its number or as localhost.
    """

    token: str | None = None
    local: bool = False
    operator_token: str | None = None

    def admits(self, role: Role, authorization: str) -> bool:
        """Of the value of the header Authorization, "" where there is none."""
        if role is Role.ANYONE:
            return True
        if _shows(self.operator_token, authorization):
            return True
        return role is Role.MONITOR and (self.token is None or _shows(self.token, authorization))

    def knows(self, host: str) -> bool:
        """Of the value of the header Host."""
        if self.token is not None or not self.local:
            return True
        name = host.rpartition(":")[0] if host.rpartition("]")[2].count(":") else host
        return is_of_this_machine(name.removeprefix("[").removesuffix("]"))

    def _refusal(self, role: Role) -> Response:
        if role is Role.OPERATOR and self.operator_token is None:
            error = "nobody may change anything: set http.operator_token_env or http.operator_token_file"
            return JSONResponse({"error": error}, 403)
        name = "operator_token" if role is Role.OPERATOR else "token"
        error = f"this needs the token of http.{name}_env or http.{name}_file: Authorization: Bearer TOKEN"
        return JSONResponse({"error": error}, 401, {"WWW-Authenticate": 'Bearer realm="denyut"'})

    def guarded(self, role: Role, endpoint: Endpoint) -> Endpoint:
        async def admitted(request: Request) -> Response:
            if not self.admits(role, request.headers.get("authorization", "")):
                return self._refusal(role)
            if role is Role.MONITOR and not self.knows(request.headers.get("host", "")):
                return JSONResponse({"error": "by this name the figures need a token; see [http] token_file"}, 403)
            return await endpoint(request)

        return admitted


def _shows(token: str | None, authorization: str) -> bool:
    scheme, _, shown = authorization.partition(" ")
    if token is None or scheme.lower() != "bearer":
        return False
    # The comparison takes the same time wherever it fails.
    return hmac.compare_digest(shown.strip().encode("latin-1", "replace"), token.encode())


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
