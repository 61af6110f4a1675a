"""What the demo sees of `denyut run` from outside: its status report and its store."""

import time
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from config.durations import format_duration
from config.settings import Settings
from dashboard.live.figure_columns import COLUMNS, expected_figures
from dashboard.live.ledger import Ledger, read_ledger
from dashboard.live.message_rate import MessageRate
from dashboard.live.pillar_scores import COLUMNS as SCORES
from dashboard.live.pillar_scores import PillarScores, newest_scores
from dashboard.live.scene import Scene
from dashboard.live.zone_figures import HOLD_WINDOWS, ZoneFigures, newest_figures, silenced
from denyut.demo.alert_watch import AlertWatch
from denyut.status import read_status
from processors.indicators.indicator_batch import CITY_ZONE
from storage.open_store import open_store
from storage.store import Query, Row, Store, StoreError

_SCORES = tuple(column.indicator for column in SCORES)
_LOOK_S = 1.0
"""Between two looks into the store; the status report is read for each scene."""


class Observer:
    def __init__(
        self,
        data_dir: Path,
        settings: Settings,
        broker: str,
        clock: Callable[[], float] = time.monotonic,
        wall_ns: Callable[[], int] = time.time_ns,
        alerts: AlertWatch | None = None,
    ) -> None:
        self._data_dir = data_dir
        self._settings = settings
        self._broker = broker
        self._clock = clock
        self._wall_ns = wall_ns
        self._alerts = alerts
        self._began_s = clock()
        self._rate = MessageRate()
        self._store: Store | None = None
        self._looked_s = float("-inf")
        self._figures: ZoneFigures | None = None
        self._figures_since_s = 0.0
        self._scores: PillarScores | None = None
        self._scores_from_ns: int | None = None
        self._expected = expected_figures(settings.devices)

    def ledger(self) -> Ledger | None:
        """None until `denyut run` has reported for the first time."""
        status = read_status(self._data_dir)
        return None if status is None else read_ledger(status)

    def scene(self, *, final: bool = False) -> Scene:
        """What can be shown now; a final one looks into the store in any case."""
        city = self._settings.city
        now_s = self._clock()
        ledger = self.ledger()
        figures = self._newest(now_s, final)
        return Scene(
            city=city.name or city.id,
            broker=self._broker,
            elapsed_s=now_s - self._began_s,
            timezone=ZoneInfo(city.timezone),
            ledger=ledger,
            rate=None if ledger is None else self._rate.observe(now_s, ledger.received),
            figures=figures,
            scores=self._scores,
            scores_from_ns=self._scores_ahead(ledger),
            scores_every=format_duration(self._settings.scores.every),
            figures_since_s=self._figures_since_s,
            alerts=None if self._alerts is None else self._alerts.scene(),
            zone_names={zone.id: zone.name for zone in self._settings.zones},
        )

    def newest_ns(self, measurement: str) -> int | None:
        """Time of the newest point of `measurement` in the store, ns UTC; None: it has none."""
        rows = self._rows(Query(measurement, limit=1))
        return rows[-1].time_ns if rows else None

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    def _newest(self, now_s: float, final: bool) -> ZoneFigures | None:
        if final or now_s - self._looked_s >= _LOOK_S:
            self._looked_s = now_s
            newest = newest_figures(self._recent_indicators(self._wall_ns()), self._expected)
            if self._figures is None:
                self._figures_since_s = now_s - self._began_s
            self._figures = newest or (self._figures and silenced(self._figures))
            self._scores = newest_scores(self._recent_scores(self._wall_ns()))
        return self._figures

    def _scores_ahead(self, ledger: Ledger | None) -> int | None:
        """When the first step is made that began after the first message; None once that has passed."""
        if ledger is None or not ledger.received or not self._settings.scores.enabled:
            return None
        now_ns, every_ns = self._wall_ns(), self._settings.scores.every
        if self._scores_from_ns is None:
            self._scores_from_ns = (-(-now_ns // every_ns) + 1) * every_ns + self._settings.windows.delay
        return self._scores_from_ns if now_ns < self._scores_from_ns else None

    def _recent_indicators(self, now_ns: int) -> list[Row]:
        """Of every window size those windows whose values still stand, and one more that is about to close."""
        windows = self._settings.windows
        rows: list[Row] = []
        for size_ns in {window.size for window in windows.sizes}:
            since_ns = now_ns - windows.delay - (HOLD_WINDOWS + 1) * size_ns
            where = ("size", format_duration(size_ns)), *(("indicator", column.indicator) for column in COLUMNS)
            rows += self._rows(Query("indicator", where, ("value", "coverage"), from_ns=since_ns))
        return rows

    def _recent_scores(self, now_ns: int) -> list[Row]:
        """A score stands for two steps."""
        every_ns = self._settings.scores.every
        since_ns = now_ns - self._settings.windows.delay - 2 * every_ns
        where = ("zone", CITY_ZONE), ("size", format_duration(every_ns)), *(("indicator", name) for name in _SCORES)
        return self._rows(Query("indicator", where, ("value", "coverage"), from_ns=since_ns))

    def _rows(self, query: Query) -> list[Row]:
        """No rows while `denyut run` has not made its store yet, or is in the middle of something."""
        try:
            if self._store is None:
                self._store = open_store(self._settings.store, self._data_dir, read_only=True)
            return self._store.query(query)
        except StoreError:
            self.close()
            return []
