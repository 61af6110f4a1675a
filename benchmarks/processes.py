"""Starting, pinning, measuring and ending the processes of a benchmark, each by its own id."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import psutil

CONSUMER_CORE = 1
BROKER_CORE = 0
STOP_SECONDS = 20.0


class BenchmarkError(Exception):
    """The benchmark could not be run, or what it measured did not do its work."""


def pin_to(core: int | None) -> Callable[[], None] | None:
    """What a child does before it starts, so that all its threads share one core."""
    if core is None or not hasattr(os, "sched_setaffinity"):
        return None
    cores = sorted(os.sched_getaffinity(0))
    chosen = {cores[core % len(cores)]}
    return lambda: os.sched_setaffinity(0, chosen)


class Child:
    """A process that is asked to end (SIGTERM) when its block ends, and is made to if it does not."""

    def __init__(
        self, command: Sequence[str], core: int | None = None, log: Path | None = None, talks: bool = False
    ) -> None:
        self.command = list(command)
        self._log: IO[bytes] = (log or Path(os.devnull)).open("ab")
        self.process = subprocess.Popen(
            self.command,
            stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
            stdout=subprocess.PIPE if talks else self._log,
            stderr=self._log if log else None,
            preexec_fn=pin_to(core),
        )
        self.facts = psutil.Process(self.process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def say(self, order: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()

    def hear(self, event: str, instead_of: str = "") -> dict[str, Any]:
        """The child's next JSON line of this event; other lines are passed over, but `instead_of` is a failure."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            report: dict[str, Any] = json.loads(line)
            if report["event"] == event:
                return report
            if report["event"] == instead_of:
                raise BenchmarkError(f"{report} came instead of {event!r}")
        raise BenchmarkError(f"{' '.join(self.command)} ended with status {self.process.wait()} before {event!r}")

    def cpu_seconds(self) -> float:
        """User and system time so far, of the process and its threads."""
        times = self.facts.cpu_times()
        return float(times.user + times.system)

    def resident_mib(self) -> float:
        return float(self.facts.memory_info().rss) / 2**20

    def peak_resident_mib(self) -> float:
        """Since its start, where the system tells (Linux); else what is resident now."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        except OSError:
            return self.resident_mib()
        return next(float(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM:"))

    def stop(self) -> int:
        """Exit status; idempotent."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self._log):
            if stream is not None:
                stream.close()
        return self.process.returncode


def python_module(module: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", module, *map(str, arguments)]


def wait_until(condition: Callable[[], bool], seconds: float, what: str, every: float = 0.02) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise BenchmarkError(f"waited {seconds:g} s in vain: {what}")
        time.sleep(every)
