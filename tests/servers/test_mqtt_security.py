import asyncio
import shutil
import subprocess
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
import uvloop
from pydantic import SecretStr

from config.settings import Source, Tls
from ingest.mqtt.events import Happening
from tests.servers.listening import listening, send, source
from tests.servers.mosquitto import mosquitto
from tests.servers.passwords import password_file


def test_the_right_password_is_let_in(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        (tmp_path / "secret").write_text("rahasia\n")
        user = source(port, username="denyut", password_file=tmp_path / "secret")
        async with listening(user) as recorder:
            await send(port, ("city/a", "1"), auth={"username": "denyut", "password": "rahasia"})
            await recorder.until(lambda: recorder.payloads)
        assert recorder.payloads == [b"1"]

    with mosquitto(tmp_path, listener=password_file(tmp_path, "denyut", "rahasia")) as port:
        asyncio.run(scene(port))


def test_the_wrong_password_is_refused_with_the_brokers_reason_and_tried_again_late(tmp_path: Path) -> None:
    async def scene(port: int) -> None:
        user = source(port, username="denyut", password=SecretStr("salah"))
        async with listening(user, subscribed=False) as recorder:
            await recorder.until_happened(Happening.REFUSED)
        (event,) = recorder.happened(Happening.REFUSED)
        assert event.reason == "not authorized (0x87)"
        assert event.retry_s == 30.0
        assert "salah" not in str(recorder.events)

    with mosquitto(tmp_path, listener=password_file(tmp_path, "denyut", "rahasia")) as port:
        asyncio.run(scene(port))


CLIENTS_WITH_CERTIFICATE = (
    "allow_anonymous true\ncafile ca.pem\ncertfile broker.pem\nkeyfile broker.key\nrequire_certificate true\n"
)


def openssl(directory: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not on PATH")
    directory = tmp_path_factory.mktemp("tls")
    new_key = ("-newkey", "rsa:2048", "-nodes")
    openssl(
        directory, "req", "-x509", *new_key, "-days", "2", "-subj", "/CN=test ca", "-keyout", "ca.key", "-out", "ca.pem"
    )
    for name, extension in (("broker", "subjectAltName=IP:127.0.0.1"), ("client", "extendedKeyUsage=clientAuth")):
        (directory / "extension").write_text(extension)
        request = ("-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
        openssl(directory, "req", *new_key, *request)
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "extension")
        openssl(directory, "x509", "-req", "-in", f"{name}.csr", *signed, "-out", f"{name}.pem")
    return directory


def encrypted(port: int, tls: Tls) -> Source:
    return Source(broker=f"mqtts://127.0.0.1:{port}", tls=tls)


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run], ids=["asyncio", "uvloop"])
def test_tls_with_a_client_certificate_carries_small_and_large_messages(
    tmp_path: Path, certificates: Path, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    async def scene(port: int) -> None:
        files = {"ca": "ca.pem", "certificate": "client.pem", "key": "client.key"}
        tls = Tls(**{name: certificates / file for name, file in files.items()})
        publisher = {"ca_certs": "ca.pem", "certfile": "client.pem", "keyfile": "client.key"}
        with_files = {name: str(certificates / file) for name, file in publisher.items()}
        async with listening(encrypted(port, tls)) as recorder:
            messages = [("city/a", f"{i}".encode()) for i in range(2000)] + [("city/large", bytes(1 << 20))]
            await send(port, *messages, tls=with_files)
            await recorder.until(lambda: len(recorder.payloads) >= 2001)
        assert recorder.payloads == [payload for _, payload in messages]

    shutil.copytree(certificates, tmp_path, dirs_exist_ok=True)
    with mosquitto(tmp_path, listener=CLIENTS_WITH_CERTIFICATE) as port:
        run(scene(port))


def test_a_broker_whose_certificate_nobody_trusts_is_not_talked_to(tmp_path: Path, certificates: Path) -> None:
    async def scene(port: int) -> None:
        async with listening(encrypted(port, Tls()), subscribed=False) as recorder:
            await recorder.until_happened(Happening.UNREACHABLE)
        assert "certificate verify failed" in recorder.events[0].reason

    shutil.copytree(certificates, tmp_path, dirs_exist_ok=True)
    with mosquitto(tmp_path, listener=CLIENTS_WITH_CERTIFICATE) as port:
        asyncio.run(scene(port))
