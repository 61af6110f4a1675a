"""Databases for a test: InfluxDB 1.6 and VictoriaMetrics from this machine, InfluxDB 2.7 in a container."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
import urllib3
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

from tests.servers.free_ports import free_port

INFLUXDB2_IMAGE = "influxdb:2.7"
TOKEN = "a-token-only-for-tests"
ORG, BUCKET = "denyut", "denyut"


@contextmanager
def influxdb1(directory: Path, http: str = "", *, port: int | None = None) -> Iterator[str]:
    """The URL of an InfluxDB 1.x that stops with the block. `http` holds further lines of its [http] section.

    A `port` and a directory of an earlier block give its points again.
    """
    port = port or free_port()
    config = directory / "influxdb.conf"
    config.write_text(
        f"""
reporting-disabled = true
bind-address = "127.0.0.1:{free_port()}"
[meta]
dir = "{directory}/meta"
[data]
dir = "{directory}/data"
wal-dir = "{directory}/wal"
[monitor]
store-enabled = false
[http]
bind-address = "127.0.0.1:{port}"
{http}
"""
    )
    with _process("influxd", ["-config", str(config)], directory):
        _wait_for(f"http://127.0.0.1:{port}/ping")
        yield f"http://127.0.0.1:{port}"


@contextmanager
def victoria_metrics(directory: Path) -> Iterator[str]:
    """The URL of a VictoriaMetrics, which takes the write call of InfluxDB 2.x.

    A point that is sent twice is stored twice unless it is told otherwise: https://docs.victoriametrics.com/#deduplication
    """
    port = free_port()
    arguments = [
        f"-httpListenAddr=127.0.0.1:{port}", f"-storageDataPath={directory}/points", "-retentionPeriod=100y",
        "-dedup.minScrapeInterval=1ms",
    ]  # fmt: skip
    with _process("victoria-metrics", arguments, directory):
        _wait_for(f"http://127.0.0.1:{port}/health")
        yield f"http://127.0.0.1:{port}"


def flush(url: str) -> None:
    """Lets a VictoriaMetrics find at once what it was given (https://docs.victoriametrics.com/#troubleshooting)."""
    assert urllib3.request("GET", f"{url}/internal/force_flush").status == 200


@contextmanager
def influxdb2() -> Iterator[str]:
    """The URL of an InfluxDB 2.7 with TOKEN, ORG and BUCKET; skips the test where no Docker engine answers."""
    if not _docker_answers():
        pytest.skip("no Docker engine answers")
    setup: Mapping[str, str] = {
        "MODE": "setup", "USERNAME": "tests", "PASSWORD": "only-for-tests",
        "ORG": ORG, "BUCKET": BUCKET, "ADMIN_TOKEN": TOKEN,
    }  # fmt: skip
    container = DockerContainer(INFLUXDB2_IMAGE).waiting_for(HttpWaitStrategy(8086, "/health"))
    for name, value in setup.items():
        container.with_env(f"DOCKER_INFLUXDB_INIT_{name}", value)
    port = free_port()
    # Docker takes an address beside the port; the library's annotation knows only the port.
    container.ports["8086/tcp"] = ("127.0.0.1", port)  # type: ignore[assignment]
    with container:
        yield f"http://127.0.0.1:{port}"


@cache
def _docker_answers() -> bool:
    docker = shutil.which("docker")
    return docker is not None and subprocess.run([docker, "info"], capture_output=True, timeout=20).returncode == 0


@contextmanager
def _process(name: str, arguments: Sequence[str], directory: Path) -> Iterator[None]:
    program = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip(f"{name} is not on PATH")
    with (directory / f"{name}.log").open("ab") as log:
        process = subprocess.Popen([program, *arguments], cwd=directory, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(url: str, timeout_s: float = 20.0) -> None:
    """Returns once the URL answers 2xx; TimeoutError where it never does."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            if urllib3.request("GET", url, retries=False, timeout=1).status < 300:
                return
        except urllib3.exceptions.HTTPError:
            pass
        time.sleep(0.05)
    raise TimeoutError(f"{url} did not answer within {timeout_s} s")
