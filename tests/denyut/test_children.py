import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from config.language import open_language
from denyut.children import ChildError, start_child

ROOT = Path(__file__).parents[2]
PARENT = """
import sys, time
from pathlib import Path
from config.language import open_language
from denyut.children import start_child
print(start_child("sleeper", ["/bin/sleep", "60"], Path(sys.argv[1])).process.pid, flush=True)
time.sleep(60)
"""


def test_a_child_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("the kernel ends orphans on Linux only")
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    os.kill(parent.pid, signal.SIGKILL)
    parent.wait(10)
    parent.stdout.close()
    child.wait(10)


def test_a_child_that_ignores_the_request_to_end_is_killed(tmp_path: Path) -> None:
    child = start_child(
        "deaf", ["/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"], tmp_path / "log"
    )
    while child.last_lines() != ["ready"]:
        time.sleep(0.02)
    assert child.stop(timeout_s=0.2) == -signal.SIGKILL


def test_a_child_that_ended_early_is_reported_with_its_status_and_last_lines(tmp_path: Path) -> None:
    child = start_child("the program", ["/bin/sh", "-c", "echo one; echo two >&2; exit 4"], tmp_path / "log")
    child.process.wait(10)
    assert str(child.failure()) == (
        f"the program ended with exit status 4; its last lines ({tmp_path / 'log'}):\n  one\n  two"
    )


def test_a_child_that_was_killed_is_reported_with_the_signal(tmp_path: Path) -> None:
    child = start_child("the program", ["/bin/sleep", "60"], tmp_path / "log")
    child.stop(signal.SIGKILL)
    assert str(child.failure()) == (
        f"the program was ended by SIGKILL; its last lines ({tmp_path / 'log'}):\n  (it printed nothing)"
    )


def test_what_happened_to_a_child_is_said_in_the_reader_s_language_and_its_own_lines_as_they_are(
    tmp_path: Path,
) -> None:
    child = start_child("the simulated city", ["/bin/sh", "-c", "echo {one}; exit 4"], tmp_path / "log")
    child.process.wait(10)
    assert child.failure().said(open_language("id")) == (
        f"kota simulasi berakhir dengan status 4; baris terakhirnya ({tmp_path / 'log'}):\n  {{one}}"
    )


def test_a_silent_child_is_said_to_be_so_in_the_reader_s_language(tmp_path: Path) -> None:
    child = start_child("denyut run", ["/bin/sleep", "60"], tmp_path / "log")
    child.stop(signal.SIGKILL)
    assert child.failure().said(open_language("id")) == (
        f"denyut run dihentikan oleh SIGKILL; baris terakhirnya ({tmp_path / 'log'}):\n  (tanpa keluaran)"
    )


def test_a_program_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(ChildError, match="the program could not be started: there is no program"):
        start_child("the program", [tmp_path / "absent"], tmp_path / "log")


def test_ctrl_c_on_the_terminal_does_not_reach_a_child(tmp_path: Path) -> None:
    child = start_child("sleeper", ["/bin/sleep", "60"], tmp_path / "log")
    assert os.getpgid(child.process.pid) == child.process.pid != os.getpgrp()
    child.stop()
