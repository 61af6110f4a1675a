"""A replay in which alerts reach people: nobody of flesh and blood is told, and everybody behaves as was agreed on."""

import heapq
from collections.abc import Iterable

from alerts.acts import Acknowledge, Measured, decode, encode
from alerts.consequences import Consequences, Notice, Reason
from alerts.episodes import Episodes
from alerts.pages import Pages
from config.settings import Settings
from denyut.replay_pipeline import ReplayPipeline
from ingest.journal.entries import Act, Entry

_TOLD = {Reason.FIRING, Reason.ESCALATED, Reason.ASSIGNED, Reason.FLAPPING}
WHO = "backtest"


class Rehearsal:
    def __init__(self, settings: Settings, acknowledged_after_ns: int | None = None, *, stores: bool = False) -> None:
        """Each alert is acknowledged so long after it was first told; None: never. `stores`: points are wanted too."""
        self._stores = stores
        self.episodes = Episodes()
        self.pages = Pages(settings)
        self._after_ns = acknowledged_after_ns
        self._answers: list[tuple[int, int]] = []
        """(when, number of the alert) of each acknowledgement to come, a heap."""
        self._told: set[int] = set()
        self._times_ns: list[int] = []

    def attach(self, pipeline: ReplayPipeline) -> None:
        self._intake, self._alerts = pipeline.intake, pipeline.alerts
        self._intake.stores = self._stores
        self._intake.told = self.episodes.take
        self._intake.follow = self._follow
        self._alerts.engine.judged = self.episodes.judged

    def detach(self) -> None:
        """What comes now is not judged: it was not seen whole."""
        self._intake.told = self._intake.follow = self._alerts.engine.judged = None

    @property
    def span_ns(self) -> tuple[int, int]:
        """The first and the last time that was reached."""
        ended = [each.ended_ns or each.fired_ns for each in self.episodes.told]
        return min(self._times_ns, default=0), max([*self._times_ns, *ended], default=0)

    def takes(self, entry: Entry) -> bool:
        """What people did to the alerts of the rules of that day says nothing of those of other rules."""
        return not isinstance(entry, Act) or isinstance(decode(entry.content), Measured)

    def go_on_until(self, at_ns: int) -> None:
        """Recorded data has no clock: what is due before then is done at its time, and people answer at theirs."""
        self._times_ns = [*self._times_ns[:1], at_ns]
        reached_ns = -1
        while True:
            due_ns, answer_ns = self._alerts.next_due_ns, self._answers[0][0] if self._answers else at_ns
            if due_ns is not None and reached_ns < due_ns < at_ns and due_ns <= answer_ns:
                self._intake.tell_time(due_ns)
                reached_ns = due_ns
            elif answer_ns < at_ns:
                _, number = heapq.heappop(self._answers)
                act = Acknowledge(who=WHO, alert=number)
                self._intake.apply(self._intake.next_offset, Act(encode(act), answer_ns))
            else:
                return

    def _follow(self, _offset: int, consequences: Consequences) -> None:
        self.pages.take(consequences.notices)
        if self._after_ns is not None:
            self._await_answers(consequences.notices, self._after_ns)

    def _await_answers(self, notices: Iterable[Notice], after_ns: int) -> None:
        for notice in notices:
            if notice.reason in _TOLD:
                for number in notice.alerts:
                    if number not in self._told:
                        self._told.add(number)
                        heapq.heappush(self._answers, (notice.at_ns + after_ns, number))
