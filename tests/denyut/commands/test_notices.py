import json
from pathlib import Path

import msgspec
from click.testing import CliRunner, Result

from alerts.causes import Cause, Code
from alerts.consequences import Card, Consequences, Notice, Reason
from alerts.record.record import AlertRecord
from denyut.cli import main

SECOND = 10**9
NOON = 1_763_787_600 * SECOND
"""2025-11-22 05:00 UTC."""
CARD = Card(
    number=7,
    rule="full",
    severity="warning",
    figure="parking_occupancy",
    value=0.97,
    when=">",
    limit=0.95,
    coverage=1.0,
    fired_ns=NOON,
    learned_ns=NOON,
)


def notice(number: int, officer: str, channel: str = "wall", *alerts: int) -> Notice:
    return Notice(
        number=number,
        at_ns=NOON + number * SECOND,
        reason=Reason.FIRING,
        severity="warning",
        channel=channel,
        to="secret-address",
        officer=officer,
        language="id",
        cards=(CARD,),
        alerts=alerts or (7,),
    )


def recorded(folder: Path, *notices: Notice) -> Path:
    record = AlertRecord(folder / "alerts.db")
    record.start()
    record.append(0, Consequences(notices=list(notices)))
    assert record.stop(5.0)
    return folder


def notices(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["notices", "--data-dir", str(folder), *options])


def test_who_was_told_of_which_alert_is_listed_with_the_newest_last(tmp_path: Path) -> None:
    result = notices(recorded(tmp_path, notice(1, "ayu"), notice(2, "budi", "mail", 1, 2, 3, 4, 5, 6, 7)))
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "decided               told  state    reason  severity  to    channel        alerts  attempts  error",
        "2025-11-22T05:00:01Z  -     waiting  firing  warning   ayu   wall                7         0",
        "2025-11-22T05:00:02Z  -     waiting  firing  warning   budi  mail     1,2,3,4,5 +2         0",
    ]


def test_of_a_command_that_failed_the_actuator_the_command_and_the_reason_are_told(tmp_path: Path) -> None:
    facts: dict[str, str | float | int] = {"command": "on", "actuator": "siren-1", "said": "no power\x1b[2J"}
    card = msgspec.structs.replace(CARD, cause=Cause(Code.NOT_DONE.value, facts))
    failed = msgspec.structs.replace(notice(2, "ayu"), reason=Reason.COMMAND_FAILED, cards=(card,))
    recorded(tmp_path, notice(1, "ayu"), failed)
    header, began, told = notices(tmp_path).output.splitlines()
    assert header.endswith("  error  command")
    assert began.endswith("firing          warning   ayu  wall          7         0")
    assert told.endswith("0         on to siren-1: the device did not do it (no power\\x1b[2J)")
    (before, after) = json.loads(notices(tmp_path, "--json").output)
    assert (before["commands"], after["commands"]) == ([], [{**facts, "cause": "not_done"}])


def test_notices_are_chosen_by_alert_officer_channel_and_state(tmp_path: Path) -> None:
    recorded(tmp_path, notice(1, "ayu"), notice(2, "budi", "mail", 9))

    def told(*options: str) -> list[str]:
        return [each["officer"] for each in json.loads(notices(tmp_path, "--json", *options).output)]

    assert told() == ["ayu", "budi"]
    assert told("--alert", "9") == ["budi"]
    assert told("--officer", "ayu") == ["ayu"]
    assert told("--channel", "mail") == ["budi"]
    assert told("--state", "sent") == []
    assert told("--limit", "1") == ["budi"]


def test_json_says_all_but_where_people_are_reached(tmp_path: Path) -> None:
    result = notices(recorded(tmp_path, notice(1, "ayu")), "--json")
    (told,) = json.loads(result.output)
    assert (told["decided"], told["told"], told["alerts"]) == ("2025-11-22T05:00:01Z", None, [7])
    assert told["key"].endswith("-1")
    assert "secret-address" not in result.output


def test_where_there_is_nothing_to_list_a_sentence_says_so(tmp_path: Path) -> None:
    nothing = notices(recorded(tmp_path), "--officer", "ayu")
    assert (nothing.exit_code, nothing.stderr) == (0, "no notices match\n")
    elsewhere = notices(tmp_path / "elsewhere")
    assert elsewhere.exit_code == 1
    assert elsewhere.stderr == f"denyut: {tmp_path / 'elsewhere'} holds no record of alerts (alerts.db is not there)\n"
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_is_no_record_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "alerts.db").write_bytes(b"nothing of ours " * 100)
    result = notices(tmp_path)
    assert result.exit_code == 1
    assert result.stderr.startswith("denyut: ")
    assert len(result.stderr.splitlines()) == 1
