"""The record of alerts removed, older, copied or on a full disk: what a run says, and what it costs."""

import shutil
from pathlib import Path
from typing import Any

from alerts.record.reading import Chosen, PastAlert, RecordReader
from tests.flow.test_run import running, status_of, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto
from tests.servers.test_notices import devices_told, heat, hooked
from tests.servers.webhook_receiver import Answer, receiving

OLDER = "the record of alerts is older than the checkpoint (removed, cut short or restored from a copy)"


def firing(data_dir: Path) -> list[str]:
    alerts: list[PastAlert] = RecordReader(data_dir / "alerts.db").alerts(ended=False)
    return sorted(alert.device for alert in alerts)


def remove(data_dir: Path) -> None:
    for file in data_dir.glob("alerts.db*"):
        file.unlink()


def until_saved(data_dir: Path) -> None:
    """A checkpoint holds what has happened."""

    def saved() -> Any:
        status = status_of(data_dir)
        return status["checkpoint"]["next_offset"] >= status["journal"]["next_offset"] - 1

    wait_for(saved, "a checkpoint")


def test_removed_during_a_run_it_is_told_no_checkpoint_is_taken_and_a_restart_tells_what_waited(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with mosquitto(tmp_path) as broker, receiving() as receiver:
        config = hooked(receiver.url)
        with running(data_dir, broker, config) as process:
            wait_until_subscribed(process)
            heat(broker, "b1")
            wait_for(lambda: devices_told(receiver.told)["b1"], "the notice")
            until_saved(data_dir)
            remove(data_dir)
            heat(broker, "b2")
            said = wait_for(lambda: status_of(data_dir)["alert_record_error"], "the error")
            assert said == (
                f"{data_dir / 'alerts.db'} was removed or replaced while it was used; stop the run and start it again"
            )
            assert devices_told(receiver.told)["b2"] == 0
            errors = stop(process)
            assert f"{said}; what becomes of alerts waits in memory" in errors
        with running(data_dir, broker, config) as process:
            wait_for(lambda: devices_told(receiver.told)["b2"], "the notice that waited")
            stop(process)
        assert devices_told(receiver.told) == {"b1": 1, "b2": 1}
        assert firing(data_dir) == ["b1", "b2"]


def test_removed_before_a_start_it_is_told_and_open_alerts_are_entered_again(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with mosquitto(tmp_path) as broker, receiving() as receiver:
        config = hooked(receiver.url)
        with running(data_dir, broker, config) as process:
            wait_until_subscribed(process)
            heat(broker, "b1")
            wait_for(lambda: devices_told(receiver.told)["b1"], "the notice")
            stop(process)
        remove(data_dir)
        with running(data_dir, broker, config) as process:
            wait_for(lambda: status_of(data_dir)["state"] == "running", "the run")
            wait_for(lambda: firing(data_dir) == ["b1"], "the alert")
            heat(broker, "b2")
            wait_for(lambda: devices_told(receiver.told)["b2"], "the next notice")
            assert OLDER in stop(process)
        assert devices_told(receiver.told) == {"b1": 1, "b2": 1}
        assert len({key.partition("-")[0] for key in receiver.keys}) == 2


def test_a_copy_that_is_put_back_is_told_and_tells_what_waited_in_it_by_the_same_keys(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with mosquitto(tmp_path) as broker, receiving(lambda *_: Answer(503)) as receiver:
        config = hooked(receiver.url)
        with running(data_dir, broker, config) as process:
            wait_until_subscribed(process)
            heat(broker, "b1")
            wait_for(lambda: receiver.told, "an attempt")
            stop(process)
        shutil.copy(data_dir / "alerts.db", tmp_path / "copy")
        receiver.behaviour = lambda *_: Answer()
        with running(data_dir, broker, config) as process:
            wait_until_subscribed(process)
            heat(broker, "b2")
            wait_for(lambda: len(devices_told(receiver.told)) == 2, "both notices")
            stop(process)
        remove(data_dir)
        shutil.copy(tmp_path / "copy", data_dir / "alerts.db")
        before = len(receiver.told)
        with running(data_dir, broker, config) as process:
            wait_for(lambda: len(receiver.told) > before, "the notice that waits in the copy")
            wait_for(lambda: firing(data_dir) == ["b1", "b2"], "the alerts")
            assert OLDER in stop(process)
        assert devices_told(receiver.told) == {"b1": 1, "b2": 1}


def test_a_rule_that_is_gone_ends_its_alerts_in_the_record(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with mosquitto(tmp_path) as broker, receiving() as receiver:
        with running(data_dir, broker, hooked(receiver.url)) as process:
            wait_until_subscribed(process)
            heat(broker, "b1")
            wait_for(lambda: devices_told(receiver.told)["b1"], "the notice")
            stop(process)
        other = hooked(receiver.url).replace('id = "hot"', 'id = "warm"')
        with running(data_dir, broker, other) as process:
            wait_for(lambda: firing(data_dir) == [], "the end")
            stop(process)
    reader = RecordReader(data_dir / "alerts.db")
    assert [alert.ending for alert in reader.alerts(Chosen({"rule": "hot"}))] == ["dropped"]
