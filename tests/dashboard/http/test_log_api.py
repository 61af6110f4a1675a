"""The log and the deliveries over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dashboard.http.alert_city import MONITOR, City, city


@pytest.fixture
def made(tmp_path: Path) -> Iterator[City]:
    """Alert 1 fired at 05:00, was acknowledged by ayu at 05:01, and ended then; alert 2 fired at 05:02."""
    with city(tmp_path) as built:
        built.fire()
        built.ask("/api/alerts/1/acknowledge", {"who": "ayu", "why": "on my way"})
        built.end()
        built.fire()
        yield built


def lines(made: City, query: str = "") -> list[tuple[str, int]]:
    answer = made.ask(f"/api/audit{query}")
    assert answer.status == 200, answer.body
    return [(line["what"], line["alert"]) for line in answer.json["audit"]]


def test_what_happened_is_told_the_newest_first_with_who_and_why(made: City) -> None:
    assert lines(made)[:2] == [("told", 2), ("firing", 2)]
    acknowledged = next(each for each in made.ask("/api/audit").json["audit"] if each["what"] == "acknowledged")
    wanted = {
        "alert": 1,
        "rule": "full",
        "zone": "kota",
        "who": "ayu",
        "why": "on my way",
        "at": "2025-11-22T05:01:00Z",
    }
    assert wanted.items() <= acknowledged.items()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?who=ayu", [("acknowledged", 1)]),
        ("?what=firing", [("firing", 2), ("firing", 1)]),
        ("?alert=1&what=resolved", [("resolved", 1)]),
        ("?zone=dander", []),
        ("?rule=full&to=2025-11-22T05:01:00Z", [("firing", 1)]),
        ("?from=2025-11-22T05:02:00Z", [("told", 2), ("firing", 2)]),
    ],
)
def test_lines_are_chosen_by(made: City, query: str, found: list[tuple[str, int]]) -> None:
    assert lines(made, query) == found


def test_the_log_comes_a_page_at_a_time(made: City) -> None:
    whole, paged = lines(made), list[tuple[str, int]]()
    cursor: str | None = ""
    while cursor is not None:
        page = made.ask(f"/api/audit?limit=2{cursor}").json
        paged += [(line["what"], line["alert"]) for line in page["audit"]]
        cursor = f"&cursor={page['next']}" if page["next"] else None
    assert paged == whole


def test_who_was_told_when_and_by_which_way(made: City) -> None:
    listed = made.ask("/api/deliveries?officer=ayu").json["deliveries"]
    assert [(each["reason"], each["alerts"]) for each in listed] == [
        ("firing", [2]),
        ("resolved", [1]),
        ("firing", [1]),
    ]
    first: dict[str, Any] = listed[-1]
    wanted = {"office": "dishub", "channel": "wall", "state": "waiting", "attempts": 0, "told": None, "language": "id"}
    assert wanted.items() <= first.items()
    assert made.ask("/api/deliveries?officer=budi").json == {"deliveries": [], "next": None}
    assert made.ask("/api/deliveries?state=sent").json["deliveries"] == []
    assert [each["id"] for each in made.ask("/api/deliveries?alert=2").json["deliveries"]] == [listed[0]["id"]]


def test_one_delivery_comes_with_each_attempt(made: City) -> None:
    one = made.ask("/api/deliveries/1")
    assert (one.json["id"], one.json["tried"], one.json["to"]) == (1, [], "secret-address")
    assert b"secret-address" not in made.ask("/api/deliveries/1", token=MONITOR).body
    assert made.ask("/api/deliveries/99").status == 404


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/api/audit?alert=0", "alert='0': expected `int` >= 1"),
        ("/api/audit?alert=9007199254740993", "alert='9007199254740993': expected `int` <= 9007199254740992"),
        ("/api/audit?what=", "what='': expected `str` of length >= 1"),
        ("/api/audit?wo=ayu", "there is no 'wo' here; did you mean 'who'"),
        ("/api/deliveries?state=told", "state='told': there are waiting, sending, sent, failed"),
        ("/api/deliveries?to=1600-01-01", "to: '1600-01-01' lies outside the years"),
    ],
)
def test_a_question_that_makes_no_sense_is_400_and_says_why(made: City, path: str, says: str) -> None:
    answer = made.ask(path)
    assert answer.status == 400
    assert answer.json["error"].startswith(says)
