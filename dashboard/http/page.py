"""One path of the HTTP side: who may ask for it, who answers, and what its description says."""

from dataclasses import dataclass
from typing import Any

from dashboard.http.access import Endpoint, Role

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Parameter:
    """Of a query."""

    name: str
    about: str
    form: Any = str
    """A type as msgspec knows them: `Annotated[int, msgspec.Meta(ge=1, le=1000)]`, `Literal["open", "ended"]`."""
    usual: str | int | float | bool | None = None
    """What holds where it is absent; None: nothing does."""


@dataclass(frozen=True, slots=True)
class Page:
    path: str
    """As Starlette writes it: "/api/alerts/{number:int}"."""
    role: Role
    endpoint: Endpoint
    method: str = "GET"
    summary: str = ""
    """One line: what it answers, or what it does."""
    query: tuple[Parameter, ...] = ()
    body: Any = None
    """The type that the body is decoded by; None: it takes none."""
    answer: Any = dict[str, Any]
    """The type of its answer: a msgspec.Struct, a TypedDict, or what is made of them; several in a tuple are one of
    these. None: no JSON."""
    media_type: str = JSON
    """Of its answer."""
    status: int = 200
    """Of an answer that is no refusal."""
    refusals: tuple[int, ...] = ()
    """Statuses of its own. What follows from its role, its body and a number in its path is added by itself."""
