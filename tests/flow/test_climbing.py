"""A run that is killed while an alert climbs: the next one goes on, and each step is told once."""

import time
from pathlib import Path

from alerts.record.reading import Page, RecordReader
from tests.dashboard.http.serving import asked
from tests.flow.test_http import port_of
from tests.flow.test_run import publish, running, status_of, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto

CONFIG = """\
[windows]
sizes = [{ size = "1s" }]
delay = "200ms"
[http]
listen = "127.0.0.1:0"
[[channels]]
id = "board"
kind = "mqtt"
[[offices]]
id = "works"
kinds = ["boiler"]
head = "citra"
[[officers]]
id = "ayu"
office = "works"
contacts = [{ channel = "board", to = "ayu" }]
[[officers]]
id = "citra"
office = "works"
contacts = [{ channel = "board", to = "citra" }]
[[shifts]]
id = "always"
office = "works"
officers = ["ayu"]
[[ladders]]
id = "critical"
steps = [{ to = ["shift"] }, { after = "4s", to = ["head"] }]
[[rules]]
id = "hot"
kind = "boiler"
field = "t_max"
size = "1s"
enter = 90
stale_after = "10m"
severity = "critical"
"""


def told(data_dir: Path) -> list[tuple[str, str, int]]:
    """(reason, officer, number) of what was to be told, by the record, the oldest first."""
    reader = RecordReader(data_dir / "alerts.db")
    try:
        kept = reader.deliveries(page=Page(None, 100))
        return [(each.notice.reason.value, each.notice.officer, each.notice.number) for each in reversed(kept)]
    finally:
        reader.close()


def test_an_alert_climbs_on_after_a_kill_by_the_clock_alone(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with mosquitto(tmp_path) as broker:
        with running(data_dir, broker, CONFIG) as process:
            wait_until_subscribed(process)
            publish(broker, [("city/b/boiler/b1", {"t": 95.0})])
            wait_for(lambda: told(data_dir), "the first notice")
            process.kill()
            process.wait()
        assert told(data_dir) == [("firing", "ayu", 1)]
        with running(data_dir, broker, CONFIG) as process:
            wait_until_subscribed(process)
            # No message comes any more: nothing but the clock makes it climb.
            wait_for(lambda: len(told(data_dir)) == 2, "the second step", 20)
            (shown,) = asked(port_of(data_dir), "/api/alerts").json["alerts"]
            assert (shown["step"], shown["told"], shown["office"]) == (2, ["ayu", "citra"], "works")
            time.sleep(1.5)
            stop(process)
    assert told(data_dir) == [("firing", "ayu", 1), ("escalated", "citra", 2)]
    status = status_of(data_dir)
    assert (status["alerts_active"], status["alerts_untold"]) == (1, 0)
