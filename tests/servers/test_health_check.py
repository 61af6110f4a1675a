"""The health check of the image, word for word but for its folder, beside a real run."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers.mosquitto import mosquitto

ROOT = Path(__file__).parents[2]
LIMIT_S = 30


def health_check(data_dir: Path) -> int:
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    found = re.search(r"^HEALTHCHECK .*? CMD (.+)$", text, flags=re.MULTILINE)
    assert found is not None
    command = found[1].replace("/var/lib/denyut", str(data_dir))
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run(["/bin/sh", "-c", command], env=environment, capture_output=True, check=False).returncode


def wait_for_health(data_dir: Path) -> None:
    deadline = time.monotonic() + LIMIT_S
    while health_check(data_dir) != 0:
        assert time.monotonic() < deadline, f"not healthy within {LIMIT_S} s"
        time.sleep(0.2)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of a run that was healthy and then stopped."""
    directory = tmp_path_factory.mktemp("health")
    data_dir = directory / "data"
    with mosquitto(directory) as port:
        command = [sys.executable, "-m", "denyut", "run", "--broker", f"mqtt://127.0.0.1:{port}"]
        run = subprocess.Popen([*command, "--data-dir", str(data_dir)], stderr=subprocess.DEVNULL, cwd=ROOT)
        try:
            wait_for_health(data_dir)
            run.send_signal(signal.SIGTERM)
            assert run.wait(LIMIT_S) == 0
        finally:
            run.kill()
            run.wait()
    return data_dir


def test_a_run_that_stopped_is_not_healthy(stopped: Path) -> None:
    assert health_check(stopped) != 0


def test_a_run_that_hangs_is_not_healthy(stopped: Path, tmp_path: Path) -> None:
    text = (stopped / "status.json").read_text().replace('"stopped"', '"running"')
    hanging = tmp_path / "status.json"
    hanging.write_text(re.sub(r'"pid": \d+', f'"pid": {os.getpid()}', text))
    assert health_check(tmp_path) == 0
    two_minutes_ago = time.time() - 120
    os.utime(hanging, (two_minutes_ago, two_minutes_ago))
    assert health_check(tmp_path) != 0


def test_a_directory_without_a_run_is_not_healthy(tmp_path: Path) -> None:
    assert health_check(tmp_path) != 0
