"""Readings without a time of their own, which the broker has kept while nobody was there."""

import time
from pathlib import Path

from tests.flow.test_run import publish, running, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto
from tests.servers.street import HOT, config, heard, obeying, told, until_told


def test_what_a_broker_kept_without_a_time_moves_nothing_on_the_street(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    (tmp_path / "token").write_text("rahasia\n")
    with mosquitto(tmp_path) as broker, obeying(tmp_path, broker) as log:
        toml = config(broker, broker, rules=HOT)
        with running(data_dir, None, toml) as process:
            wait_until_subscribed(process)
            # The session goes on without the run.
            time.sleep(1)
            stop(process)
        publish(broker, [("city/b/boiler/b1", {"t": 95.0})])
        with running(data_dir, None, toml) as process:
            wait_until_subscribed(process)
            wait_for(lambda: told(data_dir), "the order of the rule")
            until_told(data_dir, ("on", "refused"))
            # What is read as it is sent commands.
            publish(broker, [("city/b/boiler/b2", {"t": 95.0})])
            until_told(data_dir, ("on", "refused"), ("on", "confirmed"))
            stop(process)
    assert [line["command"] for line in heard(log)] == ["on"]
