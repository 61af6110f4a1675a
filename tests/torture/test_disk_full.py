"""The disk of the data directory is full for a while."""

import subprocess
import sys
import time
from pathlib import Path

from tests.servers.mosquitto import mosquitto
from tests.torture.denyut_run import DenyutRun
from tests.torture.length import either
from tests.torture.publishing import publishing
from tests.torture.settled import assert_exact, settle
from tests.torture.small_disk import small_disk


def test_a_disk_that_was_full_for_a_while_costs_no_reading_and_doubles_none(tmp_path: Path) -> None:
    with (
        mosquitto(tmp_path) as port,
        small_disk(tmp_path / "disk", 64) as disk,
        DenyutRun(tmp_path, port, data_dir=disk.path / "data", within=disk.within) as run,
    ):
        run.start()
        run.until_subscribed()
        with publishing(tmp_path, port, 1000) as publisher:
            for _ in range(int(either(1, 3))):
                time.sleep(2)
                disk.fill()
                time.sleep(either(3, 20))
                assert not run.ended, run.log()[-2000:]
                disk.free()
            time.sleep(2)
            disk.fill()
            time.sleep(1)
            run.kill()
            run.start()
            time.sleep(2)
            disk.free()
            if run.ended:
                run.start()
            publisher.finish()
            settle(run, publisher)
        assert_exact(run, publisher)
        assert "full" in run.log()


def test_a_disk_that_is_full_at_the_start_is_one_sentence(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 16) as disk:
        disk.fill()
        command = [sys.executable, "-m", "denyut", "run", "--data-dir", str(disk.path / "data")]
        done = subprocess.run([*disk.within, *command], capture_output=True, text=True, timeout=60)
        sentence = f"denyut: data directory {disk.path / 'data'} cannot be written: No space left on device\n"
        assert (done.returncode, done.stderr) == (1, sentence)
