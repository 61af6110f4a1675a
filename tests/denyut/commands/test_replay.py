import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from denyut.commands.replay import command
from storage.sqlite_store import SqliteStore
from storage.store import Query

COLUMNS = ["--kind", "traffic", "--device", "d1", "--time-column", "at", "--value", "v=speed"]


@pytest.fixture
def speeds(tmp_path: Path) -> Path:
    file = tmp_path / "speeds.csv"
    file.write_text("at,v\n2026-03-02T06:00:00Z,41.5\n2026-03-02T06:00:10Z,43.5\n")
    return file


def replay(file: Path, *arguments: str) -> Result:
    data_dir = str(file.parent / "data")
    return CliRunner().invoke(command, [str(file), *arguments, "--data-dir", data_dir], catch_exceptions=False)


def complaint(file: Path, *arguments: str) -> str:
    """What ends the command with 2 before anything is made."""
    result = replay(file, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert not (file.parent / "data").exists()
    return result.stderr


def speed_means(data_dir: Path) -> set[float]:
    store = SqliteStore(data_dir)
    rows = store.query(Query("window", (("size", "1m"),), ("speed_mean",)))
    store.close()
    return {row.fields["speed_mean"] for row in rows}


def test_readings_of_a_plain_file_become_windows(speeds: Path) -> None:
    result = replay(speeds, *COLUMNS, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["accepted"] == 2
    assert speed_means(speeds.parent / "data") == {42.5}


@pytest.mark.parametrize(("delimiter", "row"), [(";", "{};{}"), (",", '{},"{}"')])
def test_a_decimal_comma_is_read_as_one(tmp_path: Path, delimiter: str, row: str) -> None:
    file = tmp_path / "speeds.csv"
    rows = [row.format("2026-03-02T06:00:00Z", "41,5"), row.format("2026-03-02T06:00:10Z", "43,5")]
    file.write_text("\n".join([f"at{delimiter}v", *rows, ""]))
    assert replay(file, *COLUMNS, "--delimiter", delimiter, "--decimal", ",").exit_code == 0
    assert speed_means(tmp_path / "data") == {42.5}


@pytest.mark.parametrize(
    ("content", "arguments", "reason"),
    [
        ("at,v\n02.03.2026,1\n03.03.2026,1\n", [], "time_invalid 2; see --time-format"),
        ('at,v\n2026-03-02T06:00:00Z,"41,5"\n', [], "not_a_number 1; see --decimal and --value"),
        ("at,v\n2026-03-02T06:00:00Z,41,5\n", [], "wrong_field_count 1; see --delimiter"),
        ("at,v\n2026-03-02T06:00:00Z,1.234\n", ["--decimal", ","], "not_a_number 1; see --decimal and --value"),
    ],
)
def test_a_replay_that_takes_no_row_in_fails_and_says_why(
    tmp_path: Path, content: str, arguments: list[str], reason: str
) -> None:
    file = tmp_path / "speeds.csv"
    file.write_text(content)
    result = replay(file, *COLUMNS, *arguments)
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == f"denyut: no row could be taken in: {reason}"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*COLUMNS, "--value", "Kecepatan"], "'Kecepatan' is not COLUMN=QUANTITY"),
        ([*COLUMNS, "--value", "=speed"], "'=speed' is not COLUMN=QUANTITY"),
        ([*COLUMNS, "--time-format", "unix"], "denyut: --time-format: 'unix' is no time format; write"),
        ([*COLUMNS, "--timezone", "Asia/Jakart"], "denyut: --timezone: "),
        ([*COLUMNS, "--delimiter", ";;"], "denyut: --delimiter: ';;' is no delimiter"),
        (["--timezone", "Asia/Jakarta"], "denyut: --time-column: time needs a column"),
        (["--mapping", "nope"], "denyut: nope: is no file and no shipped mapping"),
        (COLUMNS[:4] + COLUMNS[6:], "denyut: no option names the time; add --time-column COLUMN\n"),
        (COLUMNS[:6], "denyut: no option names a column with readings; add --value COLUMN=QUANTITY\n"),
        (COLUMNS[4:], "denyut: no option names the device; add --device NAME or --device-column COLUMN\n"),
        ([], "the columns need a mapping; give --mapping, or --time-column, --value and --device or --device-column\n"),
    ],
)
def test_a_mistake_in_the_options_is_told_in_their_words(speeds: Path, arguments: list[str], words: str) -> None:
    told = complaint(speeds, *arguments)
    assert words in told
    assert "Value error" not in told


def test_a_compressed_file_is_to_be_unpacked(tmp_path: Path) -> None:
    file = tmp_path / "speeds.csv"
    file.write_bytes(gzip.compress(b"at,v\n"))
    assert complaint(file, *COLUMNS) == f"denyut: {file}: is compressed; unpack it first\n"
    file.write_bytes(b"PK\x03\x04 and more")
    assert complaint(file, *COLUMNS) == f"denyut: {file}: is compressed; unpack it first\n"


def test_a_column_that_is_absent_leaves_nothing_behind(speeds: Path) -> None:
    assert "no column 'kecepatan' (mapped as values.speed)" in complaint(speeds, *COLUMNS, "--value", "kecepatan=speed")
