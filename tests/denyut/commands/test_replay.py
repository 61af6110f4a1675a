import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from click.testing import CliRunner, Result

from config.durability import JournalSettings
from denyut.commands.replay import command
from ingest.journal.entries import Messages
from ingest.journal.journal import Journal
from storage.sqlite_store import SqliteStore
from storage.store import Query
from tests.denyut.live_batches import message, messages

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


def test_progress_says_until_which_time_of_the_recording_it_is_processed(tmp_path: Path) -> None:
    file = tmp_path / "speeds.csv"
    stamps = [f"2026-03-02T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z" for second in range(40_000)]
    file.write_text("\n".join(["at,v", *(f"{stamp},50" for stamp in stamps), ""]))
    lines = replay(file, *COLUMNS).stderr.splitlines()
    assert lines == [
        "50 % processed, 20000 readings, until 2026-03-02T05:33:19Z",
        "100 % processed, 40000 readings, until 2026-03-02T11:06:39Z",
    ]


def test_a_directory_with_a_part_of_an_earlier_replay_is_named(speeds: Path) -> None:
    data_dir = speeds.parent / "data"
    left = data_dir / "replay"
    left.mkdir(parents=True)
    said = f"denyut: {data_dir} holds a part of a replay that was stopped before its end; "
    assert said in replay(speeds, *COLUMNS).stderr
    assert said not in replay(speeds, *COLUMNS).stderr


def cities(data_dir: Path) -> set[str]:
    store = SqliteStore(data_dir)
    rows = store.query(Query("indicator"))
    store.close()
    return {row.tags["city"] for row in rows}


def test_rows_are_of_the_configured_city_unless_the_mapping_names_one(speeds: Path) -> None:
    config, mapping = speeds.with_name("city.toml"), speeds.with_name("mapping.toml")
    config.write_text('[city]\nid = "lamongan"\n')
    mapping.write_text('city = "gresik"\n')
    assert replay(speeds, *COLUMNS, "--config", str(config)).exit_code == 0
    assert cities(speeds.parent / "data") == {"lamongan"}
    assert replay(speeds, *COLUMNS, "--config", str(config), "--mapping", str(mapping)).exit_code == 0
    assert cities(speeds.parent / "data") == {"lamongan", "gresik"}


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


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress])
def test_a_compressed_file_is_read_as_it_is(speeds: Path, compress: Callable[[bytes], bytes]) -> None:
    file = speeds.with_suffix(".csv.gz")
    file.write_bytes(compress(speeds.read_bytes()))
    assert json.loads(replay(file, *COLUMNS, "--json").stdout)["accepted"] == 2
    assert speed_means(speeds.parent / "data") == {42.5}


@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress])
def test_a_compressed_file_that_breaks_off_is_named(speeds: Path, compress: Callable[[bytes], bytes]) -> None:
    file = speeds.with_suffix(".csv.gz")
    file.write_bytes(compress(speeds.read_bytes())[:-9])
    assert complaint(file, *COLUMNS).startswith(f"denyut: {file}: the compressed file is damaged or incomplete")


def test_an_archive_is_to_be_unpacked(tmp_path: Path) -> None:
    file = tmp_path / "speeds.csv"
    file.write_bytes(b"PK\x03\x04 and more")
    assert complaint(file, *COLUMNS) == f"denyut: {file}: is a ZIP archive; unpack it first\n"


def test_a_column_that_is_absent_leaves_nothing_behind(speeds: Path) -> None:
    assert "no column 'kecepatan' (mapped as values.speed)" in complaint(speeds, *COLUMNS, "--value", "kecepatan=speed")


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    """The data directory of a run that took in two messages."""
    batch = messages([message(f"city/c/air/A{number}", {"pm25": 1}, "10:00:01") for number in (1, 2)], "10:00:02")
    journal = Journal(tmp_path / "run" / "journal", JournalSettings())
    journal.append(Messages("mqtt", batch), lambda offset: None)
    journal.start()
    assert journal.stop(30)
    return tmp_path / "run"


def replay_journal(run_dir: Path, *arguments: str, data_dir: str = "data") -> Result:
    named = ["--journal", str(run_dir), "--data-dir", str(run_dir.parent / data_dir)]
    return CliRunner().invoke(command, [*named, *arguments], catch_exceptions=False)


def test_the_journal_of_a_run_becomes_windows_in_another_directory(run_dir: Path) -> None:
    result = replay_journal(run_dir, "--json")
    assert result.exit_code == 0
    summary = json.loads(result.stdout)
    assert {name: summary[name] for name in ("entries", "entries_lost", "received", "accepted")} == {
        "entries": 1,
        "entries_lost": 0,
        "received": 2,
        "accepted": 2,
    }
    assert summary["windows_closed"] == 6
    assert sorted(path.name for path in run_dir.iterdir()) == ["journal"]


def test_a_replayed_journal_is_summed_up_in_two_lines(run_dir: Path) -> None:
    result = replay_journal(run_dir)
    assert result.exit_code == 0
    first, second = result.stdout.splitlines()
    assert first == "1 entries of the journal (0 lost), 2 messages: 2 accepted, 0 duplicate, rejected: none"
    assert second.startswith("6 windows closed, ")


def test_a_time_in_which_nothing_came_is_said_with_what_the_journal_holds(run_dir: Path) -> None:
    result = replay_journal(run_dir, "--from", "2025-11-22T11:00:00Z")
    assert result.exit_code == 1
    assert result.stderr == (
        "denyut: the journal has no entry of the time asked for; "
        "it holds what came from 2025-11-22T10:00:02Z to 2025-11-22T10:00:02Z\n"
    )


def test_the_data_directory_of_the_run_itself_is_refused(run_dir: Path) -> None:
    for data_dir in ("run", "run/journal"):
        result = replay_journal(run_dir, data_dir=data_dir)
        assert result.exit_code == 2
        assert result.stderr == (
            f"denyut: {run_dir.parent / data_dir} is the data directory of that run; name another one with --data-dir\n"
        )


def test_a_directory_without_a_journal_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    result = replay_journal(tmp_path / "absent")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == f"denyut: {tmp_path / 'absent'} holds no journal; name the data directory of a run\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["day.jsonl"], "FILES and --journal exclude each other"),
        (["--mapping", "nab"], "--mapping and --journal exclude each other"),
        (["--value", "a=b"], "--value and --journal exclude each other"),
        (["--time-column", "at"], "--time-column and --journal exclude each other"),
        (["--time", "event"], "--time event and --journal exclude each other: a journal holds the ticks of its clock"),
        (
            ["--from", "2025-11-22T11:00:00Z", "--to", "2025-11-22T10:00:00Z"],
            "--from 2025-11-22T11:00:00Z must be earlier than --to 2025-11-22T10:00:00Z",
        ),
    ],
)
def test_what_does_not_belong_to_a_journal_is_wrong_use(run_dir: Path, arguments: list[str], complaint: str) -> None:
    result = replay_journal(run_dir, *arguments)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == f"Error: {complaint}"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "name FILES, or a run's data directory with --journal"),
        (["day.jsonl", "--from", "1h"], "--from belongs to --journal"),
        (["day.jsonl", "--into-store"], "--into-store belongs to --journal"),
    ],
)
def test_what_belongs_to_a_journal_is_wrong_use_without_one(arguments: list[str], complaint: str) -> None:
    result = CliRunner().invoke(command, arguments, catch_exceptions=False)
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1] == f"Error: {complaint}"


@pytest.mark.parametrize("speed", ["nan", "inf"])
def test_a_speed_is_a_number_that_ends(speed: str) -> None:
    result = CliRunner().invoke(command, ["day.jsonl", "--speed", speed], catch_exceptions=False)
    assert result.exit_code == 2
    assert f"'{speed}' is no speed; write a number such as 60" in result.stderr
