"""What rules would have done, as a user asks for it."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner, Result

from denyut.cli import main

CONFIG = """\
[[windows.sizes]]
size = "1m"

[[rules]]
id = "hot"
kind = "boiler"
field = "temperature_mean"
size = "1m"
enter = 90
exit = 80
for = "1m"
severity = "critical"

[[rules]]
id = "cold"
kind = "boiler"
field = "temperature_mean"
size = "1m"
when = "<"
enter = 10
"""
DUTY = """
[[offices]]
id = "works"
kinds = ["boiler"]
head = "rini"

[[channels]]
id = "hook"
kind = "webhook"
url = "http://127.0.0.1:1/"
secret = "s"

[[officers]]
id = "ayu"
office = "works"
contacts = [{ channel = "hook" }]

[[officers]]
id = "budi"
office = "works"
contacts = [{ channel = "hook" }]

[[officers]]
id = "rini"
office = "works"
contacts = [{ channel = "hook" }]

[[shifts]]
id = "early"
office = "works"
officers = ["ayu"]
hours = { begin = "06:00", end = "17:04" }

[[shifts]]
id = "late"
office = "works"
officers = ["budi"]
hours = { begin = "17:04", end = "23:00" }

[[ladders]]
id = "fast"
steps = [{ to = ["shift"] }, { after = "90s", to = ["shift", "head"] }]

[[routes]]
ladder = "fast"

[notification]
tell_resolved = false
"""
MAPPING = """\
kind = "boiler"
device = "b1"
zone = "hall"
time = { column = "at" }
values = { t = "temperature" }
"""
MINUTES = (50, 95, 96, 85, 70, 50, 95, 50, 5, 50)
LABELS = """\
start,end,rule
2025-11-22T10:02:00Z,2025-11-22T10:04:00Z,hot
2025-11-22T12:00:00Z,2025-11-22T12:01:00Z,hot
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One reading in each minute from 10:00 on."""
    rows = [f"2025-11-22T10:{minute:02}:30Z,{value}\n" for minute, value in enumerate(MINUTES)]
    (tmp_path / "readings.csv").write_text("at,t\n" + "".join(rows))
    (tmp_path / "city.toml").write_text(CONFIG)
    (tmp_path / "boiler.toml").write_text(MAPPING)
    (tmp_path / "labels.csv").write_text(LABELS)
    return tmp_path


def backtest(folder: Path, *options: str) -> Result:
    files = ["--config", "city.toml", "--mapping", "boiler.toml", "readings.csv"]
    arguments = [str(folder / each) if each.endswith((".toml", ".csv")) else each for each in (*files, *options)]
    return CliRunner().invoke(main, ["backtest", *arguments])


def found(folder: Path, *options: str) -> Any:
    result = backtest(folder, "--json", *options)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_it_says_when_each_rule_would_have_fired_and_for_how_long(folder: Path) -> None:
    alerts = found(folder)["alerts"]
    assert [(each["rule"], each["fired"], each["ended"], each["value"]) for each in alerts] == [
        ("hot", "2025-11-22T10:03:00Z", "2025-11-22T10:05:00Z", 96.0),
        ("cold", "2025-11-22T10:09:00Z", "2025-11-22T10:10:00Z", 5.0),
    ]
    assert (alerts[0]["kind"], alerts[0]["device"], alerts[0]["zone"]) == ("boiler", "b1", "hall")


def test_it_adds_up_each_rule_and_sets_it_against_labels(folder: Path) -> None:
    hot, cold = found(folder, "--labels", "labels.csv")["rules"]
    assert (hot["alerts"], hot["assets"], hot["firing_s"], hot["open"]) == (1, 1, 120.0, 0)
    assert (hot["precision"], hot["recall"], hot["delay_s"]) == (1.0, 0.5, 60.0)
    assert (cold["precision"], cold["recall"], cold["delay_s"]) == (0.0, None, None)


def test_what_is_still_firing_has_been_so_until_the_data_end(folder: Path) -> None:
    (folder / "city.toml").write_text(CONFIG.replace("enter = 10\n", "enter = 60\nexit = 100\n"))
    _, cold = found(folder)["rules"]
    assert (cold["alerts"], cold["open"], cold["firing_s"]) == (1, 1, 510.0)


def test_one_rule_may_be_chosen(folder: Path) -> None:
    assert [each["rule"] for each in found(folder, "--rule", "cold")["rules"]] == ["cold"]


def test_as_a_table_each_alert_is_a_line(folder: Path) -> None:
    result = backtest(folder)
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[1] == ["hot", "critical", "10", "0", "1", "0", "1", "2m", "0"]
    assert ["hot", "boiler/b1", "2025-11-22T10:03:00Z", "2025-11-22T10:05:00Z", "96"] in lines


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--rule", "warm"), "has no rule 'warm'"),
        (("--journal", "."), "name FILES, or a run's data directory with --journal"),
        (("--labels", "nowhere.csv"), "nowhere.csv"),
    ],
)
def test_wrong_use_is_one_sentence(folder: Path, options: tuple[str, ...], said: str) -> None:
    result = backtest(folder, *options)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ("start,stop\n", "labels.csv:1: unknown column 'stop'; known here: start, end, zone, device, rule"),
        ("start,zone\n", "labels.csv:1: the columns start and end are needed"),
        ("start,end\n15m,1h\n", "labels.csv:2: '15m' to '1h': write ISO 8601"),
        ("start,end\nyesterday,today\n", "labels.csv:2: 'yesterday' is no time"),
        ("start,end\n2025-11-22T10:05Z,2025-11-22T10:01Z\n", "start 2025-11-22T10:05Z must not be later than end"),
    ],
)
def test_labels_that_cannot_be_read_are_named_with_their_line(folder: Path, labels: str, said: str) -> None:
    (folder / "labels.csv").write_text(labels)
    result = backtest(folder, "--labels", "labels.csv")
    assert result.exit_code == 2
    assert said in result.stderr


def test_without_rules_there_is_nothing_to_test(folder: Path) -> None:
    (folder / "city.toml").write_text("")
    result = backtest(folder)
    assert result.exit_code == 2
    assert "city.toml has no [[rules]]" in result.stderr


def test_a_rule_that_judged_nothing_says_so(folder: Path) -> None:
    (folder / "city.toml").write_text(CONFIG.replace("temperature_mean", "pressure_mean", 1))
    result = backtest(folder)
    assert result.exit_code == 0
    assert "rule 'hot' judged nothing: all of it was without data" in result.stderr
    assert "'cold'" not in result.stderr


def test_it_says_who_would_have_been_told_when_and_on_which_shift(folder: Path) -> None:
    (folder / "city.toml").write_text(CONFIG + DUTY)
    pages = found(folder, "--rule", "hot")["pages"]
    assert [(each["at"], each["recipient"], each["shifts"], each["reason"], each["step"]) for each in pages] == [
        ("2025-11-22T10:03:00Z", "ayu", ["early"], "firing", 1),
        ("2025-11-22T10:04:30Z", "budi", ["late"], "escalated", 2),
        ("2025-11-22T10:04:30Z", "rini", [], "escalated", 2),
    ]


def test_it_adds_up_what_each_officer_shift_and_step_would_have_borne(folder: Path) -> None:
    (folder / "city.toml").write_text(CONFIG + DUTY)
    said = found(folder, "--rule", "hot")
    assert [(each["recipient"], each["pages"], each["critical"]) for each in said["recipients"]] == [
        ("ayu", 1, 1),
        ("budi", 1, 1),
        ("rini", 1, 1),
    ]
    assert [(each["shift"], each["pages"]) for each in said["shifts"]] == [("", 1), ("early", 1), ("late", 1)]
    assert [(each["ladder"], each["step"], each["pages"]) for each in said["steps"]] == [
        ("fast", "1", 1),
        ("fast", "2", 2),
    ]
    lines = backtest(folder, "--rule", "hot").stdout.splitlines()
    assert "Who would have been told, nobody acknowledges:" in lines
    assert ["ayu", "works", "1", "1", "1", "0", "0", "1"] in [line.split() for line in lines]


def test_repetitions_of_the_last_step_are_added_to_it_and_steps_stand_by_their_number(folder: Path) -> None:
    steps = ", ".join(f'{{ after = "{after}s", to = ["shift"] }}' for after in range(11))
    two = 'steps = [{ to = ["shift"] }, { after = "90s", to = ["shift", "head"] }]'
    duty = DUTY.replace(two, f'repeat = "10s"\nsteps = [{steps}]')
    (folder / "city.toml").write_text(CONFIG + duty)
    said = found(folder, "--rule", "hot")["steps"]
    assert [each["step"] for each in said] == [str(step) for step in range(1, 12)]
    assert [each["pages"] for each in said] == [1] * 10 + [14]


def test_an_alert_that_is_acknowledged_climbs_no_further(folder: Path) -> None:
    (folder / "city.toml").write_text(CONFIG + DUTY)
    for after, told in (("89s", ["ayu"]), ("90s", ["ayu", "budi", "rini"])):
        pages = found(folder, "--rule", "hot", "--ack-after", after)["pages"]
        assert [each["recipient"] for each in pages] == told


def test_rules_of_another_file_are_tried_and_its_mistakes_named(folder: Path) -> None:
    rule = '[[rules]]\nid = "warm"\nkind = "boiler"\nfield = "temperature_mean"\nsize = "1m"\nenter = 80\n'
    (folder / "new.toml").write_text(rule)
    said = found(folder, "--rules", "new.toml")
    assert [each["rule"] for each in said["rules"]] == ["warm"]
    assert [each["value"] for each in said["alerts"]] == [95.0, 95.0]
    (folder / "new.toml").write_text(rule + "exit = 90\nkeep = 'soon'\n")
    result = backtest(folder, "--rules", "new.toml")
    assert result.exit_code == 2
    assert "new.toml:7: rules[0].exit" in result.stderr
    assert "new.toml:8: rules[0].keep" in result.stderr


def test_a_picture_shows_each_alert_and_each_known_time(folder: Path) -> None:
    result = backtest(folder, "--labels", "labels.csv", "--picture", "week.svg.csv")
    assert result.exit_code == 0, result.output
    picture = ElementTree.parse(folder / "week.svg.csv").getroot()
    drawn = [each.get("class") for each in picture.iter("{http://www.w3.org/2000/svg}rect") if each.get("rx")]
    assert drawn == ["critical", "warning"]
    (hot, _) = (each.text for each in picture.iter("{http://www.w3.org/2000/svg}title"))
    assert hot == "hot, boiler/b1: 2025-11-22 17:03 - 2025-11-22 17:05, 96,00"


def test_in_the_picture_a_rule_without_data_is_not_one_that_was_never_firing(folder: Path) -> None:
    config = CONFIG.replace("temperature_mean", "pressure_mean", 1).replace("enter = 10\n", "enter = 1\n")
    (folder / "city.toml").write_text(config)
    assert backtest(folder, "--picture", "week.svg.csv").exit_code == 0
    texts = [each.text for each in ElementTree.parse(folder / "week.svg.csv").iter("{http://www.w3.org/2000/svg}text")]
    assert [text for text in texts if text in ("tanpa data", "tidak pernah aktif")] == [
        "tanpa data",
        "tidak pernah aktif",
    ]


def test_zones_have_their_names_in_the_picture_and_marks_stand_below_the_words(folder: Path) -> None:
    zone_rule = (
        '[[rules]]\nid = "alive"\nindicator = "boiler_sensors_alive_share"\nsize = "1m"\nwhen = ">="\nenter = 0\n'
    )
    zones = 'zones = ["hall", "all"]\n[[zones]]\nid = "hall"\nname = "Balai Kota"\n[kinds.boiler]\nevery = "1m"\n'
    (folder / "city.toml").write_text('[[windows.sizes]]\nsize = "1m"\n' + zone_rule + zones + DUTY)
    assert backtest(folder, "--picture", "week.svg.csv").exit_code == 0
    picture = ElementTree.parse(folder / "week.svg.csv")
    texts = [each.text for each in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert {"Balai Kota", "seluruh kota"} <= set(texts)
    assert not {"hall", "all"} & set(texts)
    rectangles = {each.get("class"): each for each in picture.iter("{http://www.w3.org/2000/svg}rect")}
    band, mark = rectangles["band"], rectangles["page"]
    assert float(mark.get("y", 0)) >= float(band.get("y", 0)) + float(band.get("height", 0))


def test_a_rule_on_single_readings_is_judged_at_each_of_them(folder: Path) -> None:
    (folder / "new.toml").write_text('[[rules]]\nid = "now"\nkind = "boiler"\nquantity = "temperature"\nenter = 90\n')
    said = found(folder, "--rules", "new.toml")
    assert [(each["fired"], each["ended"]) for each in said["alerts"]] == [
        ("2025-11-22T10:01:30Z", "2025-11-22T10:03:30Z"),
        ("2025-11-22T10:06:30Z", "2025-11-22T10:07:30Z"),
    ]
    assert said["rules"][0]["judged"] == 10
