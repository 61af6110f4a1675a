"""A real Mosquitto that may be killed and started again at the same port, with what it wrote to disk."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.servers.free_ports import free_port, wait_until_listening
from tests.servers.mosquitto import ANONYMOUS, UNLIMITED

SAVES_OFTEN = "persistence true\npersistence_location ./\nautosave_interval 100\nautosave_on_changes true\n"
"""After 100 changes. What it acknowledged since its last save is lost when it is killed."""


class KillableBroker:
    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self._program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        if self._program is None:
            pytest.skip("mosquitto is not on PATH")
        self._directory = directory
        self._file = directory / "mosquitto.conf"
        listener = f"listener {self.port} 127.0.0.1\n{ANONYMOUS}"
        self._file.write_text(f"user root\n{UNLIMITED}{SAVES_OFTEN}{listener}")
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "KillableBroker":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        with (self._directory / "mosquitto.log").open("ab") as log:
            command = [str(self._program), "-c", str(self._file)]
            self._process = subprocess.Popen(command, cwd=self._directory, stdout=log, stderr=log)
        wait_until_listening(self.port)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
