"""Alerts over HTTP: who may see them, who may do what about them, and what is said to whom."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from alerts.acts import Act, NotNowError
from dashboard.http.asked import LARGEST_BODY
from tests.dashboard.http.alert_city import CITY, MINUTE, OPERATOR, TOKENS, City, city, sent
from tests.dashboard.http.serving import Answer, serving

SAID = {"who": "ayu", "why": "on my way"}
ACKNOWLEDGE = "/api/alerts/1/acknowledge"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[City]:
    """One alert of dishub is firing."""
    with city(tmp_path) as built:
        built.fire()
        yield built


def numbers(answer: Answer) -> list[int]:
    assert answer.status == 200, answer.body
    return [alert["number"] for alert in answer.json["alerts"]]


def test_those_that_are_firing_are_listed(made: City) -> None:
    listed = made.ask("/api/alerts").json
    assert listed["next"] is None
    (alert,) = listed["alerts"]
    wanted = {
        "number": 1,
        "rule": "full",
        "severity": "warning",
        "state": "firing",
        "zone": "kota",
        "office": "dishub",
        "fired": "2025-11-22T05:00:00Z",
        "value": 0.97,
        "acknowledged": None,
        "told": ["ayu"],
    }
    assert wanted.items() <= alert.items()


def test_an_officer_acknowledges_one_and_everyone_sees_who_did(made: City) -> None:
    answer = made.ask(ACKNOWLEDGE, {"why": "on my way"}, token=TOKENS["ayu"])
    assert answer.status == 200
    assert (answer.json["acknowledged"], answer.json["acknowledged_by"]) == ("2025-11-22T05:01:00Z", "ayu")
    assert made.desk.book.alerts[0].why == "on my way"


def test_the_second_of_two_hears_that_another_was_quicker_and_how_it_stands(made: City) -> None:
    made.ask(ACKNOWLEDGE, SAID)
    answer = made.ask(ACKNOWLEDGE, {"who": "budi"})
    assert answer.status == 409
    assert answer.json["error"] == "somebody has acknowledged it already"
    assert (answer.json["now"]["acknowledged_by"], answer.json["now"]["why"]) == ("ayu", "on my way")


def test_of_two_who_press_together_one_is_told_that_it_was_too_late(made: City) -> None:
    async def scene() -> list[Answer]:
        async with serving(made.sources(), guard=made.guard()) as port:
            both = [asyncio.to_thread(sent, port, ACKNOWLEDGE, {"who": who}) for who in ("ayu", "budi")]
            return list(await asyncio.gather(*both))

    answers = asyncio.run(scene())
    assert sorted(answer.status for answer in answers) == [200, 409]
    by = {answer.json.get("acknowledged_by") or answer.json["now"]["acknowledged_by"] for answer in answers}
    assert len(by) == 1


@pytest.mark.parametrize("path", ["2", "0", "one", "-1", "1e3", "9" * 17, "9" * 5000, "%D9%A3", "1%00", "%FF"])
def test_an_alert_that_is_not_there_is_404(made: City, path: str) -> None:
    assert made.ask(f"/api/alerts/{path}").status == 404
    assert made.ask(f"/api/alerts/{path}/acknowledge", SAID).status == 404


def test_one_alert_comes_with_its_log_who_was_told_and_its_commands(made: City) -> None:
    made.ask("/api/commands", {"actuator": "sign", "command": "full", "alert": 1, "who": "ops"})
    alert = made.ask("/api/alerts/1").json
    assert [line["what"] for line in alert["audit"]] == ["command_decided", "told", "firing"]
    (delivery,) = alert["deliveries"]
    assert (delivery["officer"], delivery["channel"], delivery["state"]) == ("ayu", "wall", "waiting")
    (command,) = alert["commands"]
    assert (command["actuator"], command["command"], command["who"]) == ("sign", "full", "ops")


def test_where_somebody_is_reached_is_shown_to_operators_alone(made: City) -> None:
    assert made.ask("/api/alerts/1").json["deliveries"][0]["to"] == "secret-address"
    for token in (TOKENS["ayu"], TOKENS["budi"], "token-of-monitors"):
        assert b"secret-address" not in made.ask("/api/alerts/1", token=token).body


def test_an_alert_that_is_over_is_told_from_the_record(made: City) -> None:
    made.ask(ACKNOWLEDGE, SAID)
    made.end()
    assert numbers(made.ask("/api/alerts")) == []
    (ended,) = made.ask("/api/alerts?state=ended").json["alerts"]
    wanted = {"number": 1, "state": "ended", "ending": "resolved", "ended": "2025-11-22T05:01:00Z"}
    assert {**wanted, "acknowledged_by": "ayu"}.items() <= ended.items()
    one = made.ask("/api/alerts/1").json
    told = [line["what"] for line in reversed(one["audit"])]
    assert (one["state"], told) == ("ended", ["firing", "told", "acknowledged", "resolved", "told"])
    assert made.ask(ACKNOWLEDGE, SAID).status == 404


def test_the_past_comes_a_page_at_a_time_the_newest_first(made: City) -> None:
    made.end()
    for _ in range(4):
        made.fire()
        made.end()
    first = made.ask("/api/alerts?state=ended&limit=3")
    assert numbers(first) == [5, 4, 3]
    rest = made.ask(f"/api/alerts?state=ended&limit=3&cursor={first.json['next']}")
    assert (numbers(rest), rest.json["next"]) == ([2, 1], None)


def test_open_ones_come_a_page_at_a_time_too(made: City) -> None:
    made.fire("dander")
    first = made.ask("/api/alerts?limit=1")
    assert (numbers(first), first.json["next"]) == ([2], 2)
    assert numbers(made.ask("/api/alerts?limit=1&cursor=2")) == [1]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("severity=critical", [2]),
        ("severity=warning", [1]),
        ("rule=full", [1]),
        ("zone=dander", [2]),
        ("office=dlh", [2]),
        ("office=dishub", [1]),
        ("officer=ayu", [1]),
        ("officer=budi", []),
        ("state=acknowledged", [1]),
        ("state=firing", [2]),
        ("state=muted", [2]),
        ("state=stale", []),
        ("from=2025-11-22T05:01:00Z", [2]),
        ("to=2025-11-22T05:01:00Z", [1]),
        ("state=open&zone=kota&severity=critical", []),
    ],
)
def test_they_are_chosen_by(made: City, query: str, found: list[int]) -> None:
    made.figure("air_ispu", "dander", 150.0)
    made.ask(ACKNOWLEDGE, SAID)
    assert numbers(made.ask(f"/api/alerts?{query}")) == found


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("state=fireing", "state='fireing': there are open, firing, acknowledged, stale, snoozed, muted, ended; did"),
        ("severity=grave", "severity='grave': there are info, warning, critical"),
        ("rule=ful", "there is no rule 'ful'; did you mean 'full'?"),
        ("office=dishb", "there is no office 'dishb'; did you mean 'dishub'?"),
        ("officer=ayi", "there is no officer 'ayi'; did you mean 'ayu'?"),
        ("zones=kota", "there is no 'zones' here; did you mean 'zone'?"),
        ("limit=0", "limit='0': expected `int` >= 1"),
        ("limit=501", "limit='501': expected `int` <= 500"),
        ("limit=nan", "limit='nan': expected `int`"),
        ("limit=" + "9" * 5000, "limit='999"),
        ("limit=1&limit=2", "limit stands 2 times"),
        ("cursor=x", "cursor='x': expected `int`"),
        ("from=yesterday", "from: 'yesterday' is no time; write ISO 8601"),
        ("state=ended&office=dishub", "office: of alerts that have ended it is not kept"),
    ],
)
def test_a_question_that_makes_no_sense_is_400_and_says_why(made: City, query: str, says: str) -> None:
    answer = made.ask(f"/api/alerts?{query}")
    assert answer.status == 400
    assert answer.json["error"].startswith(says)
    assert len(answer.json["error"]) < 400


def test_the_operators_token_is_nobodys_own(made: City) -> None:
    for body in ({}, {"who": " "}, {"why": "x"}):
        answer = made.ask(ACKNOWLEDGE, body)
        assert (answer.status, answer.json["error"].partition("?")[0]) == (400, "who does it")
    assert made.desk.book.alerts[0].acknowledged_ns is None


@pytest.mark.parametrize("who", ["denyut", "Denyut", " denyut ", "\uff44enyut"])
def test_nobody_acts_in_the_name_of_what_nobody_does(made: City, who: str) -> None:
    answer = made.ask(ACKNOWLEDGE, {"who": who})
    assert (answer.status, answer.json["error"]) == (
        400,
        f"`who`: {who.strip()!r} stands for what nobody did; name somebody else",
    )


def test_a_name_is_kept_without_spaces_around_it(made: City) -> None:
    assert made.ask(ACKNOWLEDGE, {"who": " ops "}).json["acknowledged_by"] == "ops"


def test_nobody_acts_as_another_officer(made: City) -> None:
    answer = made.ask(ACKNOWLEDGE, {"who": "budi"}, token=TOKENS["ayu"])
    assert answer.status == 403
    assert answer.json["error"] == "the token is that of officer ayu, who cannot act as 'budi'"
    assert made.ask(ACKNOWLEDGE, {"who": "ayu"}, token=TOKENS["ayu"]).status == 200


@pytest.mark.parametrize("act", ["acknowledge", "assign", "comment", "snooze", "close"])
def test_an_officer_of_another_office_may_not(made: City, act: str) -> None:
    body = {"comment": {"why": "x"}, "close": {"why": "x"}, "snooze": {"for": "1h"}}.get(act, {})
    answer = made.ask(f"/api/alerts/1/{act}", body, token=TOKENS["budi"])
    assert answer.status == 403
    assert answer.json["error"] == "alert 1 is a matter of dishub; officer budi is of dlh and no operator"


def test_an_officer_of_another_office_to_whom_it_was_given_may(made: City) -> None:
    made.ask("/api/alerts/1/assign", {"who": "ops", "to": "budi"})
    assert made.ask(ACKNOWLEDGE, {}, token=TOKENS["budi"]).json["acknowledged_by"] == "budi"


def test_an_officer_of_another_office_who_was_told_of_it_may(tmp_path: Path) -> None:
    told = CITY.replace('office = "dlh"\ntoken', 'office = "dlh"\ncontacts = [{ channel = "wall", to = "b" }]\ntoken')
    told += """
[[ladders]]
id = "both"
steps = [{ to = ["shift", "officer:budi"] }]
[notification]
ladders = { warning = "both" }
"""
    with city(tmp_path, told) as made:
        made.fire()
        assert made.ask("/api/alerts/1").json["told"] == ["ayu", "budi"]
        assert made.ask(ACKNOWLEDGE, {}, token=TOKENS["budi"]).json["acknowledged_by"] == "budi"


def test_an_officer_takes_an_alert_and_gives_it_to_nobody_else(made: City) -> None:
    taken = made.ask("/api/alerts/1/assign", {}, token=TOKENS["ayu"])
    assert (taken.json["assigned_to"], taken.json["acknowledged_by"]) == ("ayu", "ayu")
    given = made.ask("/api/alerts/1/assign", {"to": "citra"}, token=TOKENS["ayu"])
    assert (given.status, given.json["error"]) == (403, "officer ayu may take an alert, and not give it to 'citra'")


def test_an_operator_gives_an_alert_to_an_officer(made: City) -> None:
    path = "/api/alerts/1/assign"
    assert made.ask(path, {"who": "ops"}).json["error"].startswith("who is to see to it?")
    unknown = made.ask(path, {"who": "ops", "to": "ayi"})
    assert (unknown.status, unknown.json["error"]) == (400, "there is no officer 'ayi'; did you mean 'ayu'?")
    given = made.ask(path, {"to": "ayu"}, token=TOKENS["citra"])
    assert (given.json["assigned_to"], given.json["assigned_by"], given.json["acknowledged"]) == ("ayu", "citra", None)
    again = made.ask(path, {"who": "ops", "to": "ayu"})
    assert (again.status, again.json["now"]["assigned_to"]) == (409, "ayu")


def test_what_is_said_stands_in_the_log(made: City) -> None:
    said = made.ask("/api/alerts/1/comment", {"who": "ops", "why": "the gate is stuck"})
    assert said.json["comments"] == 1
    assert made.ask("/api/alerts/1/comment", {"who": "ops"}).status == 400
    line = made.ask("/api/alerts/1").json["audit"][0]
    assert (line["what"], line["who"], line["why"]) == ("comment", "ops", "the gate is stuck")


def test_an_alert_is_closed_with_a_reason_and_only_once(made: City) -> None:
    assert made.ask("/api/alerts/1/close", {"who": "ops"}).status == 400
    closed = made.ask("/api/alerts/1/close", {"who": "ops", "why": "the gate was taken down"})
    assert (closed.status, closed.json) == (200, {"number": 1, "state": "ended"})
    assert made.ask("/api/alerts").json["alerts"] == []
    assert made.ask("/api/alerts/1/close", {"who": "ops", "why": "again"}).status == 404


def test_an_alert_is_put_off_for_a_while(made: City) -> None:
    put_off = made.ask("/api/alerts/1/snooze", {"who": "ops", "for": "2h"})
    assert (put_off.json["state"], put_off.json["snoozed_until"]) == ("snoozed", "2025-11-22T07:01:00Z")


@pytest.mark.parametrize("lasting", ["", "two hours", "-1h", "0s", "31d", "1e400d", "9" * 39 + "d", 7, None, [], {}])
def test_for_how_long_must_be_a_duration_of_at_most_a_month(made: City, lasting: Any) -> None:
    answer = made.ask("/api/alerts/1/snooze", {"who": "ops", "for": lasting})
    assert answer.status == 400
    assert "for" in answer.json["error"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'{"who": ""}',
        b'{"who": 3}',
        b'{"who": "a", "to": 1}',
        b'{"who": NaN}',
        b'{"who": 1e999}',
        b'{"who": "a\\ud800"}',
        b'{"who": "a\xff"}',
        b'{"who": "a\\nb"}',
        b'{"who": "' + b"a" * 101 + b'"}',
        b'{"who": "a", "why": "' + b"x" * 1001 + b'"}',
        b"[" * 16_000,
        b'{"who":' * 2_000,
    ],
)
def test_a_body_that_says_nothing_is_400_and_says_what_it_should_say(made: City, body: bytes) -> None:
    answer = made.ask(ACKNOWLEDGE, body)
    assert answer.status == 400
    assert "who" in answer.json["error"]
    assert made.desk.book.alerts[0].acknowledged_ns is None


def test_a_body_without_end_is_413(made: City) -> None:
    assert made.ask(ACKNOWLEDGE, b"x" * (LARGEST_BODY + 1)).status == 413


def test_a_body_that_is_no_json_is_400_and_says_where(made: City) -> None:
    answer = made.ask(ACKNOWLEDGE, b"{why: x}")
    assert answer.status == 400
    assert answer.json["error"].startswith("JSON is malformed: object keys must be strings (byte 1); write {")


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_what_a_page_of_somebody_else_can_send_is_415(made: City, kind: str) -> None:
    answer = made.ask(ACKNOWLEDGE, b'{"who": "ayu"}', **{"Content-Type": kind})
    assert answer.status == 415
    assert "Content-Type: application/json" in answer.json["error"]
    assert made.desk.book.alerts[0].acknowledged_ns is None


def test_while_nothing_can_be_decided_it_is_503(made: City) -> None:
    async def not_now(_act: Act) -> Any:
        raise NotNowError("what an earlier run took in is being processed: try again in a moment")

    async def scene() -> Answer:
        async with serving(made.sources(not_now), guard=made.guard()) as port:
            return await asyncio.to_thread(sent, port, ACKNOWLEDGE, SAID, OPERATOR)

    answer = asyncio.run(scene())
    assert (answer.status, answer.json["error"].partition(":")[0]) == (
        503,
        "what an earlier run took in is being processed",
    )


def test_while_the_disk_stands_still_it_is_503_and_holds_later(made: City, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dashboard.http.acting._PATIENCE_S", 0.2)

    async def scene() -> tuple[Answer, str]:
        moves = asyncio.Event()

        async def slowly(act: Act) -> Any:
            await moves.wait()
            return await made.act(act)

        async with serving(made.sources(slowly), guard=made.guard()) as port:
            told = await asyncio.to_thread(sent, port, ACKNOWLEDGE, SAID)
            moves.set()
            await asyncio.sleep(0.1)
            return told, made.desk.book.alerts[0].acknowledged_by

    answer, later = asyncio.run(scene())
    assert answer.status == 503
    assert answer.json["error"] == "it is taken and will hold once the disk takes it: look again"
    assert later == "ayu"


def test_without_a_record_what_is_firing_is_told_and_the_past_is_503(made: City) -> None:
    made.recorded()
    made.record.path.unlink()
    made.now_ns += MINUTE
    assert numbers(made.ask("/api/alerts")) == [1]
    past = made.ask("/api/alerts?state=ended")
    assert past.status == 503
    assert "alerts.db is not there" in past.json["error"]
