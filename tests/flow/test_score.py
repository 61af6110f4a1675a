"""A simulated city on a day with every fault, a real broker, a run that is killed, and the truth beside it."""

import csv
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulators.faults.fault import FAULT_KINDS
from tests.flow.test_run import ROOT, denyut, running, status_of, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto

SCENARIO = """
name = "an ordinary day in a quarter of a minute"
lasts = "16s"
faults = [
    { kind = "lost", share = 0.05 },
    { kind = "duplicated", share = 0.05 },
    { kind = "delayed", share = 0.05, time = "2s" },
    { kind = "reordered", share = 0.1, time = "3s" },
    { kind = "offline", share = 0.1, time = "4s" },
    { kind = "dead", share = 0.1, begin = "8s" },
    { kind = "gateway_death", gateways = ["weather-0"], begin = "4s", time = "4s", buffered = true },
    { kind = "reconnect_storm", share = 0.1, begin = "6s", time = "3s" },
    { kind = "battery_dies", share = 0.3, time = "8s" },
    { kind = "clock_offset", share = 0.1, time = "20s" },
    { kind = "clock_drift", share = 0.1, amount = 3600 },
    { kind = "clock_jump", share = 0.1, time = "24h" },
    { kind = "stuck", share = 0.1 },
    { kind = "spike", share = 0.05 },
    { kind = "drift", share = 0.2, amount = 500 },
    { kind = "wrong_unit", share = 0.1, amount = 1.8 },
    { kind = "malformed", share = 0.05 },
    { kind = "changed_shape", share = 0.1, begin = "5s" },
    { kind = "retained_ghost", share = 0.1, time = "4s" },
]

[[flood_waves]]
device = "water-0"
amount = 300
begin = "2s"
rises = "1s"
stands = "10s"
falls = "1s"
title = { en = "a gate opens" }
"""
DEVICE = """
[[devices]]
id = "{kind}-{number}"
kind = "{kind}"
zone = "{zone}"
gateway = "{gateway}"
every = "1s"
"""
RULES_OF_THE_CITY = """
[windows]
sizes = [{ size = "1s" }, { size = "4s" }]
delay = "500ms"

[[rules]]
id = "high-water"
kind = "water"
quantity = "level_cm"
devices = ["water-0"]
when = ">="
enter = 300
exit = 250
severity = "critical"
"""
DEVICES = "".join(
    DEVICE.format(kind=kind, number=number, zone="alun-alun" if number % 2 else "sungai", gateway=gateway)
    for kind in ("parking", "traffic", "air", "noise", "water", "weather")
    for number, gateway in enumerate(["", "", "", "", "", "", "", "weather-0", "weather-0"])
)
CITY = RULES_OF_THE_CITY + DEVICES
MESSAGES_BEFORE_THE_KILL = 300
ONE_POINT = """(lane, bucket, series, time) = (
    SELECT lane, bucket, series, time FROM point JOIN series USING (lane) WHERE series.id = point.series
    AND series.measurement = '{measurement}' AND cells != zeroblob(length(cells)) ORDER BY time LIMIT 1 OFFSET 9)"""
DELETE_A_WINDOW = "DELETE FROM point WHERE " + ONE_POINT.format(measurement="window")
CHANGE_AN_INDICATOR = "UPDATE point SET cells = zeroblob(length(cells)) WHERE " + ONE_POINT.format(
    measurement="indicator"
)
DELETE_COVERAGE = """DELETE FROM point WHERE (lane, series) IN (
    SELECT lane, id FROM series WHERE measurement = 'indicator' AND tags LIKE '%data_quality%')"""
AWAY = ("--away", "10s")
Played = tuple[Path, Path, Path]


def scored(*arguments: object) -> tuple[int, dict[str, Any]]:
    done = denyut("score", *map(str, arguments), "--json")
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


def of(played: Played) -> list[object]:
    truth, data_dir, config = played
    return ["--truth", truth, "--data-dir", data_dir, "--config", config]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Truth, data directory and configuration of a run that was killed, went on, and has ended."""
    folder = tmp_path_factory.mktemp("score")
    scenario, truth, data_dir, city = (folder / name for name in ("day.toml", "truth", "data", "city.toml"))
    scenario.write_text(SCENARIO)
    with mosquitto(folder) as port:
        with running(data_dir, port, CITY) as killed:
            wait_until_subscribed(killed)
            broker = ["--broker", f"mqtt://127.0.0.1:{port}", "--config", str(city)]
            played = ["--scenario", str(scenario), "--truth", str(truth)]
            command = [sys.executable, "-m", "denyut", "simulate", *broker, *played]
            simulation = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
            wait_for(lambda: status_of(data_dir)["received"] > MESSAGES_BEFORE_THE_KILL, "the first messages")
            killed.kill()
        with running(data_dir, port, CITY) as process:
            wait_until_subscribed(process)
            _, said = simulation.communicate(timeout=60)
            assert simulation.returncode == 0, said
            sent = json.loads((truth / "truth.json").read_text())["messages"]
            wait_for(lambda: status_of(data_dir)["received"] >= sent, "the last message")
            # Until the longest window has closed.
            time.sleep(6)
            stop(process)
    return truth, data_dir, city


@pytest.fixture
def damaged(played: Played, tmp_path: Path) -> Callable[[str], Played]:
    """The same with an SQL statement carried out on what was stored."""

    def carry_out(statement: str) -> Played:
        truth, data_dir, city = played
        shutil.copytree(data_dir, tmp_path / "data")
        with sqlite3.connect(tmp_path / "data" / "denyut.db") as database:
            assert database.execute(statement).rowcount == 1
        database.close()
        return truth, tmp_path / "data", city

    return carry_out


def test_nothing_is_lost_and_nothing_double_whatever_befell_the_devices_and_the_run(played: Played) -> None:
    status, found = scored(*of(played), *AWAY)
    messages = found["messages"]
    assert (messages["lost"], messages["double"], messages["misjudged"]) == (0, 0, 0)
    assert messages["received"] == messages["sent"] + messages["again"]
    assert messages["outcomes"]["accepted"][0] > 200
    assert set(FAULT_KINDS) <= found["readings"].keys()
    assert (status, found["holds"]) == (0, True)


def test_every_window_of_a_right_clock_is_exact_and_coverage_honest(played: Played) -> None:
    _, found = scored(*of(played), *AWAY, "--quick")
    assert found["clocks_contained"] is True
    assert found["coverage_honest"] is True
    for windows in found["windows"].values():
        assert windows["exact"] == windows["expected"] > 50
        assert windows["unexpected"] == 0
    assert found["coverage"]["figures"] > 50


def test_all_that_was_written_follows_from_what_arrived(played: Played) -> None:
    _, found = scored(*of(played), *AWAY)
    for measurement in ("window", "indicator", "alert"):
        again = found["again"][measurement]
        assert (again["different"], again["missing"], again["unexpected"]) == (0, 0, 0)
        assert again["rows"] > 0


def test_an_event_is_noticed_by_the_alert_that_the_true_city_has_too(played: Played) -> None:
    _, found = scored(*of(played), *AWAY)
    (wave,) = found["events"]
    assert (wave["kind"], wave["title"], wave["rule"]) == ("flood_waves", "a gate opens", "high-water")
    assert 0 < wave["delay_s"] < 14
    assert found["alerts"]["high-water"]["recall"] == 1.0
    assert found["figures"]["traffic_flow"]["p95_error"] > 0


def test_in_words_it_says_the_same(played: Played) -> None:
    done = denyut("score", *map(str, of(played)), *AWAY)
    assert done.returncode == 0
    for line in ("clock faults contained: yes", "coverage honest: yes", "the run holds"):
        assert line in done.stdout


def test_a_message_that_the_run_never_saw_is_found_lost(played: Played, tmp_path: Path) -> None:
    truth, data_dir, config = played
    shutil.copytree(truth, tmp_path / "truth")
    noise = tmp_path / "truth" / "readings-noise.csv"
    with noise.open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    good = dict(zip(header, next(row for row in rows if not row[header.index("faults")]), strict=True))
    about = json.loads((tmp_path / "truth" / "truth.json").read_text())
    with noise.open("a", encoding="utf-8", newline="") as stream:
        row = good | {"device": "OF-WHICH-NOBODY-KNOWS", "message": about["messages"]}
        csv.writer(stream, lineterminator="\n").writerow(row.values())
    (tmp_path / "truth" / "truth.json").write_text(json.dumps({**about, "messages": about["messages"] + 1}))
    status, found = scored(*of((tmp_path / "truth", data_dir, config)), *AWAY, "--quick")
    assert (status, found["holds"]) == (1, False)
    assert (found["messages"]["lost"], found["messages"]["double"]) == (1, 0)
    assert [windows["missing"] for windows in found["windows"].values()] == [1, 1]


def test_a_window_that_was_taken_out_of_the_store_is_found_missing(damaged: Callable[[str], Played]) -> None:
    status, found = scored(*of(damaged(DELETE_A_WINDOW)), *AWAY)
    assert (status, found["holds"]) == (1, False)
    assert found["again"]["window"]["missing"] == 1


def test_a_figure_that_was_changed_in_the_store_is_found(damaged: Callable[[str], Played]) -> None:
    status, found = scored(*of(damaged(CHANGE_AN_INDICATOR)), *AWAY)
    assert (status, found["holds"]) == (1, False)
    assert found["again"]["indicator"]["different"] == 1


def test_a_run_whose_journal_has_lost_messages_is_not_said_to_hold(played: Played, tmp_path: Path) -> None:
    truth, data_dir, config = played
    shutil.copytree(data_dir, tmp_path / "data")
    of_damaged = of((truth, tmp_path / "data", config))
    journal = max((tmp_path / "data" / "journal").glob("*.db"))
    journal.unlink()
    status, found = scored(*of_damaged, *AWAY)
    assert (status, found["holds"], found["again"]) == (1, False, None)
    received = status_of(data_dir)["received"]
    assert re.match(rf"the journal has \d+ of {received:,} messages", found["unjudged"])
    shutil.rmtree(tmp_path / "data" / "journal")
    status, found = scored(*of_damaged, *AWAY)
    assert (status, found["unjudged"]) == (1, f"the journal has 0 of {received:,} messages")


def test_a_coverage_that_was_taken_out_of_the_store_is_found_missing(played: Played, tmp_path: Path) -> None:
    truth, data_dir, config = played
    _, whole = scored(*of(played), *AWAY, "--quick")
    shutil.copytree(data_dir, tmp_path / "data")
    with sqlite3.connect(tmp_path / "data" / "denyut.db") as database:
        database.execute(DELETE_COVERAGE)
    database.close()
    status, found = scored(*of((truth, tmp_path / "data", config)), *AWAY, "--quick")
    assert (status, found["coverage_honest"]) == (1, False)
    assert found["coverage"]["missing"] > 0
    assert found["coverage"]["figures"] <= whole["coverage"]["figures"]
    assert whole["coverage"]["missing"] == 0
