import json
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
import urllib3
from pydantic import SecretStr

from config.settings import StoreSettings
from storage.influx import InfluxStore
from storage.store import Query, Store, StoreRefused, StoreUnavailable
from tests.servers.free_ports import free_port
from tests.servers.influxdb import BUCKET, ORG, TOKEN, flush, influxdb2, victoria_metrics
from tests.storage.store_conformance import SECOND, T0, StoreConformance, points

_buckets = count()


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with influxdb2() as url:
        yield url


class TestInfluxStore(StoreConformance):
    @pytest.fixture
    def store(self, server: str) -> Iterator[Store]:
        settings = StoreSettings(kind="influxdb2", url=server, org=ORG, database=BUCKET, token=SecretStr(TOKEN))
        bucket = f"{BUCKET}-{next(_buckets)}"
        admin = InfluxStore(settings)
        admin._client.buckets_api().create_bucket(bucket_name=bucket, org=ORG)
        admin.close()
        opened = InfluxStore(settings.model_copy(update={"database": bucket}))
        yield opened
        opened.close()


def test_a_wrong_token_is_unauthorized_and_never_shown(server: str) -> None:
    store = InfluxStore(StoreSettings(kind="influxdb2", url=server, org=ORG, token=SecretStr("guessed-token")))
    with pytest.raises(StoreRefused) as refusal:
        store.write([points([("a", T0, {"x": 1.0})])])
    assert refusal.value.reason == "unauthorized"
    assert "guessed-token" not in f"{refusal.value} {refusal.value!r}"
    store.close()


def test_the_2x_write_call_delivers_every_float_and_tag(tmp_path: Path) -> None:
    with victoria_metrics(tmp_path) as url:
        store = InfluxStore(StoreSettings(kind="influxdb2", url=url, token=SecretStr("any")))
        rows = [("Jalan A, no=1", T0 + at * SECOND, {"x": value}) for at, value in enumerate([0.1, -3.0, 1e-5])]
        assert store.write([points(rows), points([("water ☔", T0, {"x": 7.25})])]) == 4
        store.close()
        assert sorted(exported(url, "window_x"), key=str) == [
            ("Jalan A, no=1", [0.1, -3.0, 1e-5], [T0 // 10**6, T0 // 10**6 + 1000, T0 // 10**6 + 2000]),
            ("water ☔", [7.25], [T0 // 10**6]),
        ]


def exported(url: str, metric: str) -> list[tuple[str, list[float], list[int]]]:
    """Device, values and times in ms of each series that VictoriaMetrics holds."""
    flush(url)
    for _ in range(100):
        answer = urllib3.request("GET", f"{url}/api/v1/export", fields={"match[]": metric})
        series = [json.loads(line) for line in answer.data.splitlines()]
        if len(series) == 2:
            break
        time.sleep(0.1)
    return [(one["metric"]["device"], one["values"], one["timestamps"]) for one in series]


def test_a_server_that_is_down_is_unavailable() -> None:
    store = InfluxStore(StoreSettings(kind="influxdb2", url=f"http://127.0.0.1:{free_port()}", token=SecretStr("t")))
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        store.write([points([("a", T0, {"x": 1.0})])])
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        store.query(Query("window"))
    store.close()
