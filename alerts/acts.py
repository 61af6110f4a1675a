"""What people do to alerts, as the journal keeps it: state follows from it as it does from readings."""

from typing import Annotated

import msgspec

Who = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Why = Annotated[str, msgspec.Meta(max_length=1000)]


class Acknowledge(msgspec.Struct, frozen=True, tag="acknowledge", forbid_unknown_fields=True):
    """Somebody has seen it and sees to it."""

    alert: int
    who: Who
    why: Why = ""


class NotNowError(Exception):
    """Nothing can be decided at present; one sentence."""


_DECODER = msgspec.json.Decoder(Acknowledge)


def encode(act: Acknowledge) -> bytes:
    return msgspec.json.encode(act)


def decode(content: bytes) -> Acknowledge:
    """Raises ValueError."""
    return _DECODER.decode(content)
