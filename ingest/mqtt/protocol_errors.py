"""What a broker can get wrong on the wire, by name: the same word stands in the log, the counter and the test."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    LENGTH_MALFORMED = "remaining_length_malformed"
    PACKET_TOO_LARGE = "packet_too_large"
    TOPIC_BEYOND_FRAME = "topic_beyond_frame"
    TOPIC_EMPTY = "topic_empty"
    PACKET_ID_ZERO = "packet_id_zero"
    QOS_RESERVED = "qos_reserved"
    PROPERTIES_BEYOND_FRAME = "properties_beyond_frame"
    CONTROL_PACKET_MALFORMED = "control_packet_malformed"
    CONTROL_PACKET_UNEXPECTED = "control_packet_unexpected"


@dataclass(frozen=True, slots=True)
class ProtocolError:
    """The network connection cannot go on after it: what follows on the wire has no meaning."""

    fault: Fault
    detail: str

    def __str__(self) -> str:
        return f"{self.fault}: {self.detail}"
