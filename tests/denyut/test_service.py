"""The HTTP server of a run: what it listens on, what it refuses to start with, and what it costs where it is off."""

import asyncio
import logging
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from alerts.acts import Act
from alerts.consequences import AuditEntry, Consequences
from alerts.desk import Alerts
from config.duty import Officer
from config.service import Http
from config.settings import Settings
from dashboard.http.listener import listening_socket
from denyut.service import Served, Service, ServiceError
from ingest.devices import DeviceTable
from ingest.ledger import Ledger
from tests.dashboard.http.serving import asked

ROOT = Path(__file__).parents[2]


def service(settings: Http, officers: tuple[Officer, ...] = ()) -> Service:
    city = Settings(officers=officers)
    served = Served(
        settings=city,
        figures=dict,
        devices=DeviceTable(),
        ledger=Ledger(),
        last_seen_ns=lambda: np.zeros(0, np.int64),
        desk=Alerts(city, DeviceTable()),
        record=Path("none.db"),
        act=nobody,
        now_ns=lambda: 0,
        next_offset=0,
        alive=dict,
        ready=dict,
    )
    return Service(settings, served)


async def nobody(_act: Act) -> None:
    return None


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


def test_two_officers_with_one_token_are_one_sentence() -> None:
    twins = tuple(Officer(id=name, office="dishub", token="rahasia") for name in ("ayu", "budi"))
    with pytest.raises(ServiceError) as raised:
        service(Http(listen="127.0.0.1:0"), twins)
    assert str(raised.value) == "officer ayu and officer budi have the same token: nobody could tell who acts"


def test_who_listens_is_told_what_an_entry_changed_and_a_stop_does_not_wait_for_them() -> None:
    async def scene() -> bytes:
        running = service(Http(listen="127.0.0.1:0"))
        await running.start()
        assert running.address is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", int(running.address.rpartition(":")[2]))
        writer.write(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"event: begin")
        running.follow(7, Consequences(entries=[AuditEntry(0, "silence", who="ayu")]))
        began = time.monotonic()
        await reader.readuntil(b'"who":"ayu"')
        await running.stop()
        rest = await reader.read()
        writer.close()
        assert time.monotonic() - began < 2
        return rest

    assert asyncio.run(scene()).endswith(b"0\r\n\r\n")


def test_what_cannot_be_told_does_not_stop_what_is_processed(caplog: pytest.LogCaptureFixture) -> None:
    async def scene() -> bytes:
        running = service(Http(listen="127.0.0.1:0"))
        await running.start()
        assert running.address is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", int(running.address.rpartition(":")[2]))
        writer.write(b"GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"event: begin")
        unheard_of: dict[str, Any] = {"what": object()}
        running.follow(7, Consequences(entries=[AuditEntry(0, "silence", detail=unheard_of)]))
        told = await reader.readuntil(b'"changes":1}')
        await running.stop()
        writer.close()
        return told

    assert b"event: many" in asyncio.run(scene())
    assert "what journal entry 7 has changed cannot be told" in caplog.text


def test_where_it_is_off_nothing_of_the_server_is_loaded() -> None:
    script = (
        "import sys\n"
        "from alerts.desk import Alerts\n"
        "from config.service import Http\n"
        "from config.settings import Settings\n"
        "from denyut.service import Served, Service\n"
        "from ingest.devices import DeviceTable\n"
        "desk = Alerts(Settings(), DeviceTable())\n"
        "of_run = dict(settings=Settings(), figures=dict, alive=dict, ready=dict, now_ns=None, next_offset=0)\n"
        "of_devices = dict(devices=None, ledger=None, last_seen_ns=dict)\n"
        "of_alerts = dict(desk=desk, record=None, act=None)\n"
        "service = Service(Http(enabled=False), Served(**of_run, **of_devices, **of_alerts))\n"
        "assert service.address is None\n"
        "print(sorted({'starlette', 'uvicorn', 'prometheus_client', 'h11'} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
