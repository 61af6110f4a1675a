"""The HTTP server of a run: what it listens on, what it refuses to start with, and what it costs where it is off."""

import asyncio
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from alerts.acts import Acknowledge
from alerts.book import Alert, Refusal
from config.service import Http
from dashboard.http.listener import listening_socket
from denyut.service import Service, ServiceError, token_of
from ingest.devices import DeviceTable
from ingest.ledger import Ledger
from tests.dashboard.http.serving import asked

ROOT = Path(__file__).parents[2]


async def nobody(_act: Acknowledge) -> Alert | Refusal:
    return Refusal.UNKNOWN


def service(settings: Http) -> Service:
    return Service(
        settings,
        figures=dict,
        devices=DeviceTable(),
        ledger=Ledger(),
        last_seen_ns=lambda: np.zeros(0, np.int64),
        alerts=list,
        acknowledge=nobody,
        alive=dict,
        ready=dict,
    )


@contextmanager
def taken_port() -> Iterator[int]:
    with listening_socket("127.0.0.1", 0) as holder:
        yield holder.getsockname()[1]


def test_it_answers_from_start_to_stop_at_the_address_it_names(caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> int:
        running = service(Http(listen="127.0.0.1:0"))
        await running.start()
        assert running.address is not None
        host, _, port = running.address.rpartition(":")
        assert host == "127.0.0.1"
        status = (await asyncio.to_thread(asked, int(port), "/healthz")).status
        await running.stop()
        return status

    with caplog.at_level(logging.INFO, logger="denyut"):
        assert asyncio.run(scene()) == 200
    assert "figures and health on http://127.0.0.1:" in caplog.text


def test_a_run_that_never_starts_gives_its_address_back() -> None:
    running = service(Http(listen="127.0.0.1:0"))
    assert running.address is not None
    asyncio.run(running.stop())
    listening_socket("127.0.0.1", int(running.address.rpartition(":")[2])).close()


def test_a_configured_address_that_is_taken_is_one_sentence() -> None:
    with taken_port() as port, pytest.raises(ServiceError) as raised:
        service(Http(listen=f"127.0.0.1:{port}"))
    assert str(raised.value) == f"http.listen 127.0.0.1:{port}: the address is taken by another process"


def test_a_default_address_that_is_taken_is_a_warning_and_the_run_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    with taken_port() as port:
        # As `Http()` where nobody configured it.
        unset = Http.model_construct(_fields_set=set(), listen=f"127.0.0.1:{port}")
        running = service(unset)
        asyncio.run(running.start())
        asyncio.run(running.stop())
    assert running.address is None
    assert [record.getMessage() for record in caplog.records] == [
        f"no figures over HTTP: 127.0.0.1:{port}: the address is taken by another process; "
        "set http.listen to another address"
    ]


@pytest.mark.parametrize(
    ("listen", "reason"), [("192.0.2.1:8180", "Cannot assign requested address"), ("no.such.host.invalid:1", "")]
)
def test_an_address_that_is_not_of_this_machine_is_one_sentence(listen: str, reason: str) -> None:
    with pytest.raises(ServiceError, match=f"^http.listen {listen}: .*{reason}") as raised:
        service(Http(listen=listen, token_env="PATH"))
    assert "\n" not in str(raised.value)


def test_an_address_that_others_reach_without_a_token_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(ServiceError):
        service(Http(listen="192.0.2.1:8180"))
    assert "every machine that reaches it can read the figures" in caplog.text


def test_a_token_comes_from_the_environment_or_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("rahasia\n")
    assert token_of(Http()) is None
    assert token_of(Http(token_file=file)) == "rahasia"
    assert token_of(Http(token_env="TOKEN"), environment={"TOKEN": "rahasia"}) == "rahasia"
    assert token_of(Http(operator_token_file=file), "operator_token") == "rahasia"


def test_a_token_that_is_named_but_not_there_is_one_sentence(tmp_path: Path) -> None:
    empty, binary = tmp_path / "empty", tmp_path / "binary"
    empty.write_text("\n")
    binary.write_bytes(b"\xff\xfe")
    for settings, sentence in (
        (Http(token_env="TOKEN"), "http.token_env names TOKEN, which is not set in the environment"),
        (Http(token_file=tmp_path / "absent"), f"http.token_file {tmp_path}/absent cannot be read: No such file"),
        (Http(token_file=empty), f"http.token_file {empty} is empty"),
        (Http(token_file=binary), f"http.token_file {binary} is no UTF-8"),
    ):
        with pytest.raises(ServiceError) as raised:
            token_of(settings, environment={"TOKEN": " "})
        assert str(raised.value).startswith(sentence)


def test_where_it_is_off_nothing_of_the_server_is_loaded() -> None:
    script = (
        "import sys\n"
        "from config.service import Http\n"
        "from denyut.service import Service\n"
        "of_devices = dict(devices=None, ledger=None, last_seen_ns=dict)\n"
        "of_alerts = dict(alerts=list, acknowledge=None)\n"
        "given = dict(figures=dict, alive=dict, ready=dict, **of_devices, **of_alerts)\n"
        "service = Service(Http(enabled=False), **given)\n"
        "assert service.address is None\n"
        "print(sorted({'starlette', 'uvicorn', 'prometheus_client', 'h11'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
