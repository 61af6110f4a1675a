"""A truth that cannot be written is told, and does not pass for a whole one."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from denyut.commands.simulate import command

HOUR = ("--devices", "50", "--lasts", "1h", "--start", "2026-03-02T06:00:00+07:00")


def simulate_in(kilobytes: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """No file grows beyond that."""
    limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({kilobytes * 1024},) * 2)"
    run = f"{limit}; from denyut.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", run, "simulate", *HOUR, *arguments], capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("kilobytes", [0, 4, 200])
def test_where_the_truth_has_no_room_it_is_one_sentence_and_not_whole(kilobytes: int, tmp_path: Path) -> None:
    truth = tmp_path / "truth"
    run = simulate_in(kilobytes, "--truth", str(truth), "--output", "/dev/null")
    assert run.returncode == 1
    assert run.stderr == f"Error: {truth}: File too large: the truth is not whole\n"
    assert not (truth / "truth.json").exists()


def test_where_the_messages_have_no_room_the_truth_of_them_is_not_whole(tmp_path: Path) -> None:
    truth, output = tmp_path / "truth", Path("/dev/full")
    result = CliRunner().invoke(command, (*HOUR, "--truth", str(truth), "--output", str(output)))
    assert result.exit_code == 1
    assert result.stderr == "Error: /dev/full: No space left on device: not all of it is written\n"
    assert (truth / "readings-air.csv").exists()
    assert not (truth / "truth.json").exists()


def test_where_all_is_written_the_truth_is_whole(tmp_path: Path) -> None:
    truth = tmp_path / "truth"
    result = CliRunner().invoke(command, (*HOUR, "--truth", str(truth), "--output", str(tmp_path / "hour.jsonl")))
    assert result.exit_code == 0
    assert sorted(file.name for file in truth.iterdir() if "readings" not in file.name) == [
        *("events.csv", "faults.csv", "truth.json")
    ]


def test_a_truth_that_cannot_even_be_begun_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(command, (*HOUR, "--truth", str(tmp_path / "file" / "truth"), "--dry-run"))
    assert result.exit_code == 2
    assert "Not a directory" in result.stderr
