"""`denyut run` on one data directory, started and killed as often as a test wants."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.torture.fleet import CONFIGURATION

ROOT = Path(__file__).parents[2]
DENYUT = [sys.executable, "-m", "denyut"]
PATIENCE_S = 60.0
SETTINGS = """
[windows]
sizes = [{ size = "1s" }, { size = "5s" }]
delay = "500ms"
[journal]
keep = "2s"
[checkpoint]
every = "1s"
[http]
enabled = false
"""
KEEPS_ALL = SETTINGS.replace('keep = "2s"', 'keep = "24h"')
"""The whole journal."""
SIZES_MS = {"1s": 1000, "5s": 5000}


class DenyutRun:
    """`within` is a command that starts another one where the data directory can be reached; empty: right here."""

    def __init__(
        self,
        directory: Path,
        port: int,
        settings: str = SETTINGS,
        *,
        data_dir: Path | None = None,
        within: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory
        self.data_dir = data_dir or directory / "data"
        self._within = within
        self._environment = {**os.environ, **(environment or {})}
        self._config = directory / "city.toml"
        self._config.write_text(CONFIGURATION + settings)
        self._arguments = ["--broker", f"mqtt://127.0.0.1:{port}", "--data-dir", str(self.data_dir)]
        self._log = directory / "run.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.starts = 0

    def __enter__(self) -> "DenyutRun":
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        command = [*self._within, *DENYUT, "run", *self._arguments, "--config", str(self._config)]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stderr=log, env=self._environment)
        self.starts += 1

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> None:
        """SIGTERM; an orderly end within ten seconds."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=15)
        assert status == 0, self.log()[-2000:]
        assert "Traceback" not in self.log(), self.log()[-4000:]

    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def status(self) -> dict[str, Any]:
        """The newest one written; numbers of nothing where there is none yet."""
        try:
            status: dict[str, Any] = json.loads(self._run("cat", str(self.data_dir / "status.json")))
        except subprocess.CalledProcessError:
            return {"state": "none", "pid": -1, "received": 0, "watermark": None, "points_pending": 0}
        return status

    def until(self, condition: Callable[[dict[str, Any]], object], what: str, patience_s: float = PATIENCE_S) -> None:
        """Wait until the status of the process that runs now fulfils the condition."""
        deadline = time.monotonic() + patience_s
        while True:
            status = self.status()
            if status["pid"] == self.pid and condition(status):
                return
            assert not self.ended, f"the run ended before {what}: {self.log()[-2000:]}"
            assert time.monotonic() < deadline, f"{what} has not come within {patience_s:g} s; status: {status}"
            time.sleep(0.05)

    def until_subscribed(self) -> None:
        self.until_said("subscribed", 1)

    def until_said(self, words: str, times: int) -> None:
        """Wait until the log holds them so often."""
        deadline = time.monotonic() + PATIENCE_S
        while self.log().count(words) < times:
            assert not self.ended, self.log()[-2000:]
            assert time.monotonic() < deadline, f"the log has {words!r} fewer than {times} times"
            time.sleep(0.02)

    def query(self, measurement: str, *options: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.points(measurement, *options)]

    def points(self, measurement: str, *options: str) -> list[str]:
        """The lines that `denyut query` prints."""
        arguments = ["query", measurement, "--data-dir", str(self.data_dir), "--config", str(self._config)]
        return self._run(*DENYUT, *arguments, "--format", "jsonl", "--limit", "10000000", *options).splitlines()

    def devices(self) -> list[dict[str, Any]]:
        """What `denyut status` says of each device."""
        printed = self._run(*DENYUT, "status", "--data-dir", str(self.data_dir), "--devices", "--json")
        found: list[dict[str, Any]] = json.loads(printed)["devices"]
        return found

    def peak_resident_mib(self) -> float:
        """Of the process that runs now, since its start (Linux)."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            [*self._within, *command], cwd=ROOT, capture_output=True, text=True, check=True, timeout=120
        )
        return done.stdout
