"""How a running process speaks of itself: a token is given in one way, by a file that is there."""

from collections.abc import Iterator

from config.checks.credentials import check_http_token
from config.checks.finding import Finding
from config.checks.secrets import check_file
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
    yield from check_http_token(http, ("http",))
