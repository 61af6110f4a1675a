"""A run that is killed again and again commands nothing twice, and what it did not say is said by the next one."""

import random
import time
from collections import Counter
from pathlib import Path

from alerts.record.reading import RecordReader
from tests.flow.test_run import running, status_of, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto
from tests.servers.street import CONFIG, commands, heard, obeying, publish

KILLS = 12
SIREN = """\
[[actuators]]
id = "siren-{number}"
source = "things"
topic = "street/siren/{number}"
expires = "1m"
commands = {{ on = {{}} }}
[[rules]]
id = "hot-{number}"
kind = "boiler"
field = "t_max"
size = "1s"
devices = ["b{number}"]
enter = 90
orders = [{{ actuator = "siren-{number}", command = "on" }}]
"""


def test_a_run_that_is_killed_at_any_moment_commands_nothing_twice(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    (tmp_path / "token").write_text("rahasia\n")
    draw = random.Random(6)
    with mosquitto(tmp_path) as broker, obeying(tmp_path, broker, topic="street/siren/+") as log:
        config = CONFIG.format(readings=broker, things=broker)
        config += "".join(SIREN.format(number=number) for number in range(KILLS))
        for number in range(KILLS):
            with running(data_dir, None, config) as process:
                wait_until_subscribed(process)
                publish(broker, [(f"city/b/boiler/b{number}", {"t": 95.0})])
                # The window closes 1.2 s after it began at the latest.
                time.sleep(draw.uniform(0.2, 1.6))
                process.kill()
                process.wait()
        with running(data_dir, None, config) as process:
            wait_until_subscribed(process)
            wait_for(lambda: len(commands(data_dir)) == KILLS, "all commands", 90)
            over = {"confirmed", "expired", "failed"}
            wait_for(lambda: {each["state"] for each in commands(data_dir)} <= over, "their ends", 90)
            ended = commands(data_dir)
            wait_for(lambda: status_of(data_dir)["alerts_active"] == KILLS, "the alerts")
            stop(process)
    times = Counter(line["id"] for line in heard(log))
    assert set(times.values()) == {1}
    reader = RecordReader(data_dir / "alerts.db")
    sent = {each.order.number: each for each in reader.commands()}
    reader.close()
    assert len(sent) == KILLS
    for state in ended:
        row = sent[state["number"]]
        was_heard = any(identity.endswith(f"-{row.id}") for identity in times)
        if state["state"] == "confirmed":
            assert was_heard
        else:
            # Nobody says that it was done, although it may have been: people are told.
            assert "the run ended" in state["reason"] or not was_heard
    assert sum(state["state"] == "confirmed" for state in ended) >= KILLS // 2
