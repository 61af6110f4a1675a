"""Offices, officers and who is on duty, over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dashboard.http.alert_city import MINUTE, MONITOR, OPERATOR, TOKENS, City, city


@pytest.fixture
def made(tmp_path: Path) -> Iterator[City]:
    with city(tmp_path) as built:
        yield built


def test_offices_say_who_is_in_them_and_how_many_of_their_alerts_are_firing(made: City) -> None:
    made.fire()
    dishub, dlh = made.ask("/api/offices").json["offices"]
    assert (dishub["id"], dishub["head"], dishub["officers"], dishub["firing"]) == (
        "dishub",
        "citra",
        ["ayu", "citra"],
        1,
    )
    assert (dlh["id"], dlh["kinds"], dlh["firing"]) == ("dlh", ["air"], 0)


@pytest.mark.parametrize(
    ("token", "shown"),
    [(OPERATOR, True), (TOKENS["citra"], True), (TOKENS["ayu"], True), (TOKENS["budi"], False), (MONITOR, False)],
)
def test_where_an_officer_is_reached_is_shown_to_operators_and_to_the_officer(
    made: City, token: str, shown: bool
) -> None:
    answer = made.ask("/api/officers", token=token)
    ayu = answer.json["officers"][0]
    assert (ayu["id"], ayu["contacts"][0]["channel"]) == ("ayu", "wall")
    assert ("to" in ayu["contacts"][0]) is shown
    assert (b"secret-address" in answer.body) is shown


def test_no_token_stands_in_any_answer(made: City) -> None:
    made.fire()
    for path in ("/api/officers", "/api/offices", "/api/duty", "/api/alerts/1", "/api/audit", "/api/deliveries"):
        assert b"token-of" not in made.ask(path).body


def test_officers_of_one_office(made: City) -> None:
    assert [each["id"] for each in made.ask("/api/officers?office=dlh").json["officers"]] == ["budi"]
    answer = made.ask("/api/officers?office=dishup")
    assert (answer.status, answer.json["error"]) == (400, "there is no office 'dishup'; did you mean 'dishub'?")


def test_who_is_on_duty_now_and_who_is_next(made: City) -> None:
    """Noon in Jakarta: the day's shift, until 15:00."""
    (dishub,) = made.ask("/api/duty?office=dishub").json["offices"]
    assert (dishub["now"]["officers"], dishub["now"]["shifts"][0]["id"]) == (["ayu"], "day")
    assert (dishub["next"]["from"], dishub["next"]["officers"]) == ("2025-11-22T08:00:00Z", ["citra"])
    made.now_ns += 180 * MINUTE
    (dishub,) = made.ask("/api/duty?office=dishub").json["offices"]
    assert (dishub["now"]["officers"], dishub["next"]["from"]) == (["citra"], "2025-11-23T00:00:00Z")
    on_duty = {each["id"]: each["on_duty"] for each in made.ask("/api/officers").json["officers"]}
    assert on_duty == {"ayu": False, "budi": True, "citra": True}


def test_an_office_without_shifts_is_always_on_duty(made: City) -> None:
    (dlh,) = made.ask("/api/duty?office=dlh").json["offices"]
    assert (dlh["now"], dlh["next"]) == ({"shifts": [], "officers": ["budi"]}, None)


def test_ladders_are_those_that_hold_where_none_is_configured_too(made: City) -> None:
    told = made.ask("/api/ladders").json
    assert told["usual"] == {"info": "info", "warning": "warning", "critical": "critical"}
    critical = next(ladder for ladder in told["ladders"] if ladder["id"] == "critical")
    assert critical["steps"] == [
        {"after": "0s", "to": ["shift"]},
        {"after": "15m", "to": ["office"]},
        {"after": "30m", "to": ["head"]},
    ]
