"""How a network connection ended, and what that says about the next attempt."""

from dataclasses import dataclass
from enum import Enum, auto

import mqtt5

from ingest.mqtt.events import Happening
from ingest.mqtt.protocol_errors import ProtocolError

_CONNACK_3_1_1 = {
    1: "the broker does not speak MQTT 5",
    2: "the client identifier is refused",
    3: "the broker is not available",
    4: "the user name or the password is wrong",
    5: "not authorized",
}
_UNSUPPORTED_VERSION = 1
_PASSING = (
    mqtt5.ConnAckReasonCode.UNSPECIFIED_ERROR,
    mqtt5.ConnAckReasonCode.SERVER_UNAVAILABLE,
    mqtt5.ConnAckReasonCode.SERVER_BUSY,
    mqtt5.ConnAckReasonCode.CONNECTION_RATE_EXCEEDED,
)


class Next(Enum):
    SOON = auto()
    """Backoff decides."""
    LATE = auto()
    """Somebody has to change something first: wait as long as the backoff ever does."""
    OLDER = auto()
    """The broker wants MQTT 3.1.1."""
    PERHAPS_OLDER = auto()
    """Closed without an answer to CONNECT, as brokers do that know no MQTT 5."""


@dataclass(frozen=True, slots=True)
class Ending:
    happening: Happening
    reason: str
    next: Next = Next.SOON


def of_protocol_error(error: ProtocolError) -> Ending:
    return Ending(Happening.PROTOCOL_ERROR, str(error))


def of_connack(packet: mqtt5.ConnAckPacket) -> Ending:
    """Of a CONNACK that does not say success."""
    reason = _words(packet.reason_code, packet.reason_str)
    if packet.reason_code == mqtt5.ConnAckReasonCode.UNSUPPORTED_PROTOCOL_VERSION:
        return Ending(Happening.REFUSED, reason, Next.OLDER)
    return Ending(Happening.REFUSED, reason, Next.SOON if packet.reason_code in _PASSING else Next.LATE)


def of_older_connack(code: int) -> Ending:
    """Of a CONNACK in the form of MQTT 3.1.1, table 3.1."""
    reason = _CONNACK_3_1_1.get(code, f"return code {code}")
    return Ending(Happening.REFUSED, reason, Next.OLDER if code == _UNSUPPORTED_VERSION else Next.LATE)


def of_disconnect(packet: mqtt5.DisconnectPacket) -> Ending:
    """A client that took the session over would be thrown out in turn by a quick return, and so on without end."""
    late = packet.reason_code in (
        mqtt5.DisconnectReasonCode.SESSION_TAKEN_OVER,
        mqtt5.DisconnectReasonCode.NOT_AUTHORIZED,
        mqtt5.DisconnectReasonCode.ADMINISTRATIVE_ACTION,
    )
    return Ending(
        Happening.LOST,
        f"the broker disconnected: {_words(packet.reason_code, packet.reason_str)}",
        Next.LATE if late else Next.SOON,
    )


def _words(code: mqtt5.ConnAckReasonCode | mqtt5.DisconnectReasonCode, text: str | None) -> str:
    words = f"{code.name.lower().replace('_', ' ')} (0x{code.value:02x})"
    return f"{words}, {text}" if text else words
