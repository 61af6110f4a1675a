"""Tokens that are shown over HTTP: each is given in one way, by a file that is there, and is nobody else's."""

from collections.abc import Iterator
from hashlib import sha256

from config.checks.credentials import check_http_token, check_not_empty, given
from config.checks.finding import OTHER, Finding
from config.checks.secrets import check_file, check_secret
from config.locate import Path
from config.settings import Settings


def check_http(settings: Settings) -> Iterator[Finding]:
    http = settings.http
    for token in ("token", "operator_token"):
        by_env, by_file = f"{token}_env", f"{token}_file"
        if getattr(http, by_env) is not None and getattr(http, by_file) is not None:
            yield Finding(
                f"the token is given 2 times, as {by_env} and {by_file}; keep one of them",
                (("http", by_file), ("http", by_env)),
            )
        yield from check_file(http, by_file, ("http",))
        yield from check_http_token(http, ("http",), token)
        yield from check_not_empty(http, token, ("http",))
    yield from _officers(settings)


def _officers(settings: Settings) -> Iterator[Finding]:
    """As far as tokens can be had here: at the start all of them are compared."""
    known: dict[bytes, Path] = {_digest(content): ("http", name) for name, content in _of_service(settings)}
    for index, officer in enumerate(settings.officers):
        place: Path = ("officers", index)
        yield from check_secret(officer, "token", place)
        yield from check_http_token(officer, place, "token")
        yield from check_not_empty(officer, "token", place)
        for name, content in given(officer, "token"):
            other = known.setdefault(_digest(content), (*place, name))
            if other != (*place, name) and content.strip():
                yield Finding(f"it is the token of {OTHER} too: nobody could tell who acts", ((*place, name), other))


def _of_service(settings: Settings) -> Iterator[tuple[str, bytes]]:
    for secret in ("token", "operator_token"):
        yield from given(settings.http, secret)


def _digest(content: bytes) -> bytes:
    """What is kept of a token while others are compared with it."""
    return sha256(content.strip()).digest()
