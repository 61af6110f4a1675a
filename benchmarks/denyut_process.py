"""`denyut run` as its users start it, in a process and a data directory of its own."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from benchmarks.processes import BenchmarkError, Child, python_module, wait_until

TWO_WINDOWS = """\
[[windows.sizes]]
size = "10s"

[[windows.sizes]]
size = "1m"
"""
DEFAULT_WINDOWS = ""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The status a running process last wrote, and when."""

    written_ns: int
    """ns UTC, the file's modification time."""
    status: dict[str, Any]

    @property
    def received(self) -> int:
        return int(self.status["received"])


def denyut_command(*arguments: object) -> list[str]:
    return [str(Path(sys.executable).with_name("denyut")), *map(str, arguments)]


class DenyutProcess(Child):
    def __init__(
        self,
        port: int,
        directory: Path,
        configuration: str | Path = DEFAULT_WINDOWS,
        core: int | None = None,
        indicators: bool = True,
    ) -> None:
        """`configuration`: the text of one, or its file."""
        directory.mkdir(parents=True, exist_ok=True)
        self.data_dir = directory / "data"
        self._log_file = directory / "run.log"
        arguments: list[object] = ["--broker", f"mqtt://127.0.0.1:{port}", "--data-dir", self.data_dir]
        if configuration:
            arguments += ["--config", _file_of(configuration, directory)]
        command = denyut_command() if indicators else python_module("benchmarks.without_indicators")
        super().__init__([*command, "run", *map(str, arguments)], core, self._log_file)

    def snapshot(self) -> Snapshot | None:
        """None until the first status is written."""
        try:
            with (self.data_dir / "status.json").open(encoding="utf-8") as file:
                written_ns = os.fstat(file.fileno()).st_mtime_ns
                return Snapshot(written_ns, json.load(file))
        except FileNotFoundError:
            if self.process.poll() is not None:
                raise BenchmarkError(f"denyut run ended early: {self.last_lines()}") from None
            return None

    def wait_for_connection(self, port: int) -> None:
        """Connected to the broker, and a second more, in which the broker answers the subscription."""
        wait_until(lambda: self._is_connected(port), 30, f"denyut run connected to port {port}")
        time.sleep(1)

    def _is_connected(self, port: int) -> bool:
        self.snapshot()
        connections = self.facts.net_connections("tcp")
        return any(link.status == psutil.CONN_ESTABLISHED and link.raddr[1:] == (port,) for link in connections)

    def received(self) -> int:
        snapshot = self.snapshot()
        return snapshot.received if snapshot else 0

    def wait_for_messages(self, count: int, seconds: float = 120) -> None:
        wait_until(lambda: self.received() >= count, seconds, f"{count} messages received by denyut run")

    def wait_for_points(self, seconds: float = 60) -> None:
        """Until windows have closed and are in the store."""
        wait_until(self._points_are_written, seconds, "points of closed windows written", every=0.2)

    def _points_are_written(self) -> bool:
        snapshot = self.snapshot()
        return snapshot is not None and snapshot.status["points_written"] > 0 and snapshot.status["points_pending"] == 0

    def status(self) -> dict[str, Any]:
        """What `denyut status --json` says."""
        done = subprocess.run(
            denyut_command("status", "--data-dir", self.data_dir, "--json"), capture_output=True, check=False
        )
        if done.returncode:
            raise BenchmarkError(f"denyut status: {done.stderr.decode(errors='replace').strip()}")
        status: dict[str, Any] = json.loads(done.stdout)
        return status

    def check_ledger(self, messages: int) -> None:
        """Each message was received, accepted and became one reading; none was lost, doubled or refused."""
        status = self.status()
        found = {name: status[name] for name in ("received", "accepted", "readings", "duplicate", "rejected")}
        wanted = {"received": messages, "accepted": messages, "readings": messages, "duplicate": 0, "rejected": {}}
        found["rejected"] = {reason: count for reason, count in found["rejected"].items() if count}
        if found != wanted:
            raise BenchmarkError(f"the ledger says {found}, not {wanted}; log: {self.last_lines()}")

    def last_lines(self, count: int = 5) -> str:
        lines = self._log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        return " | ".join(lines[-count:])


def _file_of(configuration: str | Path, directory: Path) -> Path:
    if isinstance(configuration, Path):
        return configuration
    file = directory / "denyut.toml"
    file.write_text(configuration, encoding="utf-8")
    return file


def readings_in_windows(data_dir: Path, size: str, quantity: str) -> int:
    """The sum of `<quantity>_count` over all stored windows of a size, as `denyut query` prints them."""
    field = f"{quantity}_count"
    arguments = ["window", "--where", f"size={size}", "--field", field, "--data-dir", data_dir, "--format", "jsonl"]
    done = subprocess.run(denyut_command("query", *arguments, "--limit", 10_000_000), capture_output=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"denyut query: {done.stderr.decode(errors='replace').strip()}")
    return int(sum(json.loads(line).get(field, 0) for line in done.stdout.splitlines()))
