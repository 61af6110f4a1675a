import shutil
from pathlib import Path

from config.settings import Settings
from denyut.own_health import OwnHealth
from denyut.pipeline import Pipeline
from tests.denyut.live_batches import message, messages, started, stopped, take


class Clock:
    """Of this machine, set by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0
        self.lag_s = 0.0

    def watch(self, directory: Path, pipeline: Pipeline) -> OwnHealth:
        return OwnHealth(directory, pipeline, lambda: self.lag_s, lambda: self.now_s)


def test_once_a_minute_it_says_what_was_measured_since(tmp_path: Path) -> None:
    pipeline, clock = started(Settings(), tmp_path), Clock()
    health = clock.watch(tmp_path, pipeline)
    sent = [message("city/c/air/A1", {"pm25": value}, f"10:00:0{value}") for value in (1, 2, 3)]
    take(pipeline, messages([*sent, message("elsewhere", b"{}", None)], "10:00:05"))
    clock.now_s, clock.lag_s = 130.0, 2.5
    assert health.look() is None
    clock.now_s, clock.lag_s = 160.0, 0.25
    figures = health.look()
    assert figures is not None
    assert (figures["denyut_journal_lag_s"], figures["denyut_dead_letter_share"]) == (2.5, 0.25)
    assert figures["denyut_notices_waiting"] == 0.0
    clock.now_s = 219.9
    assert health.look() is None
    clock.now_s = 220.0
    assert (health.look() or {})["denyut_journal_lag_s"] == 0.25
    stopped(pipeline, tmp_path)


def test_without_messages_no_share_of_them_is_lost(tmp_path: Path) -> None:
    pipeline, clock = started(Settings(), tmp_path), Clock()
    health = clock.watch(tmp_path, pipeline)
    clock.now_s = 160.0
    assert (health.look() or {})["denyut_dead_letter_share"] == 0.0
    stopped(pipeline, tmp_path)


def test_the_share_of_the_disk_that_is_free_is_that_of_the_data_directory(tmp_path: Path) -> None:
    pipeline, clock = started(Settings(), tmp_path), Clock()
    health = clock.watch(tmp_path, pipeline)
    clock.now_s = 160.0
    disk = shutil.disk_usage(tmp_path)
    assert abs((health.look() or {})["denyut_disk_free_share"] - disk.free / disk.total) < 0.01
    gone = clock.watch(tmp_path / "gone", pipeline)
    clock.now_s = 300.0
    assert "denyut_disk_free_share" not in (gone.look() or {})
    stopped(pipeline, tmp_path)
