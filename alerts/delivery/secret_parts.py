"""Where a channel's address and key come from, and how they are kept out of every message."""

import os
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from pydantic import SecretStr

from alerts.delivery.channel import ChannelUnusableError
from config.channels import Channel

MASK = "***"
SHORTEST_MASKED = 4
_PARTS = re.compile(r"[/?&=@:;,#]+")


def resolved(channel: Channel, name: str) -> str | None:
    """`url` or `secret`, wherever it is given; None where it is not. Raises ChannelUnusableError."""
    value: SecretStr | None = getattr(channel, name)
    variable: str | None = getattr(channel, f"{name}_env")
    path: Path | None = getattr(channel, f"{name}_file")
    if value is not None:
        return value.get_secret_value()
    if variable is not None:
        if not os.environ.get(variable):
            raise ChannelUnusableError(
                f"channel {channel.id!r}: {name}_env names {variable}, which is not set in the environment"
            )
        return os.environ[variable]
    return None if path is None else _from_file(channel, name, path)


def _from_file(channel: Channel, name: str, path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is no UTF-8"
        raise ChannelUnusableError(f"channel {channel.id!r}: {name}_file {str(path)!r}: {reason}") from None
    if not text:
        raise ChannelUnusableError(f"channel {channel.id!r}: {name}_file {str(path)!r} is empty")
    return text


class Masked:
    """Takes secrets out of what others have said, an address in any of the forms in which it may stand there."""

    def __init__(self, *secrets: str | None) -> None:
        whole = [secret for secret in secrets if secret]
        found = {part for secret in whole for part in (secret, quote(secret, safe=""), unquote(secret))}
        self._secrets = sorted((each for each in found if len(each) >= SHORTEST_MASKED), key=len, reverse=True)

    @classmethod
    def of_address(cls, url: str, *more: str | None) -> "Masked":
        """Of an address all is a secret but the host: a token may stand anywhere, with some of Apprise's even there."""
        try:
            host = urlsplit(url).hostname or ""
        except ValueError:
            host = ""
        if "." not in host:
            host = ""
        parts = [part for part in _PARTS.split(url.partition("://")[2]) if part not in ("", host)]
        path = _behind_the_host(url)
        return cls(url, path, *_secret_alone(parts), *more)

    def __call__(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text


def _behind_the_host(url: str) -> str:
    _, _, rest = url.partition("://")
    _, slash, path = rest.partition("/")
    return slash + path if path else ""


def _secret_alone(parts: Iterable[str]) -> list[str]:
    """Short words such as "api" or "hook" would blot out the message and are no secrets."""
    return [part for part in parts if len(part) >= 8]
