"""Somebody sets the clock of the machine by an hour while Denyut runs, and back: nothing is lost or closed early.

The runs end by SIGKILL, since the library that sets their clock does not let a program sleep.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from threading import Event, Thread

import pytest

from ingest.receive_clock import WITNESSES
from tests.flow.test_run import (
    DENYUT,
    ROOT,
    count_of,
    publish,
    query,
    status_of,
    wait_for,
    wait_until_subscribed,
)
from tests.servers.faketime import SetClock
from tests.servers.mosquitto import mosquitto

CONFIG = '[windows]\nsizes = [{ size = "1s" }]\ndelay = "3s"\n[http]\nenabled = false\n'
"""With time enough that a busy machine makes no reading late."""
HOUR_S = 3600


@contextmanager
def running_with(clock: SetClock, data_dir: Path, port: int) -> Iterator["subprocess.Popen[str]"]:
    file = data_dir.parent / "city.toml"
    file.write_text(CONFIG)
    command = [*DENYUT, "run", "--config", str(file), "--broker", f"mqtt://127.0.0.1:{port}"]
    process = subprocess.Popen(
        [*command, "--data-dir", str(data_dir)], cwd=ROOT, stderr=subprocess.PIPE, text=True, env=clock.environment
    )
    try:
        wait_until_subscribed(process)
        yield process
    finally:
        process.kill()


@contextmanager
def devices_speaking(port: int) -> Iterator[list[int]]:
    """A device that knows the true time speaks five times a second; the numbers of what it has sent."""
    stop, sent = Event(), list[int]()

    def speak() -> None:
        for number in count():
            publish(port, [("city/c/air/A1", {"ts": time.time(), "seq": number, "pm25": 20.0})])
            sent.append(number)
            if stop.wait(0.2):
                return

    thread = Thread(target=speak)
    thread.start()
    try:
        yield sent
    finally:
        stop.set()
        thread.join()


def behind_s(data_dir: Path) -> float:
    """How far the watermark is behind the true time."""
    watermark: str = status_of(data_dir)["watermark"]
    return time.time() - datetime.fromisoformat(watermark).timestamp()


def hear_another_batch(data_dir: Path) -> None:
    before: int = status_of(data_dir)["received"]
    wait_for(lambda: status_of(data_dir)["received"] > before, "another batch")


@pytest.mark.parametrize("step_s", [HOUR_S, -HOUR_S], ids=["an hour ahead", "an hour back"])
def test_a_clock_that_is_set_and_set_back_loses_nothing_and_closes_nothing_early(tmp_path: Path, step_s: int) -> None:
    data_dir, clock = tmp_path / "data", SetClock(tmp_path)
    with mosquitto(tmp_path) as port, running_with(clock, data_dir, port) as process:
        with devices_speaking(port) as sent:
            wait_for(lambda: len(sent) > 5, "readings")
            clock.be_off_by(step_s)
            wait_for(lambda: abs(status_of(data_dir)["clock_difference_s"] - step_s) < 1, "the step")
            before = len(sent)
            wait_for(lambda: len(sent) > before + 15, "readings after the step")
            # On a busy machine several readings come in one batch, which is one witness.
            for _ in range(WITNESSES):
                hear_another_batch(data_dir)
            assert 0 < behind_s(data_dir) < 8
            clock.be_off_by(0)
            wait_for(lambda: status_of(data_dir)["clock_difference_s"] == 0, "the way back")
            before = len(sent)
            wait_for(lambda: len(sent) > before + 10, "readings after the way back")
        wait_for(lambda: status_of(data_dir)["received"] == len(sent), "the last message")
        told = status_of(data_dir)
        wait_for(lambda: count_of(query(data_dir, "--where", "size=1s")) == len(sent), "the windows")
        assert 0 < behind_s(data_dir) < 8
        process.kill()
        errors = process.communicate()[1]
    assert (told["accepted"], told["late"], told["rejected"]) == (len(sent), 0, {})
    said = [line.split(" ", 2)[2] for line in errors.splitlines() if "clock of this machine" in line]
    way = "ahead" if step_s > 0 else "back"
    assert said == [
        f"the clock of this machine was set 3,600 s {way}: not followed until devices agree",
        f"the clock of this machine is wrong by 3,600 s {way}: devices contradict it",
        "the clock of this machine is back where it was",
    ]


def test_a_clock_that_was_wrong_at_the_start_is_followed_when_it_is_put_right(tmp_path: Path) -> None:
    data_dir, clock = tmp_path / "data", SetClock(tmp_path)
    clock.be_off_by(-HOUR_S)
    with mosquitto(tmp_path) as port, running_with(clock, data_dir, port) as process:
        with devices_speaking(port) as sent:
            wait_for(lambda: status_of(data_dir)["rejected"].get("time_ahead", 0) > 3, "readings of right devices")
            clock.be_off_by(0)
            wait_for(lambda: status_of(data_dir)["accepted"] > 10, "accepted readings")
        wait_for(lambda: status_of(data_dir)["received"] == len(sent), "the last message")
        wait_for(lambda: 0 < behind_s(data_dir) < 8, "the right time")
        told = status_of(data_dir)
        process.kill()
        errors = process.communicate()[1]
    assert "3,600 s ahead, is followed: devices agree with it" in errors
    assert told["accepted"] + sum(told["rejected"].values()) == told["received"] == len(sent)
    assert set(told["rejected"]) == {"time_ahead"}
