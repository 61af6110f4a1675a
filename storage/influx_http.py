"""One HTTP conversation with an InfluxDB: who we are, what its answers mean."""

import time
from base64 import b64encode
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import urllib3

from ingest.bounded_http import SHORT_ANSWER_BYTES, AnswerRefused, AnswerTooLarge, BoundedPool
from storage.credentials import Credentials
from storage.store import RefusalReason, StoreError, StoreRefused, StoreUnavailable, StoreUnusable

TIMEOUT_SECONDS = 30.0
_ADVICE: dict[RefusalReason, str] = {
    "unauthorized": "check the user, password or token, and its right to write",
    "not_found": "make the database or bucket, or name the one that is there",
}
_REFUSALS: dict[int, RefusalReason] = {
    400: "invalid",
    401: "unauthorized",
    403: "unauthorized",
    404: "not_found",
    413: "too_large",
    422: "invalid",
}


class AnswerTooLong(StoreUnavailable):
    """Nobody can tell what became of the request; asking for less may help."""


def checked_url(url: str) -> str:
    """The base URL without a final slash. Raises `StoreUnusable`."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise StoreUnusable("store.url must be http://HOST:PORT or https://HOST:PORT")
    if parts.username is not None or parts.password is not None:
        raise StoreUnusable("store.url must hold no user or password; use store.username and store.password_file")
    return url.rstrip("/")


def answer_error(status: int, message: str, url: str, retry_after: str | None = None) -> StoreError:
    """The named error for an HTTP status that is no success; `retry_after` is the header of that name."""
    reason = _REFUSALS.get(status)
    text = f"{url} answered {status}: {message.strip() or 'no reason given'}"
    if reason is None:
        return StoreUnavailable(text, retry_after_s(retry_after, time.time()))
    advice = _ADVICE.get(reason)
    return StoreRefused(reason, f"{text}; {advice}" if advice else text)


def retry_after_s(header: str | None, now_s: float) -> float | None:
    """Seconds from `now_s` (Unix) on, from seconds or an HTTP date (RFC 9110, 10.2.3); None: it does not say."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - now_s)
    except (ValueError, OverflowError):
        return None


class InfluxHttp:
    """Raises only `StoreError`; secrets never stand in an error."""

    def __init__(self, url: str, credentials: Credentials, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self.url = checked_url(url)
        self._credentials = credentials
        self._pool = BoundedPool(timeout_seconds, _headers(credentials))

    def post(
        self,
        path: str,
        parameters: Mapping[str, str],
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        most_bytes: int = SHORT_ANSWER_BYTES,
    ) -> bytes:
        """The body of a successful answer; one of more than `most_bytes` is refused."""
        try:
            response = self._pool.request(
                "POST",
                f"{self.url}{path}?{urlencode(parameters)}",
                body=body,
                headers={**self._pool.headers, **(headers or {})},
                most_bytes=most_bytes,
            )
        except urllib3.exceptions.HTTPError as error:
            kind = AnswerTooLong if isinstance(error, AnswerTooLarge) else StoreUnavailable
            raise kind(self._credentials.mask(failure(self.url, error))) from error
        if not 200 <= response.status < 300:
            message = self._credentials.mask(server_message(response.data))
            raise answer_error(response.status, message, self.url, response.headers.get("Retry-After"))
        return response.data

    def close(self) -> None:
        self._pool.clear()


def failure(url: str, error: urllib3.exceptions.HTTPError) -> str:
    return f"{url} {error}" if isinstance(error, AnswerRefused) else f"{url} cannot be reached: {error}"


def server_message(body: bytes) -> str:
    """The sentence in the server's answer, be it JSON or text."""
    try:
        answer: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return body.decode(errors="replace")[:500]
    if isinstance(answer, dict):
        return str(answer.get("error") or answer.get("message") or answer)[:500]
    return str(answer)[:500]


def _headers(credentials: Credentials) -> dict[str, str]:
    if credentials.token is not None:
        return {"Authorization": f"Token {credentials.token.get_secret_value()}"}
    if credentials.username is not None:
        password = credentials.password.get_secret_value() if credentials.password is not None else ""
        # RFC 7617 leaves the characters open; InfluxDB takes UTF-8, where the library would refuse what is not Latin-1.
        pair = f"{credentials.username}:{password}".encode()
        return {"Authorization": f"Basic {b64encode(pair).decode()}"}
    return {}
