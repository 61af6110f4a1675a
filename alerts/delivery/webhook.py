"""Notices to another system by HTTP, signed, with a key by which it knows what it has already."""

import threading
import time
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from urllib.parse import unquote, urlsplit, urlunsplit

import urllib3

from alerts.delivery import message
from alerts.delivery.channel import ChannelUnusableError, Telling, TellingFailedError, TellingRefusedError
from alerts.delivery.secret_parts import Masked, resolved
from alerts.delivery.signature import HEADER, signature
from config.channels import Channel
from config.durations import SECOND_NS
from ingest.bounded_http import BoundedPool

LONGEST_PATIENCE_S = 3600.0
"""A receiver that asks for more is asked again after this."""
_FOR_GOOD = {400, 410, 413, 422}
"""The same bytes will be refused again; everything else somebody may mend."""
_ANSWER_SHOWN = 200


class Webhook:
    def __init__(self, channel: Channel) -> None:
        """Raises ChannelUnusableError."""
        url, secret = resolved(channel, "url"), resolved(channel, "secret")
        if url is None:
            raise ChannelUnusableError(f"channel {channel.id!r}: a webhook needs url, url_env or url_file")
        try:
            parts = urlsplit(url)
            _ = parts.port
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname or any(each.isspace() for each in url):
            raise ChannelUnusableError(f"channel {channel.id!r}: its address must begin with http:// or https://")
        self._host = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        self._url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
        user, _, _ = parts.netloc.rpartition("@")
        self._authorization = urllib3.make_headers(basic_auth=unquote(user)) if user else {}
        self._secret = secret.encode() if secret else None
        self._mask = Masked.of_address(url, secret)
        self._timeout_s = channel.timeout / SECOND_NS
        self._pools = threading.local()
        self._agent = f"Denyut/{version('denyut')}"

    def tell(self, telling: Telling) -> None:
        body = message.encode(telling)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": self._agent,
            "Idempotency-Key": telling.key,
            **self._authorization,
        }
        if self._secret is not None:
            headers[HEADER] = signature(self._secret, body, int(time.time()))
        try:
            answer = self._pool().request("POST", self._url, body=body, headers=headers)
        except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
            raise TellingFailedError(f"{self._host}: {self._mask(_in_words(error))}") from None
        self._judge(answer)

    def _judge(self, answer: urllib3.BaseHTTPResponse) -> None:
        if 200 <= answer.status < 300:
            return
        said = " ".join(self._mask(answer.data.decode(errors="replace")).split())[:_ANSWER_SHOWN]
        sentence = f"{self._host} answered {answer.status}" + (f": {said}" if said else "")
        if answer.status in _FOR_GOOD:
            raise TellingRefusedError(sentence)
        raise TellingFailedError(sentence, retry_after_s(answer.headers.get("Retry-After"), time.time()))

    def _pool(self) -> BoundedPool:
        """A pool is for one thread."""
        pool: BoundedPool | None = getattr(self._pools, "pool", None)
        if pool is None:
            pool = self._pools.pool = BoundedPool(self._timeout_s, whole_within_s=self._timeout_s)
        return pool


def retry_after_s(header: str | None, now_s: float) -> float | None:
    """Seconds, or a date (RFC 9110, 10.2.3); None for what is neither."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), LONGEST_PATIENCE_S)
    try:
        return min(max(0.0, parsedate_to_datetime(text).timestamp() - now_s), LONGEST_PATIENCE_S)
    except (ValueError, OverflowError):
        return None


def _in_words(error: Exception) -> str:
    """Without the object that urllib3 puts in front."""
    reason = getattr(error, "reason", None)
    text = str(reason if isinstance(reason, Exception) else error)
    return text.partition("): ")[2] if text.startswith(("HTTPConnection(", "HTTPSConnection(")) else text
