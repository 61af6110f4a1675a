from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import pytest
import urllib3
from pydantic import SecretStr

from config.settings import StoreSettings
from storage.influx1 import Influx1Store
from storage.line_protocol import encode_point
from storage.store import Query, Store, StoreRefused, StoreUnavailable
from tests.servers.free_ports import free_port
from tests.servers.influxdb import influxdb1
from tests.storage.store_conformance import T0, StoreConformance, points

_databases = count()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with influxdb1(tmp_path_factory.mktemp("influxdb")) as url:
        yield url


@pytest.fixture
def store(server: str) -> Iterator[Store]:
    """A store on a database of its own, with a name that must be quoted."""
    opened = Influx1Store(StoreSettings(kind="influxdb1", url=server, database=f'tests "{next(_databases)}"'))
    yield opened
    opened.close()


class TestInflux1Store(StoreConformance):
    @pytest.fixture
    def store(self, store: Store) -> Store:
        return store


def test_reading_before_the_first_write_finds_nothing(store: Store) -> None:
    assert store.measurements() == []
    assert store.query(Query("window")) == []


def test_names_that_line_protocol_cannot_carry_cost_only_their_own_points(store: Influx1Store) -> None:
    names = ["good", "line\nbreak,x=1 y=2", "ends in \\", "tab\t", "good too"]
    assert store.write([points([(name, T0, {"x": 1.0, "bad\nfield": 2.0, "time": 3.0}) for name in names])]) == 2
    assert [(row.tags["device"], row.fields) for row in store.query(Query("window"))] == [
        ("good", {"x": 1.0}),
        ("good too", {"x": 1.0}),
    ]
    assert store.dropped == {"unwritable_series": 3, "unwritable_field": 10}


def test_a_field_that_another_writer_made_text_is_refused_with_the_servers_sentence(store: Influx1Store) -> None:
    store._send(encode_point("window", {"device": "a"}, {"x": "text"}, T0))
    with pytest.raises(StoreRefused, match="field type conflict") as refusal:
        store.write([points([("a", T0, {"x": 1.0})])])
    assert refusal.value.reason == "invalid"


def test_a_body_too_large_is_halved_until_it_fits(tmp_path: Path) -> None:
    with influxdb1(tmp_path, "max-body-size = 2000") as url:
        store = Influx1Store(StoreSettings(kind="influxdb1", url=url))
        assert store.write([points([(f"device-{at:04}", T0, {"x": at / 7}) for at in range(1000)])]) == 1000
        assert len(store.query(Query("window"))) == 1000
        store.close()


def test_a_password_in_another_script_is_taken(tmp_path: Path) -> None:
    with influxdb1(tmp_path, "auth-enabled = true") as url:
        user = urlencode({"q": "CREATE USER \"kota\" WITH PASSWORD 'ꦏꦸꦛ-ключ' WITH ALL PRIVILEGES"})
        assert urllib3.request("POST", f"{url}/query?{user}").status == 200
        settings = StoreSettings(kind="influxdb1", url=url, username="kota", password=SecretStr("ꦏꦸꦛ-ключ"))
        store = Influx1Store(settings)
        assert store.write([points([("a", T0, {"x": 1.0})])]) == 1
        store.close()


def test_a_wrong_password_is_unauthorized_and_never_shown(tmp_path: Path) -> None:
    with influxdb1(tmp_path, "auth-enabled = true") as url:
        user = urlencode({"q": "CREATE USER city WITH PASSWORD 'right' WITH ALL PRIVILEGES"})
        assert urllib3.request("POST", f"{url}/query?{user}").status == 200
        settings = StoreSettings(kind="influxdb1", url=url, username="city", password=SecretStr("right"))
        good = Influx1Store(settings)
        assert good.write([points([("a", T0, {"x": 1.0})])]) == 1
        assert len(good.query(Query("window"))) == 1
        bad = Influx1Store(settings.model_copy(update={"password": SecretStr("guessed-word")}))
        with pytest.raises(StoreRefused, match="answered 401") as refusal:
            bad.write([points([("a", T0, {"x": 1.0})])])
        assert refusal.value.reason == "unauthorized"
        assert "guessed-word" not in f"{refusal.value} {refusal.value!r} {vars(bad)} {bad!r}"
        good.close()
        bad.close()


def test_a_server_that_is_down_is_unavailable_until_it_is_back(tmp_path: Path) -> None:
    settings = StoreSettings(kind="influxdb1", url=f"http://127.0.0.1:{free_port()}")
    store = Influx1Store(settings)
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        store.write([points([("a", T0, {"x": 1.0})])])
    with pytest.raises(StoreUnavailable, match="cannot be reached"):
        store.query(Query("window"))
    store.close()
