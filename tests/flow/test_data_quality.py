"""A stuck sensor from its messages to the points that are stored."""

from pathlib import Path

from config.load import load_settings
from tests.denyut.live_batches import message, messages, started, stopped, stored, take, tick

CITY = """
[windows]
sizes = [{ size = "1m" }]
delay = "500ms"

[kinds.air.quality]
stuck_readings = 10
"""


def test_a_sensor_that_is_stuck_is_flagged_counted_and_doubted(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text(CITY, encoding="utf-8")
    pipeline = started(load_settings(file), tmp_path)
    for minute in range(12):
        sent = [("city/c/air/A0", {"pm25": 35.0})]
        sent += [(f"city/c/air/A{number}", {"pm25": 30.0 + number + minute % 3}) for number in (1, 2, 3)]
        clock = f"10:{minute:02}:30"
        take(pipeline, messages([message(topic, payload, clock) for topic, payload in sent], clock))
        tick(pipeline, f"10:{minute + 1:02}:01")
    stopped(pipeline, tmp_path)
    flagged = {row.tags["device"] for row in stored(tmp_path, "window") if row.fields.get("pm25_flags") == 1.0}
    assert flagged == {"A0"}
    rows = stored(tmp_path, "indicator", zone="all", indicator="air_sensors_faulty")
    faulty = [row.fields["value"] for row in sorted(rows, key=lambda row: row.time_ns)]
    assert faulty == [0.0] * 10 + [1.0] * 2
    rows = stored(tmp_path, "indicator", zone="all", indicator="pm25")
    quality = [row.fields["quality"] for row in sorted(rows, key=lambda row: row.time_ns)]
    assert quality == [1.0] * 10 + [0.75] * 2
