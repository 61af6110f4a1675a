"""What every store can do, how it is asked, and how it says no."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, get_args

from config.settings import Retention
from storage.points import PointBatch

Aggregate = Literal["mean", "min", "max", "sum", "first", "last", "count"]
AGGREGATES: tuple[Aggregate, ...] = get_args(Aggregate)

RefusalReason = Literal["unauthorized", "not_found", "invalid", "too_large", "damaged"]


class StoreError(Exception):
    """A store could not do what it was asked; the message is one sentence for a person."""


class StoreUnusable(StoreError):  # noqa: N818 - says what is the case
    """The store cannot be opened as it is configured: wrong settings, no rights, a newer schema, a foreign file."""


class StoreUnavailable(StoreError):  # noqa: N818 - says what is the case
    """The store cannot take or give points now and the same call may work later."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        """`retry_after_s`: how long it asks to be left alone, where it says so."""
        super().__init__(message)
        self.retry_after_s = retry_after_s


class StoreRefused(StoreError):  # noqa: N818 - says what is the case
    """The store answered and said no; the same call will be refused again until someone changes something."""

    def __init__(self, reason: RefusalReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason

    @property
    def concerns_points(self) -> bool:
        """Whether the points are at fault. Where not (a token, a missing bucket), the same points may pass later."""
        return self.reason in ("invalid", "too_large")


class PointsRefused(StoreRefused):
    """Some points are at fault; all others of the call are written."""

    def __init__(self, reason: RefusalReason, message: str, lines: Sequence[tuple[bytes, str]], written: int) -> None:
        """`lines`: each point refused, in line protocol, and the store's own words on it."""
        super().__init__(reason, message)
        self.lines = lines
        self.written = written


@dataclass(frozen=True, slots=True)
class Query:
    """Points of one measurement. With `every_ns`, one row for each series and bucket instead of each point."""

    measurement: str
    where: tuple[tuple[str, str], ...] = ()
    """(tag, value): all tags named must match; a tag named twice may have either value."""
    fields: tuple[str, ...] = ()
    """Empty: all. A point with none of them gives no row."""
    from_ns: int | None = None
    """Time range [from_ns, to_ns), ns UTC."""
    to_ns: int | None = None
    limit: int | None = None
    """The newest rows in the order of (time, tags); they are still returned oldest first."""
    every_ns: int | None = None
    """Bucket size: a bucket is [k * every_ns, (k + 1) * every_ns) of Unix time, its row's time is its start."""
    aggregate: Aggregate = "mean"

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 1:
            raise ValueError(f"limit must be at least 1, not {self.limit}")
        if self.every_ns is not None and self.every_ns < 1:
            raise ValueError(f"every_ns must be positive, not {self.every_ns}")

    def tag_values(self) -> dict[str, tuple[str, ...]]:
        """Tag -> the values of which one must match."""
        values: dict[str, tuple[str, ...]] = {}
        for tag, value in self.where:
            values[tag] = (*values.get(tag, ()), value)
        return values


@dataclass(frozen=True, slots=True)
class Row:
    time_ns: int
    tags: dict[str, str]
    fields: dict[str, float] = field(default_factory=dict)


def newest_rows(rows: list[Row], limit: int | None) -> list[Row]:
    """The last `limit` rows in the order of (time, tags), which is the order of every answer."""
    rows = sorted(rows, key=lambda row: (row.time_ns, sorted(row.tags.items())))
    return rows if limit is None else rows[-limit:]


class Store(Protocol):
    """Calls never overlap: a store belongs to one thread at a time. Each call may raise any `StoreError`."""

    dropped: Counter[str]
    """Reason -> points, or values of points, that the store's format cannot carry."""

    def write(self, batches: Sequence[PointBatch]) -> int:
        """Writes the points and returns how many there were; those without a finite value are left out.

        Idempotent: a point with the series and time of an earlier one replaces the fields it has and keeps the others.
        Raises `PointsRefused` where the store took all but some.
        """

    def query(self, query: Query) -> list[Row]: ...

    def latest(self, measurement: str, where: Sequence[tuple[str, str]] = ()) -> list[Row]:
        """The newest point of each matching series, in the order of (time, tags)."""

    def measurements(self) -> list[str]: ...

    def fields(self, measurement: str) -> list[str]:
        """Names of all fields the measurement has had; empty for one that is unknown."""

    def apply_retention(self, retention: Retention, now_ns: int) -> None:
        """Removes the points that are older than their measurement may be."""

    def close(self) -> None: ...
