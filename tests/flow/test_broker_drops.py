"""`denyut run` comes back to a broker whose queue was too short: what is lost is said and counted."""

import time
from pathlib import Path

from tests.flow.test_run import publish, running, status_of, stop, wait_for
from tests.servers.mosquitto import mosquitto

SHORT_QUEUE = "sys_interval 1\nmax_queued_messages 5\nmax_inflight_messages 1\n"


def messages(count: int) -> list[tuple[str, dict[str, float]]]:
    return [("city/c/air/A1", {"ts": time.time(), "pm25": float(number)}) for number in range(count)]


def dropped(data_dir: Path) -> object:
    return status_of(data_dir).get("brokers", {}).get("mqtt", {}).get("dropped")


def test_what_the_broker_dropped_while_denyut_was_away_is_said_and_counted(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with mosquitto(tmp_path, SHORT_QUEUE) as port:
        with running(data_dir, port) as process:
            wait_for(lambda: dropped(data_dir) == 0, "the broker's count")
            publish(port, messages(1))
            wait_for(lambda: status_of(data_dir)["received"] == 1, "a message")
            assert "dropped" not in stop(process)
        publish(port, messages(40))
        time.sleep(2.5)  # The broker tells of it within a second.
        with running(data_dir, port) as process:
            wait_for(lambda: dropped(data_dir), "what was dropped")
            wait_for(lambda: status_of(data_dir)["received"] + int(str(dropped(data_dir))) == 41, "each message")
            said = stop(process)
    assert f"mqtt: the broker has dropped {dropped(data_dir)} messages since the last run heard its count" in said
