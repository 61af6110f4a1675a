"""A skip that hides a missing program fails in CI; one that nothing there can cure stays a skip."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def outcome(folder: Path, source: str, **environment: str) -> tuple[int, str]:
    """Exit status and last line of pytest run on one test of that source, under this folder's conftest."""
    (folder / "test_sample.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-q", "-c", str(ROOT / "pyproject.toml"), "-p", "tests.conftest"]
    inherited = {name: value for name, value in os.environ.items() if name != "DENYUT_REFUSE_SKIPS"}
    finished = subprocess.run(
        [*command, "-p", "no:cacheprovider", str(folder)],
        cwd=ROOT,
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return finished.returncode, finished.stdout.strip().splitlines()[-1]


def skipping(reason: str) -> str:
    return f"import pytest\n\ndef test_a_server_answers():\n    pytest.skip({reason!r})\n"


@pytest.mark.parametrize(
    "reason", ["no Docker engine answers and mosquitto is not on PATH", "influxd is not on PATH", "later"]
)
def test_a_skip_for_a_missing_program_fails_where_skips_are_refused(tmp_path: Path, reason: str) -> None:
    status, last = outcome(tmp_path, skipping(reason), DENYUT_REFUSE_SKIPS="1")
    assert (status, last.split(" in ")[0]) == (1, "1 failed")


@pytest.mark.parametrize("reason", ["no Docker engine answers", "the recordings are absent: ../shared/data"])
def test_a_skip_that_no_package_cures_stays_one(tmp_path: Path, reason: str) -> None:
    status, last = outcome(tmp_path, skipping(reason), DENYUT_REFUSE_SKIPS="1")
    assert (status, last.split(" in ")[0]) == (0, "1 skipped")


def test_a_whole_module_that_skips_is_refused_too(tmp_path: Path) -> None:
    source = 'import pytest\n\npytest.skip("influxd is not on PATH", allow_module_level=True)\n'
    status, last = outcome(tmp_path, source, DENYUT_REFUSE_SKIPS="1")
    assert status != 0
    assert "1 error" in last


def test_skips_are_free_elsewhere(tmp_path: Path) -> None:
    status, last = outcome(tmp_path, skipping("influxd is not on PATH"))
    assert (status, last.split(" in ")[0]) == (0, "1 skipped")
