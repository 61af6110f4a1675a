"""What rules would have done on real recordings: Siaga on the Ciliwung, and a labelled set of traffic detectors."""

import csv
import json
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from click.testing import CliRunner

from denyut.cli import main

DATA = Path(__file__).parents[3] / "shared" / "data"
LEVELS = DATA / "jakarta_water_level" / "levels_2021-10_2023-06.csv"
TRAFFIC = DATA / "nab" / "realTraffic"
RAINY = ("2022-10-01", "2022-11-16")
"""Weeks of the rainy season with many floods; all of the recording takes minutes."""
SIAGA_3 = """
[[rules]]
id = "{gate}"
kind = "water"
field = "level_cm_max"
size = "1h"
devices = ["{gate}"]
when = ">="
enter = {enter}
exit = {exit}
"""
ODD = """
[[rules]]
id = "odd"
kind = "traffic"
field = "speed_anomaly"
size = "1h"
enter = 3.5
"""
HOURS = '[windows]\nsizes = [{ size = "1h" }]\n'


def backtest(folder: Path, rules: str, *arguments: object) -> Any:
    (folder / "rules.toml").write_text(HOURS + rules)
    given = ["backtest", "--config", folder / "rules.toml", "--json", *arguments]
    result = CliRunner().invoke(main, [str(each) for each in given])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def hours(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() / 3600


@pytest.mark.skipif(not LEVELS.exists(), reason="the recordings of ../shared are not here")
def test_katulampa_warns_some_ten_hours_before_manggarai_in_half_of_the_cases(tmp_path: Path) -> None:
    with LEVELS.open(newline="") as file:
        header, *rows = file.read().splitlines()
    begin, end = RAINY
    (tmp_path / "levels.csv").write_text("\n".join([header, *(row for row in rows if begin <= row < end)]) + "\n")
    limits = (("katulampa", 80, 70), ("manggarai", 750, 740))
    rules = "".join(SIAGA_3.format(gate=gate, enter=enter, exit=below) for gate, enter, below in limits)
    alerts = backtest(tmp_path, rules, "--mapping", "jakarta_water_level", tmp_path / "levels.csv")["alerts"]
    fired = {gate: [hours(each["fired"]) for each in alerts if each["rule"] == gate] for gate, *_ in limits}
    leads = [
        min(before)
        for at in fired["manggarai"]
        if (before := [at - sooner for sooner in fired["katulampa"] if 0 <= at - sooner <= 24])
    ]
    assert (len(fired["katulampa"]), len(fired["manggarai"]), len(leads)) == (10, 11, 6)
    assert median(leads) == 10.5


@pytest.mark.skipif(not TRAFFIC.exists(), reason="the recordings of ../shared are not here")
def test_oddly_slow_traffic_is_found_where_people_labelled_it(tmp_path: Path) -> None:
    known = json.loads((TRAFFIC.parent / "labels_combined_windows.json").read_text())
    with (tmp_path / "labels.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["start", "end", "device"])
        for device in ("6005", "7578"):
            # The clock of the detectors: Minnesota, in summer.
            times = known[f"realTraffic/speed_{device}.csv"]
            writer.writerows([f"{start[:19]}-05:00", f"{end[:19]}-05:00", device] for start, end in times)
    files = [TRAFFIC / f"speed_{device}.csv" for device in ("6005", "7578")]
    (odd,) = backtest(tmp_path, ODD, "--mapping", "nab", "--labels", tmp_path / "labels.csv", *files)["rules"]
    assert (odd["alerts"], odd["precision"], odd["recall"], odd["delay_s"]) == (8, 0.625, 1.0, 5160.0)
