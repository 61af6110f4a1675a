"""A path of the HTTP side: who may ask for it, what it takes, and what it answers."""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from dashboard.http.access import Endpoint, Role


@dataclass(frozen=True, slots=True)
class Page:
    path: str
    """As Starlette takes it; what stands in braces is part of the question."""
    role: Role
    endpoint: Endpoint
    method: Literal["GET", "POST"] = "GET"
    summary: str = ""
    """One sentence."""
    group: str = ""
    """Under which it stands in the description of the API."""
    query: type[msgspec.Struct] | None = None
    """Its fields are what may stand behind the question mark; several values of one: the name stands several times."""
    body: type[msgspec.Struct] | None = None
    """JSON."""
    answer: Any = None
    """What 200 brings, as `msgspec.json.schema` takes it; None: no JSON, or nothing fixed."""
    media_type: str = "application/json"
    """Of that answer."""
    refusals: tuple[int, ...] = ()
    """Further ones, beside 400 of a query or a body, 401 and 403 of the role, and 404 of a part in braces."""
