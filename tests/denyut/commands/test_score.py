"""Wrong use of `denyut score`, and the score of a simulation that was written to a file and replayed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CITY = 'windows = { sizes = [{ size = "10s" }] }\n'
SCENARIO = """
lasts = "1m"
faults = [
    { kind = "duplicated", share = 0.1 },
    { kind = "malformed", share = 0.1 },
    { kind = "clock_offset", share = 0.2, time = "2h" },
]
"""
DEVICE = '[[devices]]\nid = "{kind}-{number}"\nkind = "{kind}"\nzone = "zone-{zone}"\nevery = "10s"\n'
LATE = """
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
START = "2026-03-02T06:00:00+07:00"


def denyut(*arguments: object) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "denyut", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


def simulated(folder: Path, start: str = START) -> Path:
    """The truth; the messages are in messages.jsonl beside it."""
    (folder / "day.toml").write_text(SCENARIO)
    (folder / "city.toml").write_text(CITY)
    what = ["--config", folder / "city.toml", "--scenario", folder / "day.toml", "--devices", 60, "--start", start]
    done = denyut("simulate", *what, "--truth", folder / "truth", "--output", folder / "messages.jsonl")
    assert done.returncode == 0, done.stderr
    return folder / "truth"


def replayed(folder: Path, *files: Path) -> Path:
    """The data directory."""
    data_dir = folder / "data"
    done = denyut(
        "replay", "--time", "received", *files, "--config", folder / "city.toml", "--data-dir", data_dir, "--json"
    )
    assert "Traceback" not in done.stderr
    return data_dir


def complaint(*arguments: object) -> str:
    done = denyut("score", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a truth and the data directory of its replay."""
    folder = tmp_path_factory.mktemp("city")
    simulated(folder)
    replayed(folder, folder / "messages.jsonl")
    return folder


def test_a_simulation_that_was_replayed_holds(city: Path) -> None:
    done = denyut(
        "score", "--truth", city / "truth", "--config", city / "city.toml", "--data-dir", city / "data", "--json"
    )
    found = json.loads(done.stdout)
    assert (done.returncode, found["holds"]) == (0, True)
    assert found["messages"]["received"] == found["messages"]["sent"] > 0
    assert found["windows"]["10s"]["exact"] == found["windows"]["10s"]["expected"] > 100
    assert (found["again"], found["unjudged"]) == (None, "")
    assert "what was written is not judged" in done.stderr


def test_the_simulation_and_the_score_tell_of_the_same_faults(tmp_path: Path) -> None:
    """Also of those of readings that were still held when the simulation ended."""
    (tmp_path / "city.toml").write_text(CITY)
    (tmp_path / "day.toml").write_text('lasts = "1m"\nfaults = [{ kind = "delayed", share = 0.5, time = "5m" }]\n')
    what = ["--config", tmp_path / "city.toml", "--scenario", tmp_path / "day.toml", "--devices", 60, "--start", START]
    file, truth = tmp_path / "messages.jsonl", tmp_path / "truth"
    said = denyut("simulate", *what, "--truth", truth, "--output", file).stderr
    data_dir = replayed(tmp_path, file)
    scored = denyut("score", "--quick", "--truth", truth, "--config", tmp_path / "city.toml", "--data-dir", data_dir)
    faults = next(line for line in scored.stdout.splitlines() if line.startswith("readings with faults"))
    readings = json.loads((truth / "truth.json").read_text())["readings"]
    assert len(file.read_text().splitlines()) < readings
    assert faults.replace("faults:", f"faults, of {readings:,}:") in said
    assert scored.stdout.endswith("the run holds, as far as --quick looks\n")


def test_messages_that_were_taken_in_twice_are_found(city: Path, tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(CITY)
    twice = tmp_path / "twice.jsonl"
    twice.write_text((city / "messages.jsonl").read_text() * 2)
    data_dir = replayed(tmp_path, twice)
    done = denyut(
        *("score", "--truth", city / "truth", "--config", city / "city.toml", "--data-dir", data_dir),
        *("--quick", "--json"),
    )
    found = json.loads(done.stdout)
    assert (done.returncode, found["holds"]) == (1, False)
    assert found["messages"]["received"] == 2 * found["messages"]["sent"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["after", "before"])
def test_a_run_that_has_seen_other_messages_too_is_not_judged(
    city: Path, tmp_path: Path, order: tuple[int, int]
) -> None:
    """Its own are those of the later hour, or of the earlier one."""
    simulated(tmp_path, start="2026-03-02T07:00:00+07:00")
    both = [city / "messages.jsonl", tmp_path / "messages.jsonl"]
    data_dir = replayed(tmp_path, *both)
    own, other = (both[place] for place in order)
    what = ["--truth", own.parent / "truth", "--config", city / "city.toml", "--data-dir", data_dir, "--quick"]
    for options in ([], ["--away", "10s"]):
        assert complaint(*what, *options) == (
            f"denyut: the run has received {len(other.read_text().splitlines()):,} messages more than the simulation "
            "sent: score wants a data directory that has seen nothing else\n"
        )


def test_messages_that_the_broker_sent_again_are_duplicates_of_a_run_that_was_away(city: Path, tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text(CITY)
    messages = (city / "messages.jsonl").read_text().splitlines(keepends=True)
    again = tmp_path / "again.jsonl"
    good = [line for line in messages[100:130] if "base64" not in line]
    again.write_text("".join([*messages[:130], *good, *messages[130:]]))
    data_dir = replayed(tmp_path, again)
    what = ["--truth", city / "truth", "--config", city / "city.toml", "--data-dir", data_dir, "--quick", "--json"]
    found = json.loads(denyut("score", *what, "--away", "10s").stdout)["messages"]
    assert (found["again"], found["others"], found["double"]) == (len(good), 0, 0)
    assert found["outcomes"]["duplicate"][0] <= found["outcomes"]["duplicate"][2]


def test_a_truth_that_is_not_there_is_named(tmp_path: Path) -> None:
    said = complaint("--truth", tmp_path / "nix", "--data-dir", tmp_path)
    assert said == f"denyut: {tmp_path / 'nix'}: there is no such folder\n"


def test_a_scenario_without_a_name_is_called_as_its_file(city: Path) -> None:
    assert json.loads((city / "truth" / "truth.json").read_text())["scenario"] == "day.toml"


def test_a_folder_without_truth_is_named(tmp_path: Path) -> None:
    said = complaint("--truth", tmp_path, "--data-dir", tmp_path)
    assert said == f"denyut: {tmp_path} holds no ground truth of a simulation: truth.json is not there\n"


def test_a_truth_that_is_still_being_written_is_not_judged(city: Path, tmp_path: Path) -> None:
    (tmp_path / "readings-air.csv").write_text((city / "truth" / "readings-air.csv").read_text())
    said = complaint("--truth", tmp_path, "--data-dir", city / "data")
    assert said == f"denyut: the truth in {tmp_path} is not whole: its simulation goes on, or was broken off\n"


def test_a_directory_that_no_run_has_used_is_named(city: Path, tmp_path: Path) -> None:
    said = complaint("--truth", city / "truth", "--config", city / "city.toml", "--data-dir", tmp_path)
    assert said == f"denyut: there has been no run on {tmp_path}\n"


def test_the_truth_of_another_city_is_refused(city: Path) -> None:
    said = complaint("--truth", city / "truth", "--city", "bojonegoro", "--data-dir", city / "data")
    assert said == "denyut: the truth is that of city 'city', the configuration that of 'bojonegoro'\n"


def test_a_run_that_ended_before_the_simulation_is_refused(city: Path, tmp_path: Path) -> None:
    truth = simulated(tmp_path, start="2026-03-03T06:00:00+07:00")
    said = complaint("--truth", truth, "--config", city / "city.toml", "--data-dir", city / "data")
    assert said.startswith(f"denyut: the run on {city / 'data'} came to 2026-03-0")
    assert said.endswith("the simulation began at 2026-03-02T23:00:00Z\n")


def test_a_simulation_that_could_not_send_all_is_not_judged(city: Path, tmp_path: Path) -> None:
    about = json.loads((city / "truth" / "truth.json").read_text())
    (tmp_path / "truth.json").write_text(json.dumps({**about, "unsent": 7}))
    said = complaint("--truth", tmp_path, "--config", city / "city.toml", "--data-dir", city / "data")
    assert said == "denyut: 7 messages of the simulation were never sent for want of a connection\n"


@pytest.mark.parametrize(
    ("sizes", "lateness", "coverages"),
    [('[{ size = "1m" }, { size = "5m" }]', "2m", 216), ('[{ size = "5m" }]', "1m", 36)],
)
def test_readings_that_come_when_some_of_their_windows_are_gone_break_no_score(
    tmp_path: Path, sizes: str, lateness: str, coverages: int
) -> None:
    config, scenario = tmp_path / "city.toml", tmp_path / "late.toml"
    devices = "".join(
        DEVICE.format(kind=kind, number=number, zone=number % 2)
        for kind in ("air", "noise", "weather")
        for number in range(6)
    )
    config.write_text(f'{devices}\n[windows]\nsizes = {sizes}\ndelay = "2s"\nlateness = "{lateness}"\n')
    scenario.write_text(LATE)
    truth, file, data_dir = tmp_path / "truth", tmp_path / "messages.jsonl", tmp_path / "data"
    done = denyut(
        *("simulate", "--config", config, "--scenario", scenario, "--start", START, "--truth", truth, "--output", file)
    )
    assert done.returncode == 0, done.stderr
    denyut("replay", "--time", "received", file, "--config", config, "--data-dir", data_dir)
    scored = denyut("score", "--quick", "--truth", truth, "--config", config, "--data-dir", data_dir, "--json")
    found = json.loads(scored.stdout)
    assert found["windows"]["5m"]["exact"] == found["windows"]["5m"]["expected"] > 20
    assert (found["coverage"]["within"], found["coverage"]["figures"]) == (coverages, coverages)
    assert (scored.returncode, found["holds"]) == (0, True)
