"""What became of each message, as `denyut run` reports it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Ledger:
    """Counts of messages: each one received is accepted, a duplicate, or rejected for a named reason."""

    received: int
    accepted: int
    duplicate: int
    rejected: tuple[tuple[str, int], ...]
    """(reason, messages), the most frequent first."""
    late: int
    too_late: int
    windows_closed: int
    points_written: int
    points_pending: int
    watermark: datetime | None
    journal_lag_s: float
    uptime_s: float
    store_error: str
    """Why the store does not take points now; empty while it does."""

    @property
    def rejected_in_all(self) -> int:
        return sum(count for _, count in self.rejected)

    @property
    def unexplained(self) -> int:
        """Messages received without a named outcome (negative: more outcomes than messages); 0 when all agrees."""
        return self.received - self.accepted - self.duplicate - self.rejected_in_all


def read_ledger(status: Mapping[str, Any]) -> Ledger:
    """The ledger in a status object; a number that is missing counts as 0."""
    reasons = ((str(reason), int(count)) for reason, count in (status.get("rejected") or {}).items())
    watermark = status.get("watermark")
    return Ledger(
        received=_count(status, "received"),
        accepted=_count(status, "accepted"),
        duplicate=_count(status, "duplicate"),
        rejected=tuple(sorted(reasons, key=lambda entry: (-entry[1], entry[0]))),
        late=_count(status, "late"),
        too_late=_count(status, "too_late"),
        windows_closed=_count(status, "windows_closed"),
        points_written=_count(status, "points_written"),
        points_pending=_count(status, "points_pending"),
        watermark=datetime.fromisoformat(watermark) if watermark else None,
        journal_lag_s=float(status.get("journal_lag_s") or 0.0),
        uptime_s=float(status.get("uptime_s") or 0.0),
        store_error=str(status.get("store_error") or ""),
    )


def _count(status: Mapping[str, Any], key: str) -> int:
    return int(status.get(key) or 0)
