"""The first command on a machine that lacks something says in one sentence what to do."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    program = shutil.which("make")
    if program is None:
        pytest.skip("make is not on PATH")
    return subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def fake_python(folder: Path, script: str) -> str:
    path = folder / "python3"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def first_line(finished: subprocess.CompletedProcess[str]) -> str:
    return finished.stderr.splitlines()[0]


def test_an_old_python_is_named_with_its_version(tmp_path: Path) -> None:
    python = fake_python(tmp_path, 'test "$1" = --version && echo "Python 3.10.12" && exit 0; exit 1')
    finished = make(f"PYTHON={python}", f"VENV={tmp_path}/venv", "demo")
    assert finished.returncode == 2
    assert first_line(finished).startswith(f"Denyut needs Python 3.11 or newer; {python} is Python 3.10.12.")
    assert not (tmp_path / "venv").exists()


def test_a_missing_venv_names_the_package_of_debian(tmp_path: Path) -> None:
    python = fake_python(tmp_path, 'case "$2" in *ensurepip*) exit 1;; esac; exit 0')
    finished = make(f"PYTHON={python}", f"VENV={tmp_path}/venv", "test")
    assert finished.returncode == 2
    assert first_line(finished) == f"{python} has no venv. On Debian and Ubuntu: apt install python3-venv"


def test_a_machine_without_python_is_told_what_to_install(tmp_path: Path) -> None:
    finished = make("PYTHON=python-that-is-not", f"VENV={tmp_path}/venv", "demo")
    assert finished.returncode == 2
    assert first_line(finished) == "There is no python-that-is-not. On Debian and Ubuntu: apt install python3-venv"


def test_make_alone_lists_every_target() -> None:
    listed = set(re.findall(r"^make (\w+)", make().stdout, flags=re.MULTILINE))
    assert listed == {"demo", "test", "torture", "check", "bench", "lock", "clean"}


def test_the_demo_takes_more_options() -> None:
    commands = make("--dry-run", "VENV=.venv", "demo", "FOR=20s", "ARGS=--data-dir elsewhere").stdout.splitlines()
    assert commands[-1] == ".venv/bin/denyut demo --for 20s --data-dir elsewhere"


def test_all_tests_run_some_at_once_and_those_that_need_the_machine_after_them() -> None:
    commands = make("--dry-run", "VENV=.venv", "test").stdout.splitlines()
    assert commands[-2:] == [
        ".venv/bin/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --ignore tests/torture",
        ".venv/bin/python -m pytest tests/torture",
    ]


def test_a_part_of_the_tests_runs_one_after_the_other() -> None:
    commands = make("--dry-run", "VENV=.venv", "test", "ARGS=tests/storage -x").stdout.splitlines()
    assert commands[-1] == ".venv/bin/python -m pytest tests/storage -x"
