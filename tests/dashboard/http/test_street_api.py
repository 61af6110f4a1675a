"""Actuators and commands over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dashboard.http.alert_city import TOKENS, City, city

FULL = {"actuator": "sign", "command": "full"}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[City]:
    with city(tmp_path) as built:
        yield built


def test_an_officer_whom_the_actuator_names_sends_a_command(made: City) -> None:
    sent = made.ask("/api/commands", {**FULL, "why": "no space left"}, token=TOKENS["ayu"])
    assert sent.status == 200
    wanted = {
        "number": 1,
        "actuator": "sign",
        "command": "full",
        "state": "decided",
        "who": "ayu",
        "why": "no space left",
    }
    assert wanted.items() <= sent.json.items()
    (actuator,) = made.ask("/api/actuators").json["actuators"]
    assert (actuator["id"], actuator["newest"]["number"], actuator["does"]) == ("sign", 1, ["full"])
    assert made.ask("/api/actuators/sign").json == actuator


def test_an_officer_whom_it_does_not_name_may_not_and_that_is_on_record(made: City) -> None:
    answer = made.ask("/api/commands", FULL, token=TOKENS["budi"])
    assert answer.status == 403
    assert answer.json["error"] == "not_allowed: 'budi' may not command 'sign'"
    (line,) = made.ask("/api/audit").json["audit"]
    assert (line["what"], line["who"], line["command"]) == ("command_refused", "budi", 1)


def test_an_operator_may_whatever_name_is_given(made: City) -> None:
    assert made.ask("/api/commands", {**FULL, "who": "ops"}).status == 200


def test_nobody_makes_himself_an_operator_by_the_body(made: City) -> None:
    answer = made.ask("/api/commands", {**FULL, "operator": True}, token=TOKENS["budi"])
    assert answer.status == 400
    assert made.ask("/api/commands").json["commands"] == []


def test_a_command_while_another_is_under_way_is_409_and_says_why(made: City) -> None:
    made.ask("/api/commands", {**FULL, "who": "ops"})
    answer = made.ask("/api/commands", {"actuator": "sign", "command": "off", "who": "ops"})
    assert answer.status == 409
    assert answer.json["error"].startswith("busy: ")
    assert (answer.json["now"]["state"], answer.json["now"]["refused"]) == ("refused", "busy")


def test_a_dry_run_is_decided_and_not_sent(made: City) -> None:
    answer = made.ask("/api/commands", {**FULL, "who": "ops", "dry_run": True})
    assert (answer.status, answer.json["state"]) == (200, "dry_run")
    assert made.ask("/api/commands/1").json["sending"] is None


@pytest.mark.parametrize(
    ("change", "status", "says"),
    [
        ({"actuator": "sing"}, 404, "there is no actuator 'sing'; did you mean 'sign'?"),
        ({"command": "ful"}, 404, "there is no command of sign 'ful'; did you mean 'full'?"),
        ({"alert": 9}, 404, "no alert 9 is firing"),
        ({"alert": 0}, 400, "expected `int` >= 1 - at `$.alert`"),
        ({"alert": 1e30}, 400, "expected `int"),
        ({"dry_run": 1}, 400, "expected `bool`, got `int` - at `$.dry_run`"),
        ({"payload": {}}, 400, "object contains unknown field `payload`"),
    ],
)
def test_a_command_that_makes_no_sense_says_why(made: City, change: dict[str, Any], status: int, says: str) -> None:
    answer = made.ask("/api/commands", {**FULL, "who": "ops", **change})
    assert (answer.status, answer.json["error"][: len(says)]) == (status, says)
    assert made.ask("/api/commands").json["commands"] == []


def test_commands_are_listed_the_newest_first_and_chosen_by(made: City) -> None:
    made.fire()
    for _ in range(3):
        made.ask("/api/commands", {**FULL, "who": "ops", "dry_run": True})
    made.ask("/api/commands", {**FULL, "who": "ops", "alert": 1})

    def numbers(query: str) -> list[int]:
        return [each["number"] for each in made.ask(f"/api/commands{query}").json["commands"]]

    assert (numbers(""), numbers("?state=dry_run"), numbers("?alert=1")) == ([4, 3, 2, 1], [3, 2, 1], [4])
    assert (numbers("?limit=3"), made.ask("/api/commands?limit=3").json["next"]) == ([4, 3, 2], 2)
    assert numbers("?limit=3&cursor=2") == [1]
    assert made.ask("/api/commands?actuator=sing").status == 400
    assert made.ask("/api/commands?state=done").status == 400


def test_one_command_comes_with_how_it_went_out_and_its_log(made: City) -> None:
    made.ask("/api/commands", {**FULL, "who": "ops"})
    one = made.ask("/api/commands/1").json
    assert (one["command"]["state"], one["sending"]["sending"]) == ("decided", "waiting")
    assert [line["what"] for line in one["audit"]] == ["command_decided"]
    assert made.ask("/api/commands/2").status == 404


def test_an_actuator_says_how_a_command_is_proved(made: City) -> None:
    (actuator,) = made.ask("/api/actuators").json["actuators"]
    proof = actuator["commands"]["off"]["proof"]
    assert (proof["indicator"], proof["when"], proof["value"], proof["within"]) == (
        "parking_occupancy",
        "<",
        0.9,
        "10m",
    )
    assert actuator["commands"]["full"] == {"proof": None}
    assert made.ask("/api/actuators/sing").status == 404
