"""The HTTP side of a run: figures for Prometheus, and whether all is well, for those who watch over the process."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from dashboard.http import answers
from dashboard.http.access import Guard, Role, SecurityHeaders
from dashboard.http.alert_apis import Api
from dashboard.http.device_counts import PARAMETERS as DEVICES
from dashboard.http.device_counts import DeviceCounts, PageError
from dashboard.http.device_lines import DeviceLines
from dashboard.http.exposition import CONTENT_TYPE, Exposition
from dashboard.http.openapi import description_page
from dashboard.http.page import Page
from dashboard.http.refusal import RefusedError, told

Checks = Callable[[], Mapping[str, str]]
"""By the name of each check what is wrong, or "" where nothing is."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What the answers are made from, each asked anew for every request."""

    figures: Callable[[], Mapping[str, Any]]
    """The numbers of the status contract."""
    devices: DeviceLines
    counts: DeviceCounts
    alive: Checks
    ready: Checks
    apis: Sequence[Api] = ()
    """Whatever else is answered."""


def pages(sources: Sources, version: str) -> tuple[Page, ...]:
    """Every path there is, with the role it asks for."""
    exposition = Exposition(sources.figures, version)

    async def metrics(_request: Request) -> Response:
        return Response(exposition.text(), media_type=CONTENT_TYPE)

    async def devices(request: Request) -> Response:
        if request.method == "HEAD":
            return Response(media_type=CONTENT_TYPE)
        return StreamingResponse(sources.devices.stream(), media_type=CONTENT_TYPE)

    async def status(_request: Request) -> Response:
        return JSONResponse(sources.figures())

    async def device_counts(request: Request) -> Response:
        try:
            return JSONResponse(sources.counts.page(dict(request.query_params)))
        except PageError as error:
            return JSONResponse({"error": str(error)}, 400)

    async def healthz(_request: Request) -> Response:
        return _answer(sources.alive())

    async def readyz(_request: Request) -> Response:
        return _answer(sources.ready())

    own = (
        Page(
            "/metrics",
            Role.MONITOR,
            metrics,
            summary="The figures as Prometheus text.",
            answer=None,
            media_type=CONTENT_TYPE,
        ),
        Page(
            "/metrics/devices",
            Role.MONITOR,
            devices,
            summary="What became of each device's messages, as Prometheus text.",
            answer=None,
            media_type=CONTENT_TYPE,
        ),
        Page("/api/status", Role.MONITOR, status, summary="The status of the run.", answer=answers.Status),
        Page(
            "/api/devices",
            Role.MONITOR,
            device_counts,
            summary="What became of each device's messages, a page at a time.",
            answer=answers.Devices,
            query=DEVICES,
        ),
        Page(
            "/healthz",
            Role.ANYONE,
            healthz,
            summary="Whether the process works.",
            answer=answers.Health,
            refusals=(503,),
        ),
        Page(
            "/readyz", Role.ANYONE, readyz, summary="Whether it does its work.", answer=answers.Health, refusals=(503,)
        ),
    )
    described = (*own, *(page for api in sources.apis for page in api.pages()))
    return (*described, description_page(described, version))


def make_app(sources: Sources, guard: Guard, version: str) -> ASGIApp:
    of_path: dict[str, list[Page]] = {}
    for page in pages(sources, version):
        of_path.setdefault(page.path, []).append(page)
    app = Starlette(
        routes=[_route(path, those, guard) for path, those in of_path.items()],
        exception_handlers={RefusedError: told, HTTPException: _refused, Exception: _failed},
    )
    app.router.redirect_slashes = False
    # Around all of it: what Starlette calls middleware stands inside the answer to a mistake of ours.
    return SecurityHeaders(app)


def _route(path: str, those: Sequence[Page], guard: Guard) -> Route:
    """All methods of a path at once, so that a 405 names each of them."""
    endpoints = {page.method: guard.guarded(page.role, page.endpoint) for page in those}

    async def endpoint(request: Request) -> Response:
        return await endpoints["GET" if request.method == "HEAD" else request.method](request)

    return Route(path, endpoint, methods=list(endpoints))


def _answer(checks: Mapping[str, str]) -> Response:
    failing = any(checks.values())
    told = {name: wrong or "ok" for name, wrong in checks.items()}
    return JSONResponse({"status": "failing" if failing else "ok", "checks": told}, 503 if failing else 200)


async def _refused(_request: Request, error: Exception) -> Response:
    """A path that is not there, a method that is not allowed: JSON as everywhere else."""
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for no other
    return JSONResponse({"error": error.detail.lower()}, error.status_code, error.headers)


async def _failed(_request: Request, _error: Exception) -> Response:
    """The traceback goes to the log."""
    return JSONResponse({"error": "a mistake of Denyut; its log says more"}, 500)
