"""Dead letters asked for again, taken in by a real `denyut run`."""

import json
from pathlib import Path

from tests.flow.test_run import CONFIG, denyut, publish, running, status_of, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto


def test_a_dead_letter_comes_in_once_after_the_configuration_was_mended(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with mosquitto(tmp_path) as port:
        with running(data_dir, port, CONFIG + '[[sources]]\nignore = ["pm25"]\n') as process:
            wait_until_subscribed(process)
            # No time of its own: it must come in at the time at which it first came.
            publish(port, [("city/b/air/A1", {"pm25": 41.5})])
            wait_for(lambda: status_of(data_dir).get("dead_letters") == 1, "the dead letter")
            stop(process)
        assert "the next: denyut run" in denyut("dead-letters", "requeue", "1", "--data-dir", str(data_dir)).stdout
        with running(data_dir, port) as process:
            wait_for(lambda: status_of(data_dir)["points_written"], "the points of the letter")
            stop(process)
    status = status_of(data_dir)
    assert (status["received"], status["rejected"], status["dead_letters"]) == (2, {"no_quantity": 1}, 0)
    (row,) = json.loads(
        denyut("query", "window", "--where", "size=1s", "--data-dir", str(data_dir), "--format", "json").stdout
    )
    assert (row["device"], row["pm25_mean"], row["pm25_count"]) == ("A1", 41.5, 1)


def test_a_dead_letter_that_is_rejected_again_while_running_is_a_new_letter(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data = ("--data-dir", str(data_dir))
    with mosquitto(tmp_path) as port, running(data_dir, port) as process:
        wait_until_subscribed(process)
        publish(port, [("city/b/air/A1", {}), ("city/b/air/A2", {})])
        wait_for(lambda: status_of(data_dir).get("dead_letters") == 2, "the dead letters")
        assert (
            "2 letters are taken in again now, by the run" in denyut("dead-letters", "requeue", "--all", *data).stdout
        )
        wait_for(lambda: status_of(data_dir)["received"] == 4, "the letters")
        stop(process)
    listed = json.loads(denyut("dead-letters", "list", "--format", "json", *data).stdout)
    assert [(letter["id"], letter["topic"], letter["reason"]) for letter in listed] == [
        (3, "city/b/air/A1", "no_quantity"),
        (4, "city/b/air/A2", "no_quantity"),
    ]
    assert status_of(data_dir)["rejected"] == {"no_quantity": 4}


def test_a_letter_that_was_taken_in_again_does_not_come_back_after_a_kill(tmp_path: Path) -> None:
    """The kill comes before any checkpoint: the next start applies both of its arrivals again."""
    data_dir = tmp_path / "data"
    data = ("--data-dir", str(data_dir))
    config = CONFIG + '[checkpoint]\nevery = "1h"\n'
    with mosquitto(tmp_path) as port:
        with running(data_dir, port, config) as process:
            wait_until_subscribed(process)
            publish(port, [("city/b/air/A1", {})])
            wait_for(lambda: status_of(data_dir).get("dead_letters") == 1, "the dead letter")
            denyut("dead-letters", "requeue", "1", *data)
            wait_for(lambda: status_of(data_dir)["received"] == 2, "the letter")
            process.kill()
            process.wait()
        with running(data_dir, port, config) as process:
            wait_until_subscribed(process)
            stop(process)
    assert [
        letter["id"] for letter in json.loads(denyut("dead-letters", "list", "--format", "json", *data).stdout)
    ] == [2]
    status = status_of(data_dir)
    assert (status["received"], status["rejected"], status["dead_letters"]) == (2, {"no_quantity": 2}, 1)
