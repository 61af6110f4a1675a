"""Air, noise, weather and rivers from a configuration to the figures that are stored."""

import json
from pathlib import Path

import pytest

from config.load import load_settings
from tests.denyut.live_batches import message, messages, started, stopped, stored, take, tick
from tests.flow.test_run import denyut, publish, running, status_of, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto

CITY = """
[windows]
sizes = [{ size = "1s" }, { size = "1h" }]
delay = "500ms"

[kinds.air.quantities.no2]
unit = "ppb"

[[zones]]
id = "kota"
land_use = "perumahan"

[[devices]]
id = "N1"
kind = "noise"
zone = "kota"

[[devices]]
id = "W1"
kind = "water"
zone = "kota"
siaga_3 = 80
siaga_2 = 150
siaga_1 = 200
"""
SENT = {
    "air/A1": {"pm25": 35.0, "no2": 80.0},
    "noise/N1": {"laeq": 60.0},
    "weather/C1": {"temperature": 30.0, "humidity": 70.0, "rain_mm": 12.0},
    "water/W1": {"level_cm": 160.0},
}


def test_an_hour_of_readings_becomes_the_figures_of_that_hour(tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text(CITY, encoding="utf-8")
    pipeline = started(load_settings(file), tmp_path)
    sent = [message(f"city/c/{place}", payload, "10:30:00") for place, payload in SENT.items()]
    take(pipeline, messages(sent, "10:30:01"))
    tick(pipeline, "11:00:01")
    stopped(pipeline, tmp_path)
    rows = stored(tmp_path, "indicator", zone="all", size="1h")
    found = {row.tags["indicator"]: row.fields["value"] for row in rows if "value" in row.fields}
    expected = {
        "pm25": 35.0,
        "no2": 80 * 46.01 / 24.45,
        "ispu_pm25_indicative": 74,
        "ispu_no2_indicative": 79,
        "ispu_indicative": 79,
        "ispu_critical_indicative": 5,
        "us_aqi_no2": 79,
        "us_aqi": 79,
        "noise_laeq": 60,
        "noise_l10": 60,
        "noise_l50": 60,
        "noise_l90": 60,
        "noise_excess_indicative": 5,
        "noise_over_limit_indicative": 1,
        "heat_index": 35.0411,
        "heat_risk": 2,
        "dew_point": 23.9301,
        "wet_bulb": 25.6023,
        "rain_intensity": 12,
        "rain": 12,
        "rain_class": 4,
        "water_level": 160,
        "water_siaga": 2,
        "ispu_pm25": 74,
        "ispu_no2": 79,
        "ispu": 79,
        "ispu_critical": 5,
        "ispu_category": 2,
        "ispu_provisional": 1,
        "rain_1h": 12,
        "rain_1h_class": 4,
        "heat_danger_hours": 0,
    }
    assert {name: found.get(name) for name in expected} == pytest.approx(expected, abs=0.01)


def test_a_run_beside_a_broker_stores_how_a_zone_stands_to_its_limits(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with mosquitto(tmp_path) as port, running(data_dir, port, CITY) as process:
        wait_until_subscribed(process)
        publish(port, [(f"city/city/{place}", payload) for place, payload in SENT.items()])
        wait_for(lambda: status_of(data_dir)["points_written"] >= 20, "the figures")
        stop(process)
    asked = ("--where", "zone=kota", "--where", "size=1s", "--data-dir", str(data_dir), "--format", "jsonl")
    done = denyut("query", "indicator", *asked)
    assert done.returncode == 0, done.stderr
    values = {
        row["indicator"]: row["value"]
        for row in map(json.loads, done.stdout.splitlines())
        if row.get("value") is not None
    }
    assert values["noise_excess_indicative"] == pytest.approx(5)
    assert (values["water_siaga"], values["water_level"]) == (2, 160)
