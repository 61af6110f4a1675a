"""Every way in which devices may write their readings, over a real broker into a real run: the windows are the same."""

import time
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from config.iso_times import parse_time
from config.settings import City, Device, Settings, Source
from simulators.faults.payloads import TroubledEncoder
from simulators.faults.troubled import TroubledFleet
from simulators.fleet import Fleet
from simulators.payloads import Encoder, Messages
from simulators.scenario import Scenario
from simulators.spellings import MIXED, SPELLINGS
from simulators.uploads import Uploads
from simulators.wire import Wire
from storage.sqlite_store import SqliteStore
from storage.store import Query
from tests.flow.test_run import running, status_of, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto

SECOND = 1_000_000_000
SIZE = 2 * SECOND
LASTS = 8 * SECOND
NAMES = (*SPELLINGS, MIXED)
ODD = Source(
    name="odd",
    topics=("odd/+/+/up/+",),
    topic="odd/{zone}/{device}/up/{kind}",
    time_field="meta.time",
    sequence_field="meta.n",
    fields={"air.pm": "pm25", "tinggi": "level_cm"},
    ignore=("battery",),
)
RUN = """\
[city]
id = "odd"
[windows]
sizes = [{ size = "2s" }]
[[sources]]
name = "street"
topics = ["city/#"]
broker = "mqtt://127.0.0.1:PORT"
[[sources]]
name = "odd"
broker = "mqtt://127.0.0.1:PORT"
topics = ["odd/+/+/up/+"]
topic = "odd/{zone}/{device}/up/{kind}"
time_field = "meta.time"
sequence_field = "meta.n"
fields = { "air.pm" = "pm25", "tinggi" = "level_cm" }
ignore = ["battery"]
"""
Windows = dict[tuple[str, str, str, int], tuple[int, float]]
"""(city, device, quantity, end) -> count and mean."""


def settings_of(name: str) -> Settings:
    devices = tuple(
        Device(id=f"{kind}-{number}", kind=kind, zone="kapas", every=SECOND)
        for kind in ("parking", "air", "water")
        for number in range(8)
    )
    return Settings(city=City(id=name), devices=devices, sources=(ODD,) if name == "odd" else (Source(),))


def fleet_of(name: str) -> Fleet:
    return Fleet(settings_of(name), 1)


def messages_of(name: str, start: int) -> Messages:
    settings, fleet = settings_of(name), fleet_of(name)
    encoder = Encoder(fleet, Wire(settings, name if name in NAMES else "flat"))
    troubled = TroubledFleet(fleet, Scenario(), start, 1, Uploads(fleet, encoder.wire))
    return TroubledEncoder(encoder, troubled, lambda _sent, _message: None).messages(start, start + LASTS)


def expected(name: str, start: int, end: int) -> Windows:
    values: dict[tuple[str, str, str, int], list[float]] = defaultdict(list)
    fleet = fleet_of(name)
    for report in fleet.reports(start, end):
        ids = fleet.groups[report.kind].devices.ids
        ends = ((report.time_ns // SIZE + 1) * SIZE).tolist()
        for quantity, column in report.columns.items():
            for device, window, value in zip(report.device.tolist(), ends, column.tolist(), strict=True):
                if value == value:
                    values[name, ids[device], quantity, window].append(value)
    return {place: (len(found), float(np.mean(found))) for place, found in values.items()}


def publish(port: int, messages: Messages) -> None:
    client = Client(CallbackAPIVersion.VERSION2)
    client.connect("127.0.0.1", port)
    client.loop_start()
    for topic, payload in zip(messages.topics, messages.payloads, strict=True):
        sent = client.publish(topic, payload, qos=1)
    sent.wait_for_publish(20)
    client.disconnect()
    client.loop_stop()


def watermark_ns(data_dir: Path) -> int:
    return parse_time(status_of(data_dir)["watermark"], 0)


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Windows, dict[str, int]]:
    """When readings begin, what a run made of all spellings, and what it refused."""
    folder = tmp_path_factory.mktemp("spellings")
    start = (time.time_ns() // SIZE) * SIZE - LASTS
    with mosquitto(folder) as port, running(folder / "data", None, RUN.replace("PORT", str(port))) as process:
        wait_until_subscribed(process)
        sent = 0
        for name in (*NAMES, "odd"):
            messages = messages_of(name, start)
            sent += len(messages)
            publish(port, messages)
        wait_for(lambda: status_of(folder / "data")["received"] == sent, f"the last of {sent} messages")
        # Those without a time are in a window that is still open.
        received_ns = time.time_ns()
        wait_for(lambda: watermark_ns(folder / "data") > received_ns + SIZE, "the end of the last window")
        stop(process)
    found: Windows = {}
    store = SqliteStore(folder / "data")
    for row in store.query(Query("window", (("size", "2s"),))):
        for field, count in row.fields.items():
            quantity, _, last = field.rpartition("_")
            if last == "count":
                mean = row.fields.get(f"{quantity}_mean", float("nan"))
                found[row.tags["city"], row.tags["device"], quantity, row.time_ns] = int(count), mean
    store.close()
    return start, found, status_of(folder / "data")["rejected"]


def of_city(found: Windows, name: str) -> Windows:
    return {place: values for place, values in found.items() if place[0] == name}


def counted(windows: Windows) -> Counter[tuple[str, str]]:
    """Readings of each device and quantity."""
    counts: Counter[tuple[str, str]] = Counter()
    for (_, device, quantity, _), (count, _) in windows.items():
        counts[device, quantity] += count
    return counts


def assert_same(found: Windows, wanted: Windows) -> None:
    assert {place: count for place, (count, _) in found.items()} == {
        place: count for place, (count, _) in wanted.items()
    }
    for place, (_, mean) in wanted.items():
        assert found[place][1] == pytest.approx(mean, rel=1e-9), place


@pytest.mark.parametrize("name", [name for name in NAMES if name not in ("untimed", "nested", "list", MIXED)])
def test_a_spelling_gives_the_windows_of_the_readings(name: str, stored: tuple[int, Windows, dict[str, int]]) -> None:
    start, found, _ = stored
    assert_same(of_city(found, name), expected(name, start, start + LASTS))


def test_an_object_within_the_object_gives_its_quantities_their_names(
    stored: tuple[int, Windows, dict[str, int]],
) -> None:
    start, found, _ = stored
    nested = of_city(found, "nested")
    assert {quantity.partition(".")[0] for _, _, quantity, _ in nested} == {"data"}
    flat = {
        (city, device, quantity.partition(".")[2], end): each for (city, device, quantity, end), each in nested.items()
    }
    assert_same(of_city(flat, "nested"), expected("nested", start, start + LASTS))


@pytest.mark.parametrize("name", ["list", MIXED])
def test_what_is_gathered_into_lists_is_all_there_as_far_as_it_has_left(
    name: str, stored: tuple[int, Windows, dict[str, int]]
) -> None:
    start, found, _ = stored
    # Lists of three seconds: the first begins before the first reading, and the last has not left.
    whole = range(start + SIZE, start + LASTS - SIZE, SIZE)
    wanted = {place: values for place, values in expected(name, start, start + LASTS).items() if place[3] in whole}
    assert_same({place: values for place, values in of_city(found, name).items() if place[3] in whole}, wanted)


def test_readings_without_a_time_are_as_old_as_their_receipt(stored: tuple[int, Windows, dict[str, int]]) -> None:
    start, found, _ = stored
    windows, wanted = of_city(found, "untimed"), expected("untimed", start, start + LASTS)
    assert all(end > start + LASTS for _, _, _, end in windows)
    assert counted(windows) == counted(wanted)


def test_a_source_with_words_of_its_own_is_spoken_to_in_them(stored: tuple[int, Windows, dict[str, int]]) -> None:
    start, found, _ = stored
    wanted = {place: values for place, values in expected("odd", start, start + LASTS).items() if place[2] != "battery"}
    assert {place[2] for place in wanted} >= {"pm25", "level_cm"}
    assert_same(of_city(found, "odd"), wanted)


def test_nothing_is_refused(stored: tuple[int, Windows, dict[str, int]]) -> None:
    assert stored[2] == {}
