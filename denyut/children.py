"""Programs started beside this one, each of which ends with it whatever happens."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from config.language import N_, Language
from denyut.told_error import ToldError

# The child asks the kernel itself, before it becomes the program: code between fork and exec is unsafe beside threads.
_LEASH = """
import ctypes, os, signal, sys
PR_SET_PDEATHSIG = 1
ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
if os.getppid() != int(sys.argv[1]):
    sys.exit("the parent has ended")
os.execv(sys.argv[2], sys.argv[2:])
"""


_SILENT = N_("(it printed nothing)")


class ChildError(ToldError):
    """A program that could not start, or ended before its time; the text has its last lines."""

    def __init__(self, words: str, *, name: str, lines: Sequence[str] | None = None, **places: object) -> None:
        """`lines`: the last that it printed; None where it never ran."""
        self.name = name
        self.lines = lines
        super().__init__(words, name=name, **places)
        self.args = (self._with_lines(self.args[0], _SILENT),)

    def said(self, language: Language) -> str:
        places = {**self.places, "name": language.gettext(self.name)}
        return self._with_lines(language.gettext(self.words).format(**places), language.gettext(_SILENT))

    def _with_lines(self, sentence: str, silent: str) -> str:
        if self.lines is None:
            return sentence
        return "\n".join([sentence, *(f"  {line}" for line in self.lines or [silent])])


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
        words, places = _ending(self.process.poll())
        return ChildError(words, name=self.name, lines=self.last_lines(), log=self.log, **places)


def start_child(name: str, command: Sequence[str | Path], log: Path) -> Child:
    """Start `command` with its output in `log`.

    In a process group of its own, so that Ctrl-C reaches only the parent, which ends its children in order. The
    kernel ends the child when the parent is killed (Linux; the parent's main thread must be the one that starts it).
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    program = shutil.which(command[0])
    if program is None:
        raise ChildError(
            N_("{name} could not be started: there is no program {program}"), name=name, program=command[0]
        )
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
            raise ChildError(N_("{name} could not be started: {reason}"), name=name, reason=error) from error
    return Child(name, process, log)


def _leashed(command: list[str]) -> list[str]:
    if sys.platform != "linux":
        return command
    return [sys.executable, "-I", "-S", "-c", _LEASH, str(os.getpid()), *command]


def _ending(status: int | None) -> tuple[str, dict[str, object]]:
    """A sentence to fill, and what it says of `status`; None: it still runs."""
    if status is None:
        return N_("{name} did not answer; its last lines ({log}):"), {}
    if status < 0:
        return N_("{name} was ended by {signal}; its last lines ({log}):"), {"signal": signal.Signals(-status).name}
    return N_("{name} ended with exit status {status}; its last lines ({log}):"), {"status": status}
