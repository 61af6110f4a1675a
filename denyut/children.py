"""Programs started beside this one, each of which ends with it whatever happens."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

# The child asks the kernel itself, before it becomes the program: code between fork and exec is unsafe beside threads.
_LEASH = """
import ctypes, os, signal, sys
PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
if os.getppid() != int(sys.argv[1]):
    sys.exit("the parent has ended")
os.execv(sys.argv[2], sys.argv[2:])
"""


class ChildError(Exception):
    """A program that could not start, or ended before its time; the text has its last lines."""


@dataclass
class Child:
    name: str
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def last_lines(self, count: int = 8) -> list[str]:
        return self.log.read_text(errors="replace").splitlines()[-count:]

    def stop(self, how: signal.Signals = signal.SIGTERM, timeout_s: float = 10.0) -> int:
        """Ask it to end, insist after `timeout_s`; its exit status (negative: the signal that ended it)."""
        if self.running:
            self.process.send_signal(how)
        try:
            return self.process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def failure(self) -> ChildError:
        lines = [f"  {line}" for line in self.last_lines()] or ["  (it printed nothing)"]
        status = self.process.poll()
        ending = "did not answer" if status is None else _ending(status)
        return ChildError("\n".join([f"{self.name} {ending}; its last lines ({self.log}):", *lines]))


def start_child(name: str, command: Sequence[str | Path], log: Path) -> Child:
    """Start `command` with its output in `log`.

    In a process group of its own, so that Ctrl-C reaches only the parent, which ends its children in order. The
    kernel ends the child when the parent is killed (Linux; the parent's main thread must be the one that starts it).
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    program = shutil.which(command[0])
    if program is None:
        raise ChildError(f"{name} could not be started: there is no program {command[0]}")
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(  # noqa: S603 - commands are built from our own paths and numbers
                _leashed([str(program), *map(str, command[1:])]),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
                env=environment,
            )
        except OSError as error:
            raise ChildError(f"{name} could not be started: {error}") from error
    return Child(name, process, log)


def _leashed(command: list[str]) -> list[str]:
    if sys.platform != "linux":
        return command
    return [sys.executable, "-I", "-S", "-c", _LEASH, str(os.getpid()), *command]


def _ending(status: int) -> str:
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with exit status {status}"
