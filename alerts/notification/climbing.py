"""When each open alert climbs next: a heap of times, so that a look at the clock costs nothing while none is due."""

import heapq
from collections.abc import Callable, Iterator

from alerts.book import Alert, Book
from alerts.notification.groups import Groups
from alerts.notification.ladders import after_ns, next_step
from config.duty import Ladder


class Climbing:
    """All of it follows from the alerts that are open: `push` each of them again after a restart.

    The clock of a ladder stands still while its alert is muted or snoozed.
    """

    def __init__(self, book: Book, ladder: Callable[[str, str], Ladder], groups: Groups, *, tells: bool) -> None:
        """`tells`: whether anybody is ever told; else only snoozes end."""
        self._book = book
        self._ladder = ladder
        self._groups = groups
        self._tells = tells
        self._heap: list[tuple[int, int]] = []
        """(due_ns, number); what an alert is not due at any more is passed over."""

    def push(self, alert: Alert) -> None:
        """To be called after all that may have changed when it is due."""
        due_ns = self._due_ns(alert)
        if due_ns is not None:
            heapq.heappush(self._heap, (due_ns, alert.number))

    def due(self, now_ns: int) -> Iterator[Alert]:
        """By time, then by number; one that is pushed meanwhile and due too comes as well."""
        while self._heap and self._heap[0][0] <= now_ns:
            due_ns, number = heapq.heappop(self._heap)
            alert = self._book.numbered(number)
            if alert is not None and self._due_ns(alert) == due_ns:
                yield alert

    def next_due_ns(self) -> int | None:
        while self._heap:
            due_ns, number = self._heap[0]
            alert = self._book.numbered(number)
            if alert is not None and self._due_ns(alert) == due_ns:
                return due_ns
            heapq.heappop(self._heap)
        return None

    def climbs(self, alert: Alert) -> bool:
        """Nothing holds it."""
        return not alert.never and not alert.muted and alert.snoozed_until_ns is None

    def climbed(self, alert: Alert, now_ns: int) -> None:
        """A step has been told."""
        ladder = self._ladder(alert.ladder, alert.severity)
        alert.step = next_step(ladder, alert.step, now_ns - alert.climbs_from_ns)
        self.push(alert)

    def hold_or_go_on(self, alert: Alert, now_ns: int, rest_ns: int = 0) -> None:
        """After it was muted, snoozed, or neither any more; `rest_ns`: so long it waits before it is told at all."""
        if not self.climbs(alert):
            self._groups.leave(alert.number)
            if alert.held_ns is None:
                alert.held_ns = now_ns
        elif alert.held_ns is not None:
            alert.climbs_from_ns += now_ns - alert.held_ns
            alert.held_ns = None
            if alert.step == 0:
                alert.climbs_from_ns = max(alert.climbs_from_ns, now_ns + rest_ns)
        self.push(alert)

    def begin_again(self, alert: Alert, now_ns: int) -> None:
        """The next step comes as long from now as it comes after the one before it."""
        ladder = self._ladder(alert.ladder, alert.severity)
        alert.step = max(1, alert.step)
        alert.climbs_from_ns = now_ns - (after_ns(ladder, alert.step - 1) or 0)
        if alert.held_ns is not None:
            alert.held_ns = now_ns
        self.push(alert)

    def _due_ns(self, alert: Alert) -> int | None:
        """None: it waits for something else than time."""
        if alert.snoozed_until_ns is not None:
            return alert.snoozed_until_ns
        if not self._tells or alert.owned or not self.climbs(alert) or self._groups.waits(alert.number):
            return None
        after = after_ns(self._ladder(alert.ladder, alert.severity), alert.step)
        return None if after is None else alert.climbs_from_ns + after
