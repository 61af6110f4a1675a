"""What `denyut status --devices` says beside a run, and over a kill."""

import json
from pathlib import Path
from typing import Any

from tests.flow.test_run import CONFIG, denyut, publish, running, status_of, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto

EVERY_SECOND = CONFIG + '[checkpoint]\nevery = "1s"\n'


def device(data_dir: Path, name: str) -> dict[str, Any]:
    result = denyut("status", "--devices", "--json", "--data-dir", str(data_dir))
    devices = json.loads(result.stdout)["devices"] if result.returncode == 0 else []
    return next((each for each in devices if each["device"] == name), {})


def test_what_a_device_lost_is_known_beside_the_run_and_the_count_goes_on_over_a_kill(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with mosquitto(tmp_path) as port:
        with running(data_dir, port, EVERY_SECOND) as process:
            wait_until_subscribed(process)
            publish(port, [("city/b/air/A1", {"seq": number, "pm25": 1.0}) for number in (4, 5, 9, 10)])
            wait_for(lambda: device(data_dir, "A1").get("missing") == 3, "the count of missing messages", 60)
            publish(port, [("city/b/air/A1", {"seq": 12, "pm25": 1.0}), ("city/b/air/A1", {})])
            wait_for(lambda: status_of(data_dir)["received"] == 6, "the last messages")
            process.kill()
            process.wait()
        with running(data_dir, port, EVERY_SECOND) as process:
            wait_until_subscribed(process)
            publish(port, [("city/b/air/A1", {"seq": 8, "pm25": 1.0})])
            wait_for(lambda: status_of(data_dir)["received"] == 7, "the late message")
            stop(process)
    found = device(data_dir, "A1")
    assert (found["published"], found["missing"], found["restarts"]) == (9, 3, 0)
    assert (found["received"], found["accepted"], found["rejected"]) == (7, 6, {"no_quantity": 1})
    status = status_of(data_dir)
    assert (status["published"], status["missing"], status["ledger_violations"]) == (9, 3, 0)
