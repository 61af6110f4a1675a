"""Why a request is not answered: a status and a sentence."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response


class RefusedError(Exception):
    """`now`: how things stand, for who was too late."""

    def __init__(self, status: int, sentence: str, now: Any = None) -> None:
        super().__init__(sentence)
        self.status = status
        self.now = now


def answer(content: object, status: int = 200) -> Response:
    """As JSON; what is no number there, such as a value that is unknown, is null."""
    return Response(msgspec.json.encode(content), status, media_type="application/json")


async def told(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)  # noqa: S101 - registered for no other
    content = {"error": str(error)}
    return answer(content if error.now is None else {**content, "now": error.now}, error.status)
