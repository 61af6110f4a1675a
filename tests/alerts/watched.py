"""A city's desk, fed with the figures of car parks by the clock on the wall of Bojonegoro (UTC+7)."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from alerts.acts import Act, encode
from alerts.consequences import Consequences
from alerts.desk import Alerts, Outcome
from config.alert_rules import Rule
from config.channels import Channel
from config.duty import Contact, Notification, Office, Officer, Shift
from config.settings import Settings
from ingest.devices import DeviceTable
from processors.indicators.indicator_batch import IndicatorBatch
from processors.processor import Output

WIB = ZoneInfo("Asia/Jakarta")
SECOND = 10**9
MINUTE = 60 * SECOND
MONDAY = "2026-11-23"
"""A working day."""


def at(clock: str, day: str = MONDAY) -> int:
    """Ns UTC of "07:30" or "07:30:15"."""
    moment = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=WIB)
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 1000


def clock_of(time_ns: int) -> str:
    moment = datetime.fromtimestamp(time_ns / 1e9, WIB)
    return f"{moment:%H:%M:%S}".removesuffix(":00")


def officer(name: str, **other: Any) -> Officer:
    """With one way to be told, by the channel "wall"."""
    return Officer(**{"id": name, "office": "dishub", "contacts": (Contact(channel="wall", to=name),), **other})


def city(**other: Any) -> Settings:
    """Ayu is on shift, Budi is of the same office, Citra is its head; nothing is gathered in groups."""
    usual: dict[str, Any] = {
        "rules": (Rule(id="full", indicator="parking_occupancy", size="1m", enter=0.9, severity="critical"),),
        "offices": (Office(id="dishub", kinds=("parking",), head="citra"),),
        "officers": (officer("ayu"), officer("budi"), officer("citra")),
        "shifts": (Shift(id="day", office="dishub", officers=("ayu",)),),
        "channels": (Channel(id="wall", kind="mqtt"),),
        "notification": Notification(group_interval=0),
    }
    return Settings(**{**usual, **other})


def figures(end_ns: int, occupancy: Mapping[str, float]) -> Output:
    """Of zones, in the minute that ends there."""
    size = len(occupancy)
    batch = IndicatorBatch(
        size_ns=MINUTE,
        end_ns=end_ns,
        city=["bjn"] * size,
        zone=list(occupancy),
        indicator=["parking_occupancy"] * size,
        value=np.array(list(occupancy.values())),
        coverage=np.ones(size),
        quality=np.ones(size),
        revision=np.zeros(size, np.int32),
    )
    return Output([], [batch])


class Watched:
    def __init__(self, settings: Settings, day: str = MONDAY) -> None:
        self.settings = settings
        self.day = day
        self.desk = Alerts(settings, DeviceTable(settings.devices))
        self.notices: list[Any] = []
        self.entries: list[Any] = []

    def park(self, clock: str, learned: str = "", **occupancy: float) -> None:
        """The occupancy of zones in the minute that ends then; it is known at once, or when it was `learned`."""
        output = figures(at(clock, self.day), occupancy)
        self.take(self.desk.observe(output, at(learned or clock, self.day)))

    def wait_until(self, clock: str) -> None:
        """The clock goes on as in a run, which looks at it when something is due."""
        until_ns = at(clock, self.day)
        while (due_ns := self.desk.next_due_ns) is not None and due_ns <= until_ns:
            self.take(self.desk.advance(due_ns))

    def set_clock(self, clock: str) -> None:
        """And a look at it."""
        self.take(self.desk.advance(at(clock, self.day)))

    def do(self, clock: str, act: Act) -> Outcome | None:
        decided = self.desk.act(encode(act), at(clock, self.day))
        self.take(decided.consequences)
        return decided.outcome

    def restart(self) -> None:
        saved = self.desk.dump()
        self.desk = Alerts(self.settings, DeviceTable(self.settings.devices))
        assert self.desk.load(saved) == []
        assert self.desk.dump() == saved

    @property
    def told(self) -> list[str]:
        """When, why, to whom, of which alerts: "07:30 firing ayu 1"."""
        return [
            " ".join(
                (clock_of(notice.at_ns), notice.reason, notice.officer or notice.channel, *map(str, notice.alerts))
            )
            for notice in self.notices
        ]

    def log(self, *what: str) -> list[str]:
        """Of the audit log, the entries of these kinds."""
        return [
            " ".join(part for part in (clock_of(entry.at_ns), entry.what, entry.why) if part)
            for entry in self.entries
            if entry.what in what
        ]

    def alert(self, number: int = 1) -> dict[str, Any]:
        found = self.desk.book.numbered(number)
        assert found is not None
        return found.describe()

    def take(self, consequences: Consequences) -> None:
        self.notices += consequences.notices
        self.entries += consequences.entries
