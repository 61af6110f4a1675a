"""What a request asks: its query, its body and the parts of its path, or a sentence about what is wrong with them."""

from collections.abc import Collection, Sequence
from typing import Any, Literal, TypeVar, get_args, get_origin

import msgspec
from starlette.requests import ClientDisconnect, Request

from config.mistakes import did_you_mean, shorten
from dashboard.http.page import Parameter
from dashboard.http.refusal import RefusedError

LARGEST_BODY = 16_384
_LARGEST_NUMBER = 2**53
Asked = TypeVar("Asked", bound=msgspec.Struct)


def query_of(request: Request, parameters: Sequence[Parameter]) -> dict[str, Any]:
    """By the name of each parameter its value, or the usual one. Raises RefusedError."""
    given = request.query_params
    known = [parameter.name for parameter in parameters]
    for name in given:
        if name not in known:
            hint = did_you_mean(name, known) or f"; there {_are(known)}"
            raise RefusedError(400, f"there is no {shorten(name)} here{hint}")
    return {parameter.name: _value(given.getlist(parameter.name), parameter) for parameter in parameters}


def _value(texts: Sequence[str], parameter: Parameter) -> Any:
    if not texts:
        return parameter.usual
    if len(texts) > 1:
        raise RefusedError(400, f"{parameter.name} stands {len(texts)} times")
    (text,) = texts
    try:
        return msgspec.convert(text, parameter.form, strict=False)
    except msgspec.ValidationError as error:
        choices = _choices(parameter.form)
        reason = f"there {_are(choices)}{did_you_mean(text, choices)}" if choices else _lowered(str(error))
        raise RefusedError(400, f"{parameter.name}={shorten(text, 40)}: {reason}") from None


async def body_of(request: Request, form: type[Asked], example: str) -> Asked:
    """The body, decoded. Raises RefusedError, whose sentence ends with the `example`.

    Only JSON that says that it is: a form of a page of somebody else's cannot send that.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusedError(415, f"the body must be JSON and say so: Content-Type: application/json; write {example}")
    body = b""
    try:
        async for part in request.stream():
            body += part
            if len(body) > LARGEST_BODY:
                raise RefusedError(413, f"the body is larger than {LARGEST_BODY:,} bytes")
    except ClientDisconnect:
        raise RefusedError(400, "the body ended before its time") from None
    try:
        return msgspec.json.decode(body, type=form)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise RefusedError(400, f"{_lowered(str(error))}; write {example}") from None


def number_of(request: Request, what: str) -> int:
    """The number in the path. Raises RefusedError."""
    text = str(request.path_params["number"])
    # int() gives up on thousands of digits, and takes those of other scripts.
    if not (text.isascii() and text.isdigit() and len(text) <= 16 and 0 < int(text) <= _LARGEST_NUMBER):
        raise RefusedError(404, f"there is no {what} {shorten(text, 40)}")
    return int(text)


def known(name: str, names: Collection[str], what: str, status: int = 400) -> str:
    """The name itself. Raises RefusedError with the nearest ones where it is none of the `names`."""
    if name not in names:
        hint = did_you_mean(name, names) or (f"; there {_are(sorted(names)[:6])}" if names else "")
        raise RefusedError(status, f"there is no {what} {shorten(name)}{hint}")
    return name


def _choices(form: Any) -> list[str]:
    return [str(choice) for choice in get_args(form)] if get_origin(form) is Literal else []


def _are(names: Sequence[str]) -> str:
    if not names:
        return "is nothing to ask for"
    return f"{'are' if len(names) > 1 else 'is'} {', '.join(names)}"


def _lowered(sentence: str) -> str:
    return sentence if sentence[1:2].isupper() else sentence[:1].lower() + sentence[1:]
