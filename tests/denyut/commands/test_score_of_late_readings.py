"""The score of a simulation whose readings come when some of their windows, or all, are gone."""

import json
from pathlib import Path

import pytest

from tests.denyut.commands.test_score import denyut

DEVICE = '[[devices]]\nid = "{kind}-{number}"\nkind = "{kind}"\nzone = "zone-{zone}"\nevery = "10s"\n'
SCENARIO = """
lasts = "21m"
faults = [
    { kind = "delayed", share = 0.1, time = "2m" },
    { kind = "offline", share = 0.2, time = "4m" },
    { kind = "clock_offset", share = 0.2, time = "8m" },
    { kind = "clock_drift", share = 0.2, amount = 600 },
]

[[power_cuts]]
zones = ["zone-1"]
lasts = "1h"
"""


@pytest.mark.parametrize(
    ("sizes", "lateness", "coverages"),
    [('[{ size = "1m" }, { size = "5m" }]', "2m", 216), ('[{ size = "5m" }]', "1m", 36)],
)
def test_it_holds(tmp_path: Path, sizes: str, lateness: str, coverages: int) -> None:
    config, scenario = tmp_path / "city.toml", tmp_path / "late.toml"
    devices = "".join(
        DEVICE.format(kind=kind, number=number, zone=number % 2)
        for kind in ("air", "noise", "weather")
        for number in range(6)
    )
    config.write_text(f'{devices}\n[windows]\nsizes = {sizes}\ndelay = "2s"\nlateness = "{lateness}"\n')
    scenario.write_text(SCENARIO)
    truth, file, data_dir = tmp_path / "truth", tmp_path / "messages.jsonl", tmp_path / "data"
    start = "2026-03-02T06:00:00+07:00"
    done = denyut(
        *("simulate", "--config", config, "--scenario", scenario, "--start", start, "--truth", truth, "--output", file)
    )
    assert done.returncode == 0, done.stderr
    denyut("replay", "--time", "received", file, "--config", config, "--data-dir", data_dir)
    scored = denyut("score", "--quick", "--truth", truth, "--config", config, "--data-dir", data_dir, "--json")
    found = json.loads(scored.stdout)
    assert found["windows"]["5m"]["exact"] == found["windows"]["5m"]["expected"] > 20
    assert (found["coverage"]["within"], found["coverage"]["figures"]) == (coverages, coverages)
    assert (scored.returncode, found["holds"]) == (0, True)
