import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from denyut.data_dir import DEFAULT, VARIABLE, DataDirError, claimed, default_data_dir

HOLD = "import sys, time; from pathlib import Path; from denyut.data_dir import claimed\n"
HOLD += "with claimed(Path(sys.argv[1])): print('held', flush=True); time.sleep(60)"


def test_a_directory_is_made_on_first_use_and_free_again_afterwards(tmp_path: Path) -> None:
    for _ in range(2):
        with claimed(tmp_path / "a" / "b") as directory:
            assert directory.is_dir()


def test_a_directory_in_use_is_named_with_the_process_that_uses_it(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        message = rf"^data directory {tmp_path} is in use by process {holder.pid}$"
        with pytest.raises(DataDirError, match=message), claimed(tmp_path):
            pass
    finally:
        holder.kill()
        holder.communicate()
    with claimed(tmp_path):
        assert (tmp_path / "lock").read_text().splitlines()[0] == str(os.getpid())


def test_a_copy_of_a_directory_in_use_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with claimed(tmp_path / "city"):
        shutil.copytree(tmp_path / "city", tmp_path / "copy")
    with claimed(tmp_path / "city"):
        assert caplog.messages == []
    for _ in range(2):
        with claimed(tmp_path / "copy"):
            assert caplog.messages == [
                f"data directory {tmp_path / 'copy'} is a copy or was restored from one: if the other is in use too, "
                "both take the same messages and write the same points"
            ]


def test_a_lock_of_an_earlier_version_is_taken(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "lock").write_text("1234\n")
    with claimed(tmp_path):
        assert caplog.messages == []


def test_a_directory_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(DataDirError, match=r"^data directory .*/file/data cannot be written: Not a directory$"),
        claimed(tmp_path / "file" / "data"),
    ):
        pass


def test_a_file_in_the_place_of_the_directory_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataDirError, match="cannot be written: File exists"), claimed(tmp_path / "file"):
        pass


@pytest.mark.skipif(os.geteuid() == 0, reason="as root every directory can be written")
def test_a_directory_without_rights_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DataDirError, match="cannot be written: Permission denied"), claimed(tmp_path / "data"):
        pass


def test_the_environment_names_the_directory_where_no_option_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "elsewhere")
    assert default_data_dir() == Path("elsewhere")
    monkeypatch.delenv(VARIABLE)
    assert default_data_dir() == DEFAULT
