"""The image and the wheel in it: no root, nothing unpinned, no secret, and every file that Denyut needs."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCKERFILE = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
INSTRUCTIONS = [tuple(line.split(None, 1)) for line in DOCKERFILE.splitlines() if line and line[0] not in "# "]
ADMITTED = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
PACKAGES = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]["find"]["include"]


def arguments(instruction: str) -> list[str]:
    return [line[1] for line in INSTRUCTIONS if line[0] == instruction]


def test_the_image_runs_without_root() -> None:
    final_stage = INSTRUCTIONS[max(i for i, line in enumerate(INSTRUCTIONS) if line[0] == "FROM") :]
    users = [line[1] for line in final_stage if line[0] == "USER"]
    assert users == ["10001:10001"]
    assert [line[0] for line in final_stage].index("USER") > max(
        i for i, line in enumerate(final_stage) if line[0] in {"RUN", "COPY"}
    )


def test_both_stages_start_from_one_python_of_a_named_version() -> None:
    bases = {base.split(" AS ")[0] for base in arguments("FROM")}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.\d+-slim-[a-z]+", bases.pop())


def test_whatever_is_installed_is_pinned_by_hash_or_comes_from_here() -> None:
    installs = [part for run in arguments("RUN") for part in run.split("&&") if "pip install" in part]
    assert len(installs) == 2
    assert [part for part in installs if "--require-hashes" not in part and "--no-index" not in part] == []


def test_the_image_holds_no_secret() -> None:
    settings = " ".join(arguments("ENV") + arguments("ARG") + arguments("LABEL"))
    assert not re.search(r"PASSWORD|TOKEN|SECRET|KEY", settings, re.IGNORECASE)
    assert arguments("ADD") == []


def test_the_build_sees_the_rooms_and_nothing_that_could_hold_a_secret() -> None:
    rooms = [path for path in ADMITTED if "/" not in path and "." not in path and path != "LICENSE"]
    assert sorted(rooms) == sorted(pattern.rstrip("*") for pattern in PACKAGES)
    assert [path for path in ADMITTED if path.startswith((".env", ".git", "deploy", "tests"))] == []
    assert "*" in (ROOT / ".dockerignore").read_text().splitlines()


def test_data_lives_in_a_volume_that_the_health_check_looks_at() -> None:
    assert arguments("VOLUME") == ["/var/lib/denyut"]
    assert "denyut status --data-dir /var/lib/denyut" in arguments("HEALTHCHECK")[0]
    assert arguments("STOPSIGNAL") == ["SIGTERM"]


@pytest.fixture(scope="module")
def wheel_names(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The files in a wheel built from exactly what the image's build sees."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in ADMITTED:
        origin, copy = ROOT / name, source / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, copy, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(origin, copy)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*command, "--wheel-dir", str(target), str(source)], check=True, capture_output=True)
    with zipfile.ZipFile(next(target.glob("*.whl"))) as wheel:
        return set(wheel.namelist())


def test_the_wheel_carries_every_module_and_every_file_beside_it(wheel_names: set[str]) -> None:
    needed = {
        str(path.relative_to(ROOT))
        for room in (pattern.rstrip("*") for pattern in PACKAGES)
        for path in (ROOT / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not fnmatch(path.name, "*.pot")
    }
    assert "denyut/__init__.py" in needed
    assert needed - wheel_names == set()


def test_the_wheel_carries_neither_tests_nor_benchmarks(wheel_names: set[str]) -> None:
    assert [name for name in wheel_names if name.startswith(("tests/", "benchmarks/", "deploy/"))] == []
