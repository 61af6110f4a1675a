"""A street in one process: messages in, windows close, notices out; the desk is restarted after every entry."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from alerts.acts import Act, encode
from alerts.consequences import Consequences, Notice
from alerts.desk import Alerts
from config.default_kinds import effective_kinds
from config.durations import SECOND_NS, parse_duration
from config.settings import Settings
from ingest.decoding import SourceDecoder
from ingest.devices import DeviceTable
from ingest.messages import MessageBatch
from processors.processor import Output, Processor

MINUTE = 60 * SECOND_NS
HOUR = 60 * MINUTE
PEOPLE: dict[str, Any] = {
    "city": {"id": "bjn"},
    "windows": {"sizes": [{"size": "1m"}], "delay": "2s", "lateness": "1m"},
    "offices": [{"id": "dpu", "kinds": ["lamp", "bin", "gateway", "pump"], "head": "budi"}],
    "officers": [
        {"id": "ayu", "office": "dpu", "contacts": [{"channel": "wall", "to": "ayu"}]},
        {"id": "budi", "office": "dpu", "contacts": [{"channel": "wall", "to": "budi"}]},
    ],
    "shifts": [{"id": "day", "office": "dpu", "officers": ["ayu"]}],
    "ladders": [{"id": "plain", "steps": [{"to": ["shift"]}]}],
    "channels": [{"id": "wall", "kind": "mqtt"}],
    "notification": {"ladders": {"warning": "plain", "critical": "plain"}, "group_interval": "0s"},
}
"""Ayu is on duty, always, and what nobody answers climbs to nobody."""


@dataclass(frozen=True, slots=True)
class Said:
    """A notice, as a test names it."""

    clock: str
    """Of the city, "22:00:02"."""
    reason: str
    devices: tuple[str, ...]
    """Of its cards; of a zone its own name."""


class Street:
    def __init__(self, begin: str, *, restarts: bool = True, **settings: Any) -> None:
        """`begin`: by the city's clock, a full minute. `settings` take the place of `PEOPLE`."""
        self.settings = Settings.model_validate(PEOPLE | settings, context={"folder": "."})
        self.zone = ZoneInfo(self.settings.city.timezone)
        self.now_ns = self.at(begin)
        self.devices = DeviceTable(self.settings.devices)
        kinds = effective_kinds(self.settings)
        self._decoder = SourceDecoder(self.settings.sources[0], "bjn", self.devices, kinds)
        self._processor = Processor(self.settings.windows, kinds, self.devices, timezone=self.zone)
        self._processor.expect("bjn", self.settings.devices)
        self.desk = Alerts(self.settings, self.devices)
        self._twin = Alerts(self.settings, self.devices) if restarts else None
        self.notices: list[Notice] = []
        self.entries: list[tuple[str, int, str]] = []
        """(what, alert, why) of the audit log."""
        self._heard = 0

    def at(self, clock: str) -> int:
        """Its offset may be given too: "2026-10-25T02:30:00+01:00"."""
        moment = datetime.fromisoformat(clock)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
        return round(moment.timestamp()) * SECOND_NS

    def minute(self, values: Mapping[str, float] | None = None, size: str = "1m", **more: float) -> list[Said]:
        """A window with a reading of each device in its middle, "lamp/l1": 4.0, and all that is due by its end."""
        length_ns = parse_duration(size)
        sent = {**(values or {}), **{f"lamp/{name}": value for name, value in more.items()}}
        self.send(sent, self.now_ns + length_ns // 2)
        return self.until(self.now_ns + length_ns)

    def until(self, time_ns: int) -> list[Said]:
        """The clock goes on until two seconds later; windows close and alerts climb when they are due."""
        while (due_ns := self.desk.next_due_ns) is not None and due_ns < time_ns + 2 * SECOND_NS:
            self.tick(max(due_ns, self.now_ns))
        self.now_ns = time_ns
        self.tick(time_ns + 2 * SECOND_NS)
        return self.heard()

    def tick(self, received_ns: int) -> None:
        output = self._processor.advance(received_ns)
        self._both(lambda desk: desk.advance(received_ns) if _is_empty(output) else desk.observe(output, received_ns))

    def act(self, act: Act, clock_ns: int = 0) -> list[Said]:
        content, at_ns = encode(act), clock_ns or self.now_ns + 2 * SECOND_NS
        self._both(lambda desk: desk.act(content, at_ns).consequences)
        return self.heard()

    def heard(self) -> list[Said]:
        """The notices since it was asked last."""
        new, self._heard = self.notices[self._heard :], len(self.notices)
        return [self._said(notice) for notice in new]

    def audited(self, what: str) -> list[tuple[int, str]]:
        """(alert, why)."""
        return [(alert, why) for name, alert, why in self.entries if name == what]

    def reconfigured(self, **settings: Any) -> None:
        """Started again with other settings, from what it remembers."""
        saved = self.desk.dump()
        self.settings = Settings.model_validate(PEOPLE | settings, context={"folder": "."})
        self.desk = Alerts(self.settings, self.devices)
        self.desk.load(saved)
        self._twin = None

    def send(self, values: Mapping[str, float], time_ns: int) -> None:
        if values:
            topics = [f"city/bjn/{name}".encode() for name in values]
            payloads = [json.dumps({"ts": time_ns // SECOND_NS, "v": value}).encode() for value in values.values()]
            batch = MessageBatch(topics, payloads, np.zeros(len(topics), np.bool_), time_ns)
            for readings in self._decoder.decode(batch).readings:
                self._processor.process(readings)

    def _both(self, does: Any) -> None:
        """The desk that goes on, and one that remembers what was saved after the entry before."""
        consequences: Consequences = does(self.desk)
        if self._twin is not None:
            assert repr(does(self._twin)) == repr(consequences)
            saved = self._twin.dump()
            assert saved == self.desk.dump()
            self._twin = Alerts(self.settings, self.devices)
            self._twin.load(saved)
        self.notices += consequences.notices
        self.entries += [(each.what, each.alert, each.why) for each in consequences.entries]

    def _said(self, notice: Notice) -> Said:
        clock = datetime.fromtimestamp(notice.at_ns // SECOND_NS, UTC).astimezone(self.zone).strftime("%H:%M:%S")
        return Said(clock, notice.reason.value, tuple(card.device or card.zone for card in notice.cards))


def _is_empty(output: Output) -> bool:
    return not output.windows and not output.indicators
