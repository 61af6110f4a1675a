"""Who would have been told of what, and when: the pages of a backtest."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from alerts.consequences import Notice, Reason
from alerts.notification.ladders import Ladders
from alerts.notification.roster import Roster
from config.settings import Settings

NOT_A_STEP = 0
"""Of a notice that is none of a ladder's: the end of an alert, a digest."""


@dataclass(frozen=True, slots=True)
class Page:
    """One notice by one way to one recipient; times in ns UTC."""

    at_ns: int
    reason: Reason
    severity: str
    officer: str
    """Empty: the channel as such."""
    office: str
    shifts: tuple[str, ...]
    """Of the officer, those that were on."""
    channel: str
    to: str
    ladder: str
    step: int
    """Counted from 1, or `NOT_A_STEP`."""
    rules: tuple[str, ...]
    alerts: tuple[int, ...]

    @property
    def recipient(self) -> str:
        return self.officer or f"channel {self.channel}"


@dataclass(slots=True)
class Load:
    """What one recipient, shift or step had to bear."""

    pages: int = 0
    alerts: set[int] = field(default_factory=set)
    severities: Counter[str] = field(default_factory=Counter)
    most_in_an_hour: int = 0
    _recent_ns: list[int] = field(default_factory=list)

    def take(self, page: Page) -> None:
        self.pages += 1
        self.alerts.update(page.alerts)
        self.severities[page.severity] += 1
        self._recent_ns = [at_ns for at_ns in self._recent_ns if at_ns > page.at_ns - 3_600 * 10**9] + [page.at_ns]
        self.most_in_an_hour = max(self.most_in_an_hour, len(self._recent_ns))


class Pages:
    def __init__(self, settings: Settings) -> None:
        self._roster = Roster(settings)
        self._ladders = Ladders(settings)
        self.told: list[Page] = []

    def take(self, notices: Iterable[Notice]) -> None:
        self.told += [self._page(notice) for notice in notices]

    def _page(self, notice: Notice) -> Page:
        on = self._roster.shifts(notice.office, notice.at_ns) if notice.officer else ()
        return Page(
            at_ns=notice.at_ns,
            reason=notice.reason,
            severity=notice.severity,
            officer=notice.officer,
            office=notice.office,
            shifts=tuple(shift.id for shift in on if notice.officer in shift.officers),
            channel=notice.channel,
            to=notice.to,
            ladder=notice.ladder,
            step=notice.step,
            rules=tuple(sorted({card.rule for card in notice.cards})),
            alerts=notice.alerts,
        )

    def by_recipient(self) -> dict[tuple[str, str], Load]:
        """(recipient, office) -> what they were told."""
        return _loads(((page.recipient, page.office), page) for page in self.told)

    def by_shift(self) -> dict[tuple[str, str], Load]:
        """(office, shift) -> what its officers were told; "" of an officer who was on no shift."""
        return _loads(
            ((page.office, shift), page) for page in self.told if page.officer for shift in page.shifts or ("",)
        )

    def by_step(self) -> dict[tuple[str, str], Load]:
        """(ladder, step) -> what its recipients were told, repetitions by the step that is repeated.

        Notices that belong to no step are there by their reason.
        """
        return _loads(((page.ladder, self._step(page)), page) for page in self.told)

    def _step(self, page: Page) -> str:
        if page.step == NOT_A_STEP:
            return page.reason.value
        ladder = self._ladders.of(page.ladder, page.severity)
        return str(min(page.step, len(ladder.steps)))


def _loads(pages: Iterable[tuple[tuple[str, str], Page]]) -> dict[tuple[str, str], Load]:
    found: dict[tuple[str, str], Load] = {}
    for key, page in pages:
        found.setdefault(key, Load()).take(page)
    return dict(sorted(found.items(), key=_order))


def _order(load: tuple[tuple[str, str], Load]) -> tuple[str, str]:
    """By name, steps by their number."""
    (first, second), _ = load
    return first, second.rjust(9) if second.isdecimal() else second
