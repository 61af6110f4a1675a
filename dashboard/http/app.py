"""The HTTP side of a run: figures for Prometheus, and whether all is well, for those who watch over the process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from dashboard.http.access import Guard, Role, SecurityHeaders
from dashboard.http.alert_api import AlertApi
from dashboard.http.device_counts import DeviceCounts, PageError
from dashboard.http.device_lines import DeviceLines
from dashboard.http.exposition import CONTENT_TYPE, Exposition
from dashboard.http.page import Page

Checks = Callable[[], Mapping[str, str]]
"""By the name of each check what is wrong, or "" where nothing is."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What the answers are made from, each asked anew for every request."""

    figures: Callable[[], Mapping[str, Any]]
    """The numbers of the status contract."""
    devices: DeviceLines
    counts: DeviceCounts
    alerts: AlertApi
    alive: Checks
    ready: Checks


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

    return (
        Page("/metrics", Role.MONITOR, metrics),
        Page("/metrics/devices", Role.MONITOR, devices),
        Page("/api/status", Role.MONITOR, status),
        Page("/api/devices", Role.MONITOR, device_counts),
        Page("/api/alerts", Role.MONITOR, sources.alerts.listed),
        Page("/api/alerts/{number:int}/acknowledge", Role.OPERATOR, sources.alerts.acknowledged, method="POST"),
        Page("/healthz", Role.ANYONE, healthz),
        Page("/readyz", Role.ANYONE, readyz),
    )


def make_app(sources: Sources, guard: Guard, version: str) -> ASGIApp:
    app = Starlette(
        routes=[
            Route(page.path, guard.guarded(page.role, page.endpoint), methods=[page.method])
            for page in pages(sources, version)
        ],
        exception_handlers={HTTPException: _refused, Exception: _failed},
    )
    app.router.redirect_slashes = False
    # Around all of it: what Starlette calls middleware stands inside the answer to a mistake of ours.
    return SecurityHeaders(app)


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
