"""Long lists a page at a time, the newest first."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

import msgspec

from dashboard.http.page import Parameter

USUAL = 100
MOST = 500
Listed = TypeVar("Listed")

PAGING = (
    Parameter("limit", "How many at most.", Annotated[int, msgspec.Meta(ge=1, le=MOST)], USUAL),
    Parameter(
        "cursor", "`next` of the page before: what is older.", Annotated[int, msgspec.Meta(ge=1, le=2**53)], None
    ),
)


def paged(name: str, found: Sequence[Listed], limit: int, number: Callable[[Listed], int]) -> dict[str, Any]:
    """`found`: one more than the limit where there are more; `next` is null on the last page."""
    shown = found[:limit]
    return {name: shown, "next": number(shown[-1]) if len(found) > limit else None}
