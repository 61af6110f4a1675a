"""A run under systemd: it says when it is ready, that it is alive, and when it stops."""

import os
import socket
import subprocess
from pathlib import Path

from tests.denyut.test_supervisor import heard
from tests.flow.test_run import DENYUT, ROOT, status_of, wait_for
from tests.servers.free_ports import free_port


def three_signs_of_life(said: list[str], ear: socket.socket) -> bool:
    said += heard(ear)
    return said.count("WATCHDOG=1") >= 3


def test_systemd_hears_a_run_from_its_start_to_its_stop(tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / "city.toml").write_text("[http]\nenabled = false\n")
    command = [*DENYUT, "run", "--config", str(tmp_path / "city.toml"), "--data-dir", str(tmp_path / "data")]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(tmp_path / "notify"))
        ear.setblocking(False)
        process = subprocess.Popen(
            [*command, "--broker", f"mqtt://127.0.0.1:{free_port()}"],
            cwd=ROOT,
            stderr=subprocess.DEVNULL,
            env=os.environ | {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "1000000"},
        )
        try:
            wait_for(lambda: three_signs_of_life(said, ear), "three signs of life")
            assert status_of(tmp_path / "data")["state"] == "running"
            process.terminate()
            assert process.wait(10) == 0
            said += heard(ear)
        finally:
            process.kill()
            process.wait()
    assert [word for word in said if word != "WATCHDOG=1"] == ["READY=1", "STOPPING=1"]
