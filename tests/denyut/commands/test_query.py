import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from denyut.commands.query import command
from storage.sqlite_store import SqliteStore
from tests.servers.free_ports import free_port
from tests.storage.store_conformance import SECOND, T0, points

Query = Callable[..., Result]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    store = SqliteStore(tmp_path)
    for zone, kind in (("kota", "air"), ("dander", "noise")):
        rows = [(f"{kind}-1", T0 + at * SECOND, {"level_mean": at / 4, "level_count": 1.0}) for at in range(6)]
        store.write([points(rows, zone=zone, kind=kind)])
    store.close()
    return tmp_path


@pytest.fixture
def query(data_dir: Path) -> Query:
    return lambda *arguments: CliRunner().invoke(command, [*arguments, "--data-dir", str(data_dir)])


def objects(result: Result) -> list[dict[str, object]]:
    assert (result.exit_code, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_every_point_is_a_row_with_its_time_tags_and_fields(query: Query) -> None:
    rows = objects(query("window", "--format", "jsonl"))
    assert len(rows) == 12
    assert rows[1] == {
        "time": "2025-11-22T02:30:00Z", "device": "noise-1", "kind": "noise", "zone": "dander",
        "level_mean": 0.0, "level_count": 1.0,
    }  # fmt: skip


def test_tags_fields_times_and_limit_choose(query: Query) -> None:
    chosen = ["--where", "kind=air", "--field", "level_mean", "--to", "2025-11-22T09:30:05+07:00", "--limit", "2"]
    rows = objects(query("window", *chosen, "--from", "2025-11-22T02:30:01Z", "--format", "jsonl"))
    assert [(row["time"], row["level_mean"]) for row in rows] == [
        ("2025-11-22T02:30:03Z", 0.75),
        ("2025-11-22T02:30:04Z", 1.0),
    ]
    assert "level_count" not in rows[0]


def test_the_same_tag_twice_is_either(query: Query) -> None:
    either = ["--where", "zone=kota", "--where", "zone=dander"]
    assert len(objects(query("window", *either, "--format", "jsonl"))) == 12
    assert len(objects(query("window", *either, "--where", "kind=air", "--format", "jsonl"))) == 6


def test_points_are_brought_together_over_time(query: Query) -> None:
    rows = objects(query("window", "--where", "kind=air", "--every", "3s", "--aggregate", "max", "--format", "jsonl"))
    assert [(row["time"], row["level_mean"]) for row in rows] == [
        ("2025-11-22T02:30:00Z", 0.5),
        ("2025-11-22T02:30:03Z", 1.25),
    ]


def test_a_pipe_gets_aligned_lines(query: Query) -> None:
    lines = query("window", "--limit", "1").stdout.splitlines()
    assert lines == [
        "time                  device   kind   zone    level_count  level_mean",
        "2025-11-22T02:30:05Z  noise-1  noise  dander            1        1.25",
    ]


def test_an_unknown_measurement_or_field_is_answered_with_what_there_is(query: Query) -> None:
    result = query("windw")
    assert (result.exit_code, result.stderr) == (1, "denyut: no measurement 'windw'; there are: window\n")
    result = query("window", "--field", "temperature")
    assert result.exit_code == 1
    assert result.stderr == "denyut: window has no field 'temperature'; there are: level_count, level_mean\n"


def test_before_the_first_alert_there_are_no_alerts_yet(query: Query) -> None:
    result = query("alert", "--where", "rule=flood")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no alerts yet\n")
    for form, empty in (("json", "[]\n"), ("jsonl", ""), ("csv", "time\n")):
        result = query("alert", "--format", form)
        assert (result.exit_code, result.stdout, result.stderr) == (0, empty, "")


def test_an_indicator_without_data_shows_that_its_value_is_missing(query: Query, data_dir: Path) -> None:
    store = SqliteStore(data_dir)
    store.write([points([("aq-1", T0, {"coverage": 0.0})], "indicator", indicator="pm25")])
    store.close()
    header, line = query("indicator").stdout.splitlines()
    assert header.split() == ["time", "device", "indicator", "kind", "value", "coverage"]
    assert line.split() == ["2025-11-22T02:30:00Z", "aq-1", "pm25", "air", "-", "0"]
    assert "value" not in query("indicator", "--field", "coverage").stdout
    (row,) = objects(query("indicator", "--format", "jsonl"))
    assert ("value" in row, row["coverage"]) == (False, 0.0)


def test_a_tag_that_no_series_has_is_answered_with_the_tags_there_are(query: Query) -> None:
    result = query("window", "--where", "kind=air", "--where", "zne=kota")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "denyut: window has no tag 'zne'; there are: device, kind, zone; did you mean 'zone'?\n"


def test_of_many_fields_ten_are_named_and_one_that_is_near_is_suggested(query: Query, data_dir: Path) -> None:
    store = SqliteStore(data_dir)
    store.write([points([("b", T0, {f"f{at:02}_value": 1.0 for at in range(13)})], measurement="many")])
    store.close()
    assert " and 3 more; did you mean 'f07_value' or " in query("many", "--field", "f07_valu").stderr
    assert query("many", "--field", "x").stderr == (
        "denyut: many has no field 'x'; there are: f00_value, f01_value, f02_value, f03_value, f04_value, f05_value, "
        "f06_value, f07_value, f08_value, f09_value and 3 more\n"
    )


def test_nothing_that_matches_is_said_and_no_failure(query: Query) -> None:
    result = query("window", "--where", "zone=nowhere")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "no points match\n")
    assert query("window", "--where", "zone=nowhere", "--format", "json").stdout == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--where", "kota"], "'kota' is not of the form TAG=VALUE"),
        (["--from", "yesterday"], "'yesterday' is no time"),
        (["--every", "soon"], "'soon' is no duration"),
        (["--where", "zone=\udcff"], "'zone=\\udcff' is no valid UTF-8"),
        (["--limit", "0"], "0 is not in the range"),
        (["--aggregate", "max"], "--aggregate max needs --every"),
        (["--format", "xml"], "'xml' is not one of"),
        (["--from", "2025-11-22", "--to", "2025-11-21"], "--from 2025-11-22T00:00:00Z must be earlier than --to 2025"),
    ],
)
def test_wrong_use_ends_with_two_and_says_what(query: Query, arguments: list[str], complaint: str) -> None:
    result = query("window", *arguments)
    assert result.exit_code == 2
    assert complaint in result.stderr


def test_without_a_data_directory_nothing_is_made(tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    result = CliRunner().invoke(command, ["window", "--data-dir", str(absent)])
    assert (result.exit_code, result.stderr) == (
        2,
        f"denyut: {absent} holds no stored points (denyut.db is not there)\n",
    )
    assert not absent.exists()


def test_the_environment_names_the_data_directory(data_dir: Path) -> None:
    result = CliRunner().invoke(command, ["window", "--format", "jsonl"], env={"DENYUT_DATA_DIR": str(data_dir)})
    assert len(objects(result)) == 12


def test_a_store_of_a_newer_version_is_refused(query: Query, data_dir: Path) -> None:
    changer = sqlite3.connect(data_dir / "denyut.db")
    changer.execute("PRAGMA user_version = 99")
    changer.close()
    result = query("window")
    assert result.exit_code == 2
    assert "newer Denyut (schema 99" in result.stderr


def test_a_configuration_names_the_store_and_its_mistakes_are_told(query: Query, tmp_path: Path) -> None:
    file = tmp_path / "city.toml"
    file.write_text(f'[store]\nkind = "influxdb1"\nurl = "http://127.0.0.1:{free_port()}"\n')
    result = query("window", "--config", str(file))
    assert result.exit_code == 1
    assert "cannot be reached" in result.stderr
    file.write_text("[stor]\n")
    result = query("window", "--config", str(file))
    assert result.exit_code == 2
    assert "city.toml:1" in result.stderr
