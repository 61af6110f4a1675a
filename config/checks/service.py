"""How a running process speaks of itself: a token is given in one way, by a file that is there."""

from collections.abc import Iterator

from config.checks.credentials import check_http_token
from config.checks.finding import Finding
from config.checks.secrets import check_file
from config.settings import Settings


def check_http(settings: Settings) -> Iterator[Finding]:
    http = settings.http
    if http.token_env is not None and http.token_file is not None:
        yield Finding(
            "the token is given 2 times, as token_env and token_file; keep one of them",
            (("http", "token_file"), ("http", "token_env")),
        )
    yield from check_file(http, "token_file", ("http",))
    yield from check_http_token(http, ("http",))
