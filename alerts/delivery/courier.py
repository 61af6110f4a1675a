"""Takes notices from the record to people and other systems, and notes who was told when.

record ──due──▶ Courier (a thread) ──▶ Workers of a channel ──▶ Telegram, e-mail, webhook, broker
   ▲                 │      ▲                  │
   └── sending ──────┘      └──── outcome ─────┘

At least once: a notice that was under way when the process was killed is sent again by the same key, and a receiver
that minds the key counts it once.
"""

import logging
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial

from alerts.consequences import Notice
from alerts.delivery.channel import Channel, Telling, TellingFailedError, TellingRefusedError
from alerts.delivery.due import DueDeliveries, Waiting
from alerts.delivery.pace import Pace, retry_delay_ns
from alerts.delivery.workers import Workers
from alerts.record import marking
from alerts.record.record import AlertRecord, Mark
from alerts.texts.rendering import Rendered
from config import channels as configured
from config.durations import SECOND_NS, format_duration

LOG = logging.getLogger("denyut.alerts")
AT_ONCE = 4
"""Notices under way by one channel."""
_LONGEST_WAIT_S = 60.0
_AFTER_FAILURE_S = 1.0
_GIVEN_UP_AT_ONCE = 100

Render = Callable[[Notice], Rendered]


@dataclass(slots=True)
class Way:
    """A channel as it is used."""

    settings: configured.Channel
    channel: Channel
    pace: Pace = field(init=False)
    last_error: str = ""

    def __post_init__(self) -> None:
        self.pace = Pace(self.settings.most_a_minute)


class Courier:
    """Any thread may call anything here."""

    def __init__(self, record: AlertRecord, ways: Mapping[str, Way], render: Render) -> None:
        """`ways` by the id of the channel; the texts of notices are made by `render`, in threads of its channels."""
        self._record = record
        self._ways = dict(ways)
        self._render = render
        self._random = random.Random()  # noqa: S311 - jitter, no secret
        self._lock = threading.Lock()
        self._news = threading.Condition(self._lock)
        self._has_news = True
        self._workers = {name: Workers(f"tell-{name}", AT_ONCE, self._wake) for name in ways}
        self._under_way: set[int] = set()
        """Deliveries that a worker has, or whose outcome is not in the file yet."""
        self._began_ns = time.time_ns()
        self._failed_since_s: dict[int, float] = {}
        """Deliveries that are tried again -> when they first failed here; monotonic."""
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)
        record.listen(self._wake)

    @property
    def errors(self) -> dict[str, str]:
        """Channel -> why its newest attempt failed, "" where it did not."""
        return {name: way.last_error for name, way in self._ways.items()}

    def start(self) -> None:
        self._thread.start()

    def stop_soon(self) -> None:
        """Begin nothing more."""
        with self._news:
            self._stopping = True
            self._news.notify()

    def stop(self, within_s: float) -> bool:
        """Waits for what is under way, for at most so long; what is not told then is told after the next start.

        The record is stopped afterwards: it takes down how far things have come. True when nothing was under way.
        """
        self.stop_soon()
        if self._thread.ident is not None:
            until = time.monotonic() + within_s
            with self._news:
                while self._under_way and (left_s := until - time.monotonic()) > 0:
                    self._news.wait(left_s)
            self._thread.join(max(0.1, until - time.monotonic()))
        return not self._under_way

    def _wake(self) -> None:
        with self._news:
            self._has_news = True
            self._news.notify_all()

    def _run(self) -> None:
        due: DueDeliveries | None = None
        while not self._is_stopping:
            try:
                due = due or self._opened()
                wait_s = self._tell_due(due)
            except Exception as error:
                # A mistake of ours must not end the thread, but be found.
                if not self._is_stopping:
                    LOG.warning("notices wait: %s", error, exc_info=not isinstance(error, sqlite3.Error | OSError))
                wait_s = _AFTER_FAILURE_S
            self._wait(wait_s)
        if due is not None:
            due.close()

    @property
    def _is_stopping(self) -> bool:
        with self._lock:
            return self._stopping

    def _opened(self) -> DueDeliveries:
        self._record.mark(marking.interrupted).result()
        due = DueDeliveries(self._record.path)
        for name in due.channels():
            while name not in self._ways and (waiting := due.due(name, time.time_ns(), _GIVEN_UP_AT_ONCE)):
                self._give_up(waiting, time.time_ns())
        return due

    def _wait(self, seconds: float) -> None:
        with self._news:
            if not (self._has_news or self._stopping):
                self._news.wait(seconds)
            self._has_news = False

    def _tell_due(self, due: DueDeliveries) -> float:
        """Hands on what is due; how long there is nothing more to do, in seconds."""
        now_ns, now_s = time.time_ns(), time.monotonic()
        wait_s = _LONGEST_WAIT_S
        for name, way in self._ways.items():
            # Whose worker becomes free wakes this thread.
            free, room = self._workers[name].free, way.pace.room(now_s)
            if room <= 0:
                wait_s = min(wait_s, way.pace.next_s() - now_s)
            elif free > 0:
                self._hand_on(way, due.due(name, now_ns, min(free, room)), now_s)
            next_ns = due.next_ns(name, now_ns)
            if next_ns is not None:
                wait_s = min(wait_s, (next_ns - now_ns) / SECOND_NS)
        return max(0.01, wait_s)

    def _give_up(self, waiting: Sequence[Waiting], now_ns: int) -> None:
        for each in waiting:
            error = f"the configuration has no channel {each.notice.channel!r} any more"
            self._record.mark(marking.tried(each.id, each.notice, "failed", now_ns, error=error)).result()

    def _hand_on(self, way: Way, waiting: Sequence[Waiting], now_s: float) -> None:
        if not waiting:
            return
        ids = [each.id for each in waiting]
        self._record.mark(marking.sending(ids)).result()
        with self._lock:
            self._under_way.update(ids)
        way.pace.begin(len(waiting), now_s)
        for each in waiting:
            self._workers[way.settings.id].begin(partial(self._tell, way, each))

    def _tell(self, way: Way, waiting: Waiting) -> None:
        """In a thread of the channel."""
        asked_s: float | None = None
        error, is_final = "", False
        try:
            way.channel.tell(Telling(waiting.key, waiting.notice, self._render(waiting.notice)))
        except TellingFailedError as failure:
            error, asked_s = str(failure), failure.after_s
        except TellingRefusedError as failure:
            error, is_final = str(failure), True
        except Exception as failure:
            LOG.exception("channel %s", way.settings.id)
            error = f"{type(failure).__name__}; the log says more"
        now_ns = time.time_ns()
        if not error:
            mark = marking.tried(waiting.id, waiting.notice, "sent", now_ns)
        elif is_final:
            mark = marking.tried(waiting.id, waiting.notice, "failed", now_ns, error=error)
        else:
            mark = self._again(way, waiting, now_ns, error, asked_s)
        if not error or is_final:
            self._failed_since_s.pop(waiting.id, None)
        self._say(way, error)
        self._record.mark(mark).add_done_callback(partial(self._noted, waiting.id))

    def _noted(self, delivery: int, _: "Future[None]") -> None:
        with self._news:
            self._under_way.discard(delivery)
            self._has_news = True
            self._news.notify_all()

    def _again(self, way: Way, waiting: Waiting, now_ns: int, error: str, asked_s: float | None) -> Mark:
        delay_ns = retry_delay_ns(waiting.attempts + 1, asked_s, self._random)
        due_ns, retry_for = now_ns + delay_ns, way.settings.retry_for
        if self._waited_ns(waiting, now_ns) + delay_ns > retry_for:
            self._failed_since_s.pop(waiting.id, None)
            reason = f"not told within {format_duration(retry_for)}: {error}"
            return marking.tried(waiting.id, waiting.notice, "failed", now_ns, error=reason)
        return marking.tried(waiting.id, waiting.notice, "waiting", now_ns, due_ns, error)

    def _waited_ns(self, waiting: Waiting, now_ns: int) -> int:
        """In this run by the clock that nobody sets: a clock that was set ahead is no reason to give up."""
        now_s = time.monotonic()
        here_ns = round((now_s - self._failed_since_s.setdefault(waiting.id, now_s)) * SECOND_NS)
        return min(now_ns - waiting.kept_ns, max(0, self._began_ns - waiting.kept_ns) + here_ns)

    def _say(self, way: Way, error: str) -> None:
        """Once for each change."""
        if error and not way.last_error:
            LOG.warning("channel %s: a notice could not be told: %s", way.settings.id, error)
        elif way.last_error and not error:
            LOG.warning("channel %s: notices are told again", way.settings.id)
        way.last_error = error
