import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from denyut.cli import main
from denyut.letter_forms import write_lines, write_paragraph
from ingest.dead_letter_file import DeadLetter
from ingest.letter_store import LetterStore
from ingest.reasons import Reason

BEGIN_NS = 1_763_805_600_000_000_000
LETTERS = [
    DeadLetter(BEGIN_NS, "mqtt", b"city/a/air/s1", b'{"pm25": ', Reason.INVALID_JSON, offset=4, message=2),
    DeadLetter(BEGIN_NS + 10**9, "mqtt", b"city/a/air/\x1b[31m\xff", b"\x00\x1b[2J\xfe", Reason.TOPIC_NOT_UTF8),
    DeadLetter(BEGIN_NS + 2 * 10**9, "lora", b"city/a/air/s3", b'{"a": 1}\n\x1b]0;x\x07', Reason.TOO_LATE),
    DeadLetter(
        BEGIN_NS + 3 * 10**9, "influx", b"", b"window v=1 1", Reason.REFUSED_BY_STORE, detail="conflict \x1b[1m"
    ),
]


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    letters = LetterStore(tmp_path)
    letters.add(LETTERS)
    letters.close()
    return tmp_path


def dead_letters(data_dir: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["dead-letters", *arguments, "--data-dir", str(data_dir)])


def test_the_list_names_each_letter_newest_last_and_nothing_in_it_acts(data_dir: Path) -> None:
    result = dead_letters(data_dir, "list")
    assert result.exit_code == 0
    header, *lines = result.stdout.splitlines()
    assert header.split() == ["id", "time", "source", "topic", "reason", "bytes", "requeued"]
    assert lines[0].split() == ["1", "2025-11-22T10:00:00Z", "mqtt", "city/a/air/s1", "invalid_json", "22"]
    assert [line.split()[0] for line in lines] == ["1", "2", "3", "4"]
    assert r"city/a/air/\x1b[31m\xff" in lines[1]
    assert "\x1b" not in result.stdout


def test_a_terminal_of_80_characters_gets_no_line_that_is_wider(data_dir: Path) -> None:
    letters = LetterStore(data_dir)
    letters.add([DeadLetter(BEGIN_NS, "mqtt-of-the-harbour", b"city/bojonegoro/air/" + b"x" * 80, b"", Reason.SHED)])
    letters.close()
    shown, terminal = pty.openpty()
    command = [sys.executable, "-m", "denyut", "dead-letters", "list", "--data-dir", str(data_dir)]
    subprocess.run(command, stdout=terminal, check=True, timeout=60, env={**os.environ, "COLUMNS": "80"})
    lines = os.read(shown, 4096).decode().splitlines()
    os.close(terminal)
    os.close(shown)
    assert len(lines) == 6
    assert max(map(len, lines)) <= 80
    assert "city/bojonegoro/air" in lines[5]


def test_the_list_can_be_narrowed(data_dir: Path) -> None:
    def listed(*arguments: str) -> list[int]:
        return [
            letter["id"] for letter in json.loads(dead_letters(data_dir, "list", "--format", "json", *arguments).stdout)
        ]

    assert listed("--reason", "too_late") == [3]
    assert listed("--source", "mqtt", "--limit", "1") == [2]
    assert listed("--since", "2025-11-22T10:00:02Z") == [3, 4]
    assert listed("--reason", "shed") == []
    nothing = dead_letters(data_dir, "list", "--reason", "shed")
    assert (nothing.exit_code, nothing.stdout, nothing.stderr) == (0, "", "no letters match\n")


def test_a_letter_is_shown_with_its_payload_as_text_or_in_hexadecimal(data_dir: Path) -> None:
    text = dead_letters(data_dir, "show", "3").stdout
    assert text.splitlines()[-2:] == ['{"a": 1}', r"\x1b]0;x\x07"]
    dumped = dead_letters(data_dir, "show", "2").stdout
    assert dumped.splitlines()[-1].split() == ["00000000", *["00", "1b", "5b", "32", "4a", "fe"], "..[2J."]
    refused = dead_letters(data_dir, "show", "4").stdout
    assert "detail    conflict \\x1b[1m\n" in refused
    assert "topic" not in refused
    assert "from      entry 4 of the journal, message 2\n" in dead_letters(data_dir, "show", "1").stdout
    assert "\x1b" not in text + dumped + refused


def test_a_letter_that_is_not_there_is_one_sentence(data_dir: Path) -> None:
    result = dead_letters(data_dir, "show", "99")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"denyut: there is no letter 99 in {data_dir}\n"


def test_an_export_gives_back_every_byte(data_dir: Path) -> None:
    lines = [json.loads(line) for line in dead_letters(data_dir, "export").stdout.splitlines()]
    assert [line["id"] for line in lines] == [1, 2, 3, 4]
    assert (lines[0]["topic"], lines[0]["payload"], lines[0]["offset"]) == ("city/a/air/s1", '{"pm25": ', 4)
    assert (lines[1]["topic_base64"], lines[1]["payload_base64"]) == ("Y2l0eS9hL2Fpci8bWzMxbf8=", "ABtbMkr+")
    assert lines[2]["payload"] == '{"a": 1}\n\x1b]0;x\x07'
    assert json.loads(dead_letters(data_dir, "export", "--format", "json").stdout) == lines
    assert json.loads(dead_letters(data_dir, "export", "--format", "json", "--reason", "shed").stdout) == []


def test_refused_lines_come_out_as_a_store_takes_them(data_dir: Path) -> None:
    result = dead_letters(data_dir, "export", "--reason", "refused_by_store", "--format", "lines")
    assert result.stdout_bytes == b"window v=1 1\n"


def test_exported_lines_do_not_act_on_a_terminal() -> None:
    out = io.BytesIO()
    write_lines(LETTERS[1:3], out, to_terminal=True)
    assert out.getvalue() == b'\\x00\\x1b[2J\\xfe\n{"a": 1}\\n\\x1b]0;x\\x07\n'


def test_letters_are_marked_by_number_or_by_reason(data_dir: Path) -> None:
    result = dead_letters(data_dir, "requeue", "1", "3")
    assert result.exit_code == 0
    assert result.stdout == (
        f"2 letters are taken in again by the next: denyut run --data-dir {data_dir} (invalid_json 1, too_late 1)\n"
    )
    assert result.stderr == "note: what is too late will be too late again, unless windows.lateness was raised\n"
    assert json.loads(dead_letters(data_dir, "list", "--format", "json").stdout)[1]["requeued"] is None
    again = dead_letters(data_dir, "requeue", "--reason", "topic_not_utf8", "--json")
    assert json.loads(again.stdout) == {"requeued": {"topic_not_utf8": 1}, "unknown": [], "refused": []}
    marked = [
        letter["requeued"] is not None
        for letter in json.loads(dead_letters(data_dir, "list", "--format", "json").stdout)
    ]
    assert marked == [True, True, True, False]


def test_what_a_store_refused_and_what_is_not_there_cannot_be_marked(data_dir: Path) -> None:
    result = dead_letters(data_dir, "requeue", "4", "99")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "letter 4 cannot come in by MQTT: a store refused the line" in result.stderr
    assert "there is no letter 99" in result.stderr


@pytest.mark.parametrize("arguments", [(), ("1", "--all"), ("--all", "--reason", "shed"), ("1", "--source", "mqtt")])
def test_letters_are_named_in_one_way(data_dir: Path, arguments: tuple[str, ...]) -> None:
    result = dead_letters(data_dir, "requeue", *arguments)
    assert result.exit_code == 2
    assert "name letters by ID, or choose them by --reason, --source and --since, or all by --all" in result.stderr


@pytest.mark.parametrize("arguments", [("list",), ("show", "1"), ("export",), ("requeue", "--all")])
def test_where_nothing_was_kept_the_answer_is_one_sentence(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    result = dead_letters(tmp_path, *arguments)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"denyut: {tmp_path} holds no dead letters (dead_letters.db is not there)\n"


def test_a_long_payload_that_is_no_text_is_shown_in_part() -> None:
    out = io.StringIO()
    write_paragraph(DeadLetter(0, "mqtt", b"t", b"\xff" * 5_000, Reason.NOT_UTF8), out)
    assert out.getvalue().endswith("904 more bytes: denyut dead-letters export\n")
