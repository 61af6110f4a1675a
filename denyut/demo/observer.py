"""What the demo sees of `denyut run` from outside: its status report and its store."""

import time
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

from storage.open_store import open_store

from config.settings import Settings
from dashboard.live.ledger import Ledger, read_ledger
from dashboard.live.message_rate import MessageRate
from dashboard.live.scene import Scene
from dashboard.live.zone_figures import ZoneFigures, newest_figures
from denyut.status import read_status
from storage.store import Query, Row, Store, StoreError

_LOOK_S = 1.0
"""Between two looks into the store; the status report is read for each scene."""


class Observer:
    def __init__(
        self, data_dir: Path, settings: Settings, broker: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._data_dir = data_dir
        self._settings = settings
        self._broker = broker
        self._clock = clock
        self._began_s = clock()
        self._rate = MessageRate()
        self._store: Store | None = None
        self._looked_s = float("-inf")
        self._figures: ZoneFigures | None = None

    def ledger(self) -> Ledger | None:
        """None until `denyut run` has reported for the first time."""
        status = read_status(self._data_dir)
        return None if status is None else read_ledger(status)

    def scene(self) -> Scene:
        city = self._settings.city
        now_s = self._clock()
        ledger = self.ledger()
        return Scene(
            city=city.name or city.id,
            broker=self._broker,
            elapsed_s=now_s - self._began_s,
            timezone=ZoneInfo(city.timezone),
            ledger=ledger,
            rate=None if ledger is None else self._rate.observe(now_s, ledger.received),
            figures=self._newest(now_s),
            zone_names={zone.id: zone.name for zone in self._settings.zones},
        )

    def holds(self, measurement: str) -> bool:
        """Whether the store has a point of `measurement`."""
        return bool(self._ask(lambda store: store.query(Query(measurement, limit=1))))

    def close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None

    def _newest(self, now_s: float) -> ZoneFigures | None:
        if now_s - self._looked_s >= _LOOK_S:
            self._looked_s = now_s
            self._figures = newest_figures(self._ask(lambda store: store.latest("indicator"))) or self._figures
        return self._figures

    def _ask(self, question: Callable[[Store], list[Row]]) -> list[Row]:
        """No rows while `denyut run` has not made its store yet, or is in the middle of something."""
        try:
            if self._store is None:
                self._store = open_store(self._settings.store, self._data_dir, read_only=True)
            return question(self._store)
        except StoreError:
            self.close()
            return []
