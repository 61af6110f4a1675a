"""Real servers that fail in every way they know: afterwards each has every point, or its refusal was handed over."""

import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import formatdate
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pytest
import urllib3
from pydantic import SecretStr

from config.settings import StoreSettings
from storage.influx import InfluxStore
from storage.influx1 import Influx1Store
from storage.line_protocol import encode_point
from storage.outbox.backoff import Backoff
from storage.outbox.outbox import Outbox
from storage.outbox.sink import Sink, stop_all
from storage.points import PointBatch, SeriesTable
from storage.sqlite_store import SqliteStore
from storage.store import Query
from tests.servers.faulty_proxy import Answer, CutAnswer, CutRequest, FaultyProxy, Forward, faulty_proxy
from tests.servers.free_ports import free_port
from tests.servers.influxdb import flush, influxdb1, victoria_metrics

ROOT = Path(__file__).parents[2]
SECOND = 1_000_000_000
T0 = 1_763_778_600 * SECOND
LONG_S = 30.0
_databases = count()


def batch(table: SeriesTable, first: int, points: int, device: str = "a") -> PointBatch:
    """At seconds `first`, `first` + 1, ... after T0; each value is its second."""
    seconds = np.arange(first, first + points)
    series = np.full(points, table.index("window", {"device": device}), np.int32)
    return PointBatch(table, series, T0 + seconds * SECOND, {"v": seconds.astype(np.float64)})


class Stage:
    """An outbox and one sink, whose store is an InfluxDB 1.x unless another is given."""

    def __init__(self, data_dir: Path) -> None:
        self.outbox = Outbox(data_dir, 1 << 30)
        self.outbox.start()
        self.table = SeriesTable()
        self.refused: list[tuple[bytes, str]] = []
        self.sink: Sink | None = None
        self._offsets = count()
        self._points = 0

    def open(self, store: Influx1Store | InfluxStore, longest_wait_s: float = 0.3) -> Sink:
        self.sink = Sink(
            "store", store, self.outbox, backoff=Backoff(0.02, longest_wait_s),
            on_refused=self.refused.extend,
        )  # fmt: skip
        self.sink.start()
        return self.sink

    def put(self, points: int, device: str = "a") -> None:
        self.outbox.append(next(self._offsets), [batch(self.table, self._points, points, device)])
        self._points += points

    def close(self) -> None:
        if self.sink is not None:
            self.sink.stop(0.1)
        self.outbox.stop(10)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture(scope="module")
def influx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with influxdb1(tmp_path_factory.mktemp("influxdb")) as url:
        yield url


@pytest.fixture(scope="module")
def victoria(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with victoria_metrics(tmp_path_factory.mktemp("victoria")) as url:
        yield url


@contextmanager
def faulty(url: str, *plans: object) -> Iterator[FaultyProxy]:
    with faulty_proxy(url, *plans) as proxy:  # type: ignore[arg-type]
        yield proxy


def settings(url: str, database: str | None = None) -> StoreSettings:
    return StoreSettings(kind="influxdb1", url=url, database=database or f"faults {next(_databases)}")


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LONG_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.01)


def stored(url: str, database: str, device: str = "a") -> list[float]:
    """The values that the server holds of a device, in the order of their time."""
    store = Influx1Store(settings(url, database))
    rows = store.query(Query("window", (("device", device),), ("v",)))
    store.close()
    assert [(row.time_ns - T0) // SECOND for row in rows] == [row.fields["v"] for row in rows]
    return [row.fields["v"] for row in rows]


def test_a_server_that_stops_for_a_while_gets_every_point_when_it_is_back(stage: Stage, tmp_path: Path) -> None:
    directory, port = tmp_path / "influxdb", free_port()
    directory.mkdir()
    with influxdb1(directory, port=port) as url:
        where = settings(url)
        sink = stage.open(Influx1Store(where))
        stage.put(100)
        wait_until(lambda: sink.points_written == 100)
    for _ in range(50):
        stage.put(100)
    wait_until(lambda: "cannot be reached" in sink.last_error)
    time.sleep(1.0)
    assert (sink.points_written, sink.points_pending) == (100, 5000)
    with influxdb1(directory, port=port):
        wait_until(lambda: sink.points_pending == 0)
        assert stored(url, where.database) == list(range(5100))
    assert (sink.points_written, sink.points_refused, sink.last_error) == (5100, 0, "")


def test_a_server_that_answers_slowly_delays_only_its_own_points(stage: Stage, influx: str) -> None:
    with faulty(influx) as proxy:
        proxy.otherwise = Forward(answer_after_s=0.5)
        where = settings(proxy.url)
        sink = stage.open(Influx1Store(where))
        began = time.monotonic()
        for _ in range(100):
            stage.put(100)
        assert time.monotonic() - began < 0.5, "nobody who appends waits for a server"
        wait_until(lambda: sink.points_pending == 0)
        assert stored(influx, where.database) == list(range(10_000))
        assert (sink.points_written, sink.last_error) == (10_000, "")


def test_what_a_server_took_too_long_to_answer_is_sent_again(stage: Stage, influx: str) -> None:
    with faulty(influx, Forward(answer_after_s=2.0), Forward(answer_after_s=2.0)) as proxy:
        where = settings(proxy.url)
        sink = stage.open(Influx1Store(where, timeout_s=0.5))
        stage.put(2000)
        wait_until(lambda: "timed out" in sink.last_error)
        wait_until(lambda: sink.points_pending == 0)
        assert stored(influx, where.database) == list(range(2000))
        assert len(proxy.connected_at) >= 3


@pytest.mark.parametrize(
    "plan", [CutRequest(0), CutRequest(200), CutRequest(3000), CutAnswer(0), CutAnswer(40)], ids=str
)
def test_a_connection_closed_half_way_through_loses_and_doubles_nothing(
    stage: Stage, influx: str, plan: CutRequest | CutAnswer
) -> None:
    where = settings(influx)
    with faulty(influx, plan, plan, plan) as proxy:
        sink = stage.open(Influx1Store(where.model_copy(update={"url": proxy.url})))
        stage.put(3000)
        stage.put(3000)
        wait_until(lambda: sink.points_pending == 0)
        assert not proxy.plans
        assert stored(influx, where.database) == list(range(6000))
        assert (sink.points_written, sink.points_refused) == (6000, 0)


def test_one_line_of_ten_thousand_that_the_server_refuses_costs_no_other(stage: Stage, influx: str) -> None:
    where = settings(influx)
    store = Influx1Store(where)
    store._send(encode_point("wind", {"device": "b"}, {"v": "text"}, T0))
    odd = PointBatch(stage.table, *conflicting(stage.table))
    stage.outbox.append(0, [batch(stage.table, 0, 4321), odd, batch(stage.table, 4321, 5678)])
    sink = stage.open(store)
    wait_until(lambda: sink.points_pending == 0)
    assert stored(influx, where.database) == list(range(9999))
    assert (sink.points_written, sink.points_refused, sink.last_error) == (9999, 1, "")
    ((line, message),) = stage.refused
    assert line == b"wind,device=b v=1.0 %d" % T0
    assert "field type conflict" in message


def conflicting(table: SeriesTable) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """A number where the server knows a text."""
    series = np.array([table.index("wind", {"device": "b"})], np.int32)
    return series, np.array([T0]), {"v": np.array([1.0])}


def test_a_wrong_password_keeps_every_point_until_it_is_right(stage: Stage, tmp_path: Path) -> None:
    with influxdb1(tmp_path, "auth-enabled = true") as url:
        ask(url, "CREATE USER city WITH PASSWORD 'other' WITH ALL PRIVILEGES")
        right = settings(url).model_copy(update={"username": "city", "password": SecretStr("right")})
        sink = stage.open(Influx1Store(right))
        stage.put(5000)
        wait_until(lambda: "answered 401" in sink.last_error)
        assert "check the user, password or token" in sink.last_error
        assert "right to write" in sink.last_error
        assert (sink.points_written, sink.points_pending, stage.refused) == (0, 5000, [])
        ask(url, "SET PASSWORD FOR city = 'right'", "city:other")
        wait_until(lambda: sink.points_pending == 0)
        store = Influx1Store(right)
        assert len(store.query(Query("window"))) == 5000
        store.close()


def ask(url: str, statement: str, user: str | None = None) -> None:
    headers = urllib3.make_headers(basic_auth=user) if user else {}
    answer = urllib3.request("POST", f"{url}/query?{urlencode({'q': statement})}", headers=headers)
    assert (answer.status, b"error" in answer.data) == (200, False), answer.data


def test_a_database_that_was_dropped_is_made_again(stage: Stage, influx: str) -> None:
    where = settings(influx, "dropped")
    sink = stage.open(Influx1Store(where))
    stage.put(100)
    wait_until(lambda: sink.points_pending == 0)
    ask(influx, 'DROP DATABASE "dropped"')
    stage.put(100)
    wait_until(lambda: sink.points_pending == 0)
    assert stored(influx, "dropped") == list(range(100, 200))


def test_a_server_that_takes_only_small_bodies_gets_small_ones(stage: Stage, tmp_path: Path) -> None:
    with influxdb1(tmp_path, "max-body-size = 3000") as url:
        where = settings(url)
        sink = stage.open(Influx1Store(where))
        stage.put(2500)
        wait_until(lambda: sink.points_pending == 0)
        assert stored(url, where.database) == list(range(2500))
        assert (sink.points_written, sink.points_refused) == (2500, 0)


@pytest.mark.parametrize("length", [10_000, 70_000], ids=["longer than a body", "longer than a key"])
def test_a_series_with_an_endless_name_is_refused_alone(stage: Stage, tmp_path: Path, length: int) -> None:
    # Random, since bodies travel compressed.
    name = secrets.token_hex(length // 2)
    http = "max-body-size = 3000" if length == 10_000 else ""
    with influxdb1(tmp_path, http) as url:
        where = settings(url)
        sink = stage.open(Influx1Store(where))
        stage.put(300)
        stage.outbox.append(1000, [batch(stage.table, 0, 1, name)])
        stage.outbox.append(1001, [batch(stage.table, 300, 300)])
        wait_until(lambda: sink.points_pending == 0)
        assert stored(url, where.database) == list(range(600))
        assert (sink.points_written, sink.points_refused) == (600, 1)
        assert [len(line) > length for line, _ in stage.refused] == [True]


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
@pytest.mark.parametrize("says", ["seconds", "a date"])
def test_a_server_that_asks_to_be_left_alone_is_and_then_gets_everything(
    stage: Stage, influx: str, status: str, says: str
) -> None:
    moment = "2" if says == "seconds" else formatdate(time.time() + 3, usegmt=True)
    where = settings(influx)
    with faulty(influx, Answer(status, [f"Retry-After: {moment}"])) as proxy:
        sink = stage.open(Influx1Store(where.model_copy(update={"url": proxy.url})), longest_wait_s=0.05)
        stage.put(3000)
        wait_until(lambda: sink.points_pending == 0)
        assert proxy.connected_at[1] - proxy.connected_at[0] >= 1.5
        assert stored(influx, where.database) == list(range(3000))


@pytest.mark.parametrize("status", ["500 Internal Server Error", "502 Bad Gateway", "408 Request Timeout"])
def test_an_error_of_the_server_itself_costs_no_point(stage: Stage, influx: str, status: str) -> None:
    where = settings(influx)
    with faulty(influx, *[Answer(status)] * 3) as proxy:
        sink = stage.open(Influx1Store(where.model_copy(update={"url": proxy.url})))
        stage.put(3000)
        wait_until(lambda: sink.points_pending == 0)
        assert stored(influx, where.database) == list(range(3000))
        assert stage.refused == []


@pytest.mark.parametrize(
    "plan",
    [
        Answer("404 Not Found"), Answer("401 Unauthorized"), Answer("429 Too Many Requests", ["Retry-After: 1"]),
        Answer("503 Service Unavailable"), CutRequest(300), CutAnswer(0),
    ],
    ids=str,
)  # fmt: skip
def test_the_2x_write_call_keeps_every_point_too(
    stage: Stage, victoria: str, plan: Answer | CutRequest | CutAnswer
) -> None:
    device = f"device {next(_databases)}"
    with faulty(victoria, plan, plan) as proxy:
        sink = stage.open(InfluxStore(StoreSettings(kind="influxdb2", url=proxy.url, token=SecretStr("any-token"))))
        stage.put(2000, device)
        wait_until(lambda: sink.points_pending == 0)
        if plan == Answer("429 Too Many Requests", ["Retry-After: 1"]):
            assert proxy.connected_at[1] - proxy.connected_at[0] >= 1.0
        assert (sink.points_written, sink.points_refused, stage.refused) == (2000, 0, [])
        wait_until(lambda: counted(victoria, device) == 2000)


def counted(url: str, device: str) -> int:
    """Samples in the 3000 s after T0."""
    flush(url)
    selected = f'count_over_time(window_v{{device="{device}"}}[3001s])'
    query = {"query": selected, "time": str(T0 // SECOND + 3000), "nocache": "1"}
    answer = urllib3.request("GET", f"{url}/api/v1/query", fields=query).json()["data"]["result"]
    return int(answer[0]["value"][1]) if answer else 0


def test_a_dead_server_delays_no_other_store(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path, 1 << 30, sinks=("store", "mirror"))
    outbox.start()
    dead = Influx1Store(settings(f"http://127.0.0.1:{free_port()}"))
    sinks = [Sink("store", SqliteStore(tmp_path), outbox), Sink("mirror", dead, outbox)]
    for sink in sinks:
        sink.start()
    table = SeriesTable()
    for offset in range(20):
        outbox.append(offset, [batch(table, 100 * offset, 100)])
    wait_until(lambda: sinks[0].points_pending == 0)
    wait_until(lambda: bool(sinks[1].last_error))
    assert (sinks[0].points_written, sinks[1].points_written, sinks[1].points_pending) == (2000, 0, 2000)
    assert not stop_all(sinks, 0.2)
    outbox.stop(10)


RUN_UNTIL_KILLED = """
import sys
from pathlib import Path
from storage.influx1 import Influx1Store
from storage.outbox.backoff import Backoff
from storage.outbox.outbox import Outbox
from storage.outbox.sink import Sink
from storage.points import SeriesTable
from tests.servers.test_outbox_faults import batch, settings

outbox = Outbox(Path(sys.argv[1]), 1 << 30)
outbox.start()
sink = Sink("store", Influx1Store(settings(sys.argv[2], "killed")), outbox, backoff=Backoff(0.02, 0.3))
sink.start()
table = SeriesTable()
print("running", flush=True)
for offset in range(200):
    outbox.append(offset, [batch(table, 50 * offset, 50)])
    while not outbox.settled(offset):
        pass
assert sink.stop(60) and outbox.stop(60)
print("all done", sink.points_written, sink.points_refused, sink.points_dropped, sink.points_pending, flush=True)
"""


def test_after_kills_at_any_moment_the_server_has_every_point(tmp_path: Path, influx: str) -> None:
    command = [sys.executable, "-c", RUN_UNTIL_KILLED, str(tmp_path), influx]
    for attempt in range(4):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        time.sleep(0.06 * attempt)
        process.kill()
        process.communicate()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=100, check=True).stdout
    assert done == "running\nall done 10000 0 0 0\n"
    assert stored(influx, "killed") == list(range(10_000))
