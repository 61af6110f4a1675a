"""What happens to a connection, for the log and for counters: rare things only, never one message."""

from dataclasses import dataclass
from enum import StrEnum


class Happening(StrEnum):
    CONNECTED = "connected"
    SUBSCRIBED = "subscribed"
    FILTER_REFUSED = "filter_refused"
    QOS_LOWERED = "qos_lowered"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    LOST = "lost"
    PROTOCOL_ERROR = "protocol_error"
    OLDER_PROTOCOL = "older_protocol"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ConnectionEvent:
    happening: Happening
    source: str
    host: str
    port: int
    reason: str = ""
    retry_s: float | None = None
    """Seconds until the next attempt, where there is one."""

    def __str__(self) -> str:
        """One line for the log."""
        line = f"{self.source}: {self.host}:{self.port} {self.happening.replace('_', ' ')}"
        if self.reason:
            line += f": {self.reason}"
        return line if self.retry_s is None else f"{line}; next attempt in {self.retry_s:.1f} s"


@dataclass(slots=True)
class Statistics:
    connects: int = 0
    failed_attempts: int = 0
    refused: int = 0
    losses: int = 0
    protocol_errors: int = 0
    bytes: int = 0
    messages: int = 0
    retained: int = 0
    batches: int = 0
    repeated: int = 0
    """Messages sent again after a cut although we hold them; handed over, marked as repeated."""
    acknowledged: int = 0
    stale_receipts: int = 0
    """Batches acknowledged after their network connection had ended, or twice."""
