"""A small city with offices, officers and an actuator, its alerts, and the record of them, served over HTTP."""

import asyncio
import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from alerts.acts import Act, encode
from alerts.consequences import Consequences
from alerts.desk import Alerts
from alerts.record.reading import RecordReader
from alerts.record.record import AlertRecord
from config.load import load_settings
from dashboard.http.access import Guard
from dashboard.http.alert_apis import AlertSources
from dashboard.http.app import Sources
from dashboard.http.changes import changes_of
from dashboard.http.event_stream import EventStream
from ingest.devices import DeviceTable
from processors.indicators.indicator_batch import IndicatorBatch
from processors.processor import Output
from tests.dashboard.http.serving import Answer, serving, sources

MINUTE = 60 * 10**9
NOON = 29_396_460 * MINUTE
"""2025-11-22 12:00 in Jakarta, 05:00 UTC, a Saturday."""
OPERATOR, MONITOR = "token-of-operators", "token-of-monitors"
NO_HEADERS: Mapping[str, str] = {}
TOKENS = {"ayu": "token-of-ayu", "budi": "token-of-budi", "citra": "token-of-citra"}
CITY = """
[city]
id = "bjn"
language = "id"
[[zones]]
id = "kota"
[[zones]]
id = "dander"
[[offices]]
id = "dishub"
name = "Dinas Perhubungan"
kinds = ["parking"]
head = "citra"
[[offices]]
id = "dlh"
kinds = ["air"]
[[channels]]
id = "wall"
kind = "mqtt"
[[officers]]
id = "ayu"
name = "Ayu"
office = "dishub"
contacts = [{ channel = "wall", to = "secret-address" }]
token = "token-of-ayu"
[[officers]]
id = "budi"
office = "dlh"
token = "token-of-budi"
[[officers]]
id = "citra"
office = "dishub"
may_operate = true
token = "token-of-citra"
[[shifts]]
id = "day"
office = "dishub"
officers = ["ayu"]
hours = { begin = "07:00", end = "15:00" }
[[shifts]]
id = "night"
office = "dishub"
officers = ["citra"]
hours = { begin = "15:00", end = "07:00" }
[[rules]]
id = "full"
indicator = "parking_occupancy"
size = "1m"
enter = 0.95
for = "0s"
title = { id = "Parkir penuh", en = "Car park full" }
[[rules]]
id = "dirty"
indicator = "air_ispu"
size = "1m"
enter = 100
severity = "critical"
[[maintenance]]
id = "sweeping"
zones = ["dander"]
hours = { begin = "11:00", end = "13:00" }
[[inhibitions]]
id = "smoke"
source = ["dirty"]
target = ["full"]
[[actuators]]
id = "sign"
zone = "kota"
topic = "city/bjn/sign/set"
apart = "0s"
offices = ["dishub"]
[actuators.commands.full]
[actuators.commands.off]
proof = { indicator = "parking_occupancy", when = "<", value = 0.9 }
"""


class City:
    """Its clock stands until it is set."""

    def __init__(self, folder: Path, text: str = CITY) -> None:
        (folder / "city.toml").write_text(text)
        self.settings = load_settings(folder / "city.toml")
        self.desk = Alerts(self.settings, DeviceTable())
        self.record = AlertRecord(folder / "alerts.db")
        self.record.start()
        self.reader = RecordReader(folder / "alerts.db")
        self.events = EventStream()
        self.now_ns = NOON
        self._offset = 0

    def figure(self, indicator: str, zone: str, value: float) -> None:
        self.figures(indicator, [zone], value)

    def figures(self, indicator: str, zones: list[str], value: float) -> None:
        """Of the minute that ends now, the same in each of the zones."""
        rows = len(zones)
        batch = IndicatorBatch(
            *(MINUTE, self.now_ns, ["bjn"] * rows, zones, [indicator] * rows),
            *(np.full(rows, value), np.ones(rows), np.ones(rows), np.zeros(rows, np.int32)),
        )
        self.follow(self.desk.observe(Output([], [batch]), self.now_ns))
        self.now_ns += MINUTE

    def fire(self, zone: str = "kota") -> None:
        self.figure("parking_occupancy", zone, 0.97)

    def end(self, zone: str = "kota") -> None:
        self.figure("parking_occupancy", zone, 0.5)

    async def act(self, act: Act) -> Any:
        decided = self.desk.act(encode(act), self.now_ns)
        self.follow(decided.consequences)
        return decided.outcome

    def follow(self, consequences: Consequences) -> None:
        self.record.append(self._offset, consequences)
        self.events.tell(self._offset, changes_of(consequences, self.desk.book))
        self._offset += 1

    def recorded(self) -> None:
        """Until what has happened is on disk."""
        while not self.record.settled(self._offset):
            pass

    def sources(self, act: Callable[[Act], Any] | None = None) -> Sources:
        known = AlertSources(self.settings, self.desk, self.reader, act or self.act, self.events, lambda: self.now_ns)
        return replace(sources(), apis=known.apis())

    def guard(self) -> Guard:
        officers = [(TOKENS[officer.id], officer) for officer in self.settings.officers]
        return Guard(MONITOR, local=True, operator_token=OPERATOR, officers=officers)

    def ask(self, path: str, body: Any = None, *, token: str = OPERATOR, **headers: str) -> Answer:
        """GET, or with a body POST, at a server of its own."""

        async def scene() -> Answer:
            async with serving(self.sources(), guard=self.guard()) as port:
                return await asyncio.to_thread(sent, port, path, body, token, headers)

        self.recorded()
        return asyncio.run(scene())


@contextmanager
def city(folder: Path, text: str = CITY) -> Iterator[City]:
    made = City(folder, text)
    try:
        yield made
    finally:
        made.reader.close()
        made.record.stop(5.0)


def sent(
    port: int,
    path: str,
    body: Any = None,
    token: str = OPERATOR,
    headers: Mapping[str, str] = NO_HEADERS,
    timeout_s: float = 10,
) -> Answer:
    """A body that is no bytes is sent as JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
    known = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    try:
        connection.request("GET" if body is None else "POST", path, content, {**known, **headers})
        response = connection.getresponse()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
    finally:
        connection.close()
