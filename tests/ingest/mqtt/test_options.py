from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from config.settings import Source, Tls
from ingest.mqtt.options import options_of


@pytest.mark.parametrize(
    ("broker", "host", "port"),
    [
        ("mqtt://broker.example", "broker.example", 1883),
        ("mqtt://127.0.0.1:18830", "127.0.0.1", 18_830),
        ("mqtt://[::1]:1884/", "::1", 1884),
        ("mqtts://broker.example", "broker.example", 8883),
    ],
)
def test_the_url_says_host_port_and_tls(broker: str, host: str, port: int) -> None:
    options = options_of(Source(broker=broker), "d1")
    assert (options.host, options.port) == (host, port)
    assert (options.tls is not None) == broker.startswith("mqtts")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"broker": "mqtt://x", "tls": Tls(ca=Path("ca.pem"))}, "has no TLS although"),
        ({"username": "u", "password_env": "NO_SUCH"}, "environment variable 'NO_SUCH' is not set"),
        ({"username": "u", "password_file": Path("/no/such")}, "password_file '/no/such': No such file or directory"),
        ({"username": "u", "password": SecretStr("a"), "password_env": "B"}, "password and password_env are set"),
        ({"password": SecretStr("a")}, "a password needs a username"),
        ({"broker": "mqtts://x", "tls": Tls(ca=Path("/no/ca"))}, "tls.ca '/no/ca': No such file"),
    ],
)
def test_a_mistake_is_one_clear_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        options_of(Source(**changes), "d1", environment={})


def test_certificates_that_are_none_are_refused(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(ValueError, match="the TLS files cannot be used"):
        options_of(Source(broker="mqtts://x", tls=Tls(ca=tmp_path / "ca.pem")), "d1")


def test_the_password_comes_from_the_environment_or_a_file_and_stays_hidden(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("rahasia\n")
    from_file = options_of(Source(username="u", password_file=tmp_path / "secret"), "d1")
    from_environment = options_of(Source(username="u", password_env="PW"), "d1", environment={"PW": "rahasia"})
    assert from_file.password == from_environment.password == b"rahasia"
    assert "rahasia" not in repr(from_file)


def test_the_client_id_is_stable_and_differs_by_directory_and_source() -> None:
    def client_id(name: str, data_dir_id: str) -> str:
        return options_of(Source(name=name), data_dir_id).client_id

    assert client_id("a", "d1") == client_id("a", "d1")
    assert len({client_id("a", "d1"), client_id("b", "d1"), client_id("a", "d2")}) == 3
    assert len(client_id("a", "d1").encode()) <= 23
    assert options_of(Source(client_id="mine"), "d1").client_id == "mine"


def test_a_shared_group_is_part_of_every_filter() -> None:
    options = options_of(Source(topics=("city/#", "kota/+/air"), shared_group="denyut"), "d1")
    assert options.filters == ("$share/denyut/city/#", "$share/denyut/kota/+/air")
