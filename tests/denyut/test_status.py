import os
import subprocess
import sys
from pathlib import Path

from config.settings import Mirror, Settings
from denyut.status import compose, read_status, write_status
from tests.denyut.live_batches import message, messages, started, stopped, take, tick
from tests.servers.free_ports import free_port

CONTRACT = {
    *("received", "accepted", "duplicate", "rejected", "readings", "late", "too_late", "journal_lag_s"),
    *("windows_closed", "points_written", "points_pending", "alerts_active", "watermark", "uptime_s"),
}


def test_the_numbers_of_the_contract_say_what_happened(tmp_path: Path) -> None:
    pipeline = started(Settings(), tmp_path)
    assert compose(pipeline, 0.0, "running")["watermark"] is None
    good = message("city/c/air/A1", {"pm25": 10}, "10:00:01")
    late, broken = message("city/c/air/A1", {"pm25": 10}, "09:00:00"), message("city/c/air/A1", b"{")
    take(pipeline, messages([good, good, broken], "10:00:02"))
    tick(pipeline, "10:00:12")
    take(pipeline, messages([late], "10:00:13"))
    stopped(pipeline, tmp_path)
    status = compose(pipeline, 12.34, "stopped")
    assert set(status) >= CONTRACT
    assert status["journal_lag_s"] == 0.0, "how late the newest messages were is no lag"
    assert compose(pipeline, 0.0, "running", lag_s=1.23456)["journal_lag_s"] == 1.235
    assert (status["received"], status["accepted"], status["duplicate"]) == (4, 1, 1)
    assert status["rejected"] == {"invalid_json": 1, "too_late": 1}
    assert (status["too_late"], status["dead_letters"], status["devices"]) == (1, 2, 1)
    assert (status["windows_closed"], status["watermark"], status["uptime_s"]) == (1, "2025-11-22T10:00:11.000Z", 12.3)
    assert status["points_written"] > 1
    assert status["points_pending"] == 0


def test_the_points_of_the_contract_are_those_of_the_store_and_mirrors_stand_beside_it(tmp_path: Path) -> None:
    mirror = Mirror(name="province", kind="influxdb1", url=f"http://127.0.0.1:{free_port()}")
    pipeline = started(Settings(mirrors=(mirror,)), tmp_path)
    take(pipeline, messages([message("city/c/air/A1", {"pm25": 10}, "10:00:01")], "10:00:02"))
    tick(pipeline, "10:00:12")
    pipeline.stop(1)
    status = compose(pipeline, 1.0, "stopped")
    store, province = status["sinks"]["store"], status["sinks"]["province"]
    assert (province["points_written"], province["points_pending"]) == (0, store["points_written"])
    assert (status["points_written"], status["points_pending"]) == (store["points_written"], 0)
    assert status["points_written"] > 1
    assert status["store_error"].startswith("province: ")


def test_a_run_that_was_killed_is_not_said_to_be_running(tmp_path: Path) -> None:
    assert read_status(tmp_path) is None
    write_status(tmp_path, {"state": "running", "pid": os.getpid()})
    assert read_status(tmp_path) == {"state": "running", "pid": os.getpid()}
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    write_status(tmp_path, {"state": "running", "pid": gone.pid})
    assert read_status(tmp_path) == {"state": "killed", "pid": gone.pid}
    write_status(tmp_path, {"state": "stopped", "pid": gone.pid})
    assert read_status(tmp_path) == {"state": "stopped", "pid": gone.pid}
