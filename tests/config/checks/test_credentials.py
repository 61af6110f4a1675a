from pathlib import Path

import pytest

from config.checks.service import check_http
from config.checks.sources import check_sources
from config.checks.store import check_store
from config.load import load_settings
from config.mistakes import ConfigurationError
from config.service import Http
from config.settings import Settings, Source, StoreSettings


def of_source(**source):
    return [(finding.message, finding.paths) for finding in check_sources(Settings(sources=(Source(**source),)))]


def of_store(**store):
    return [(finding.message, finding.paths) for finding in check_store(Settings(store=StoreSettings(**store)))]


@pytest.mark.parametrize("name", ["client_id", "username"])
def test_mqtt_carries_no_nul_and_no_more_than_its_length_says(name):
    assert of_source(**{name: "kota-1 é\n"}) == []
    assert of_source(**{name: "x" * 65_535}) == []
    assert of_source(**{name: "é" * 32_768}) == [
        (f"{name} has 65536 bytes, MQTT carries 65535 at most", (("sources", 0, name),))
    ]
    assert of_source(**{name: "a\0b"}) == [
        (f"{name} holds a NUL character, which MQTT cannot carry", (("sources", 0, name),))
    ]


def test_a_password_is_looked_at_wherever_it_comes_from(tmp_path, monkeypatch):
    nul = "the password holds a NUL character, which MQTT cannot carry"
    assert of_source(password="rahasia\n") == []
    assert of_source(password="a\0b") == [(nul, (("sources", 0, "password"),))]
    file = tmp_path / "password"
    file.write_bytes(b"x" * 65_535 + b"\r\n")
    assert of_source(password_file=file) == []
    file.write_bytes(b"a\0b\n")
    assert of_source(password_file=file) == [(nul, (("sources", 0, "password_file"),))]
    monkeypatch.setenv("PASSWORD", "x" * 65_536)
    assert of_source(password_env="PASSWORD") == [
        ("the password has 65536 bytes, MQTT carries 65535 at most", (("sources", 0, "password_env"),))
    ]
    monkeypatch.delenv("PASSWORD")
    assert of_source(password_env="PASSWORD") == []


@pytest.mark.parametrize("token", ["one\ntwo", "one\r\nX-Header: two", "a\0b", "kunci-é", "tab\t"])
def test_a_token_is_one_line_of_ascii(token, tmp_path, monkeypatch):
    message = "the token must be one line of ASCII characters: HTTP carries no other"
    assert of_store(kind="influxdb2", token=token) == [(message, (("store", "token"),))]
    file = tmp_path / "token"
    file.write_text(f"{token}x\n")
    assert of_store(kind="influxdb2", token_file=file) == [(message, (("store", "token_file"),))]
    found = [(finding.message, finding.paths) for finding in check_http(Settings(http=Http(token_file=file)))]
    assert found == [(message, (("http", "token_file"),))]


def test_a_token_in_a_file_may_end_its_line(tmp_path, monkeypatch):
    file = tmp_path / "token"
    file.write_text("s3cret-token==\n")
    assert of_store(kind="influxdb2", token_file=file) == []
    monkeypatch.setenv("TOKEN", "s3cret-token==")
    assert of_store(kind="influxdb2", token_env="TOKEN") == []


def test_no_secret_stands_in_its_mistake(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text('[[sources]]\nusername = "u"\npassword = "rahasia\\u0000"\n')
    with pytest.raises(ConfigurationError) as raised:
        load_settings(file)
    (mistake,) = raised.value.mistakes
    assert (mistake.line, mistake.message) == (3, "the password holds a NUL character, which MQTT cannot carry")
    assert "rahasia" not in str(raised.value)
