"""Silences, planned works and inhibitions over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.dashboard.http.alert_city import MINUTE, TOKENS, City, city

SILENCE = {"for": "2h", "zones": ["kota"], "who": "ops", "why": "repair of the pump"}


@pytest.fixture
def made(tmp_path: Path) -> Iterator[City]:
    with city(tmp_path) as built:
        yield built


def test_a_silence_begins_and_nobody_is_told_of_what_fits(made: City) -> None:
    begun = made.ask("/api/silences", SILENCE)
    assert begun.status == 200
    wanted = {"number": 1, "state": "active", "who": "ops", "zones": ["kota"], "end": "2025-11-22T07:00:00Z"}
    assert wanted.items() <= begun.json.items()
    made.fire()
    (alert,) = made.ask("/api/alerts?state=muted").json["alerts"]
    assert (alert["muted"], alert["told"]) == ("silence 1: repair of the pump", [])


def test_a_silence_is_ended_once_and_the_second_hears_how_it_stands(made: City) -> None:
    made.ask("/api/silences", SILENCE)
    made.fire()
    ended = made.ask("/api/silences/1/end", {"why": "done"}, token=TOKENS["citra"])
    assert (ended.status, ended.json["state"], ended.json["ended_by"]) == (200, "ended", "citra")
    (alert,) = made.ask("/api/alerts").json["alerts"]
    assert (alert["muted"], alert["told"]) == ("", ["ayu"])
    again = made.ask("/api/silences/1/end", {"who": "ops"})
    assert (again.status, again.json["error"], again.json["now"]["ended_by"]) == (409, "it has ended already", "citra")


def test_silences_are_listed_the_newest_first_and_by_how_they_stand(made: City) -> None:
    made.ask("/api/silences", SILENCE)
    made.ask("/api/silences", {**SILENCE, "begin": "2025-11-23T05:00:00Z"})
    made.ask("/api/silences", {**SILENCE, "for": "1m"})
    made.now_ns += 2 * MINUTE

    def numbers(query: str) -> list[int]:
        return [each["number"] for each in made.ask(f"/api/silences{query}").json["silences"]]

    assert numbers("") == [3, 2, 1]
    assert (numbers("?state=active"), numbers("?state=waiting"), numbers("?state=ended")) == ([1], [2], [3])
    assert (numbers("?limit=2"), made.ask("/api/silences?limit=2").json["next"]) == ([3, 2], 2)
    assert numbers("?limit=2&cursor=2") == [1]
    assert made.ask("/api/silences/2").json["begin"] == "2025-11-23T05:00:00Z"
    assert made.ask("/api/silences/4").status == 404
    assert made.ask("/api/silences/4/end", {"who": "ops"}).status == 404


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"zones": []}, "a silence of everything is none: name rules, zones, kinds or devices"),
        ({"zones": ["kotta"]}, "there is no zone 'kotta'; did you mean 'kota'?"),
        ({"rules": ["ful"]}, "there is no rule 'ful'; did you mean 'full'?"),
        ({"for": "2 hours"}, "`for`: '2 hours' is no duration"),
        ({"for": "367d"}, "`for`: at most 366 days, not '367d'"),
        ({"begin": "tomorrow"}, "`begin`: 'tomorrow' is no time"),
        ({"begin": "1h"}, "`begin`: '1h' is no time; write ISO 8601, such as 2025-11-22T02:30:00Z"),
        ({"begin": "2025-11-22T03:00:00Z"}, "`begin`: a silence from '2025-11-22T03:00:00Z' for so long would be over"),
        ({"begin": "2027-11-22T05:00:00Z"}, "`begin`: '2027-11-22T05:00:00Z' lies more than a year ahead"),
        ({"begin": "9999-12-31T00:00:00Z"}, "`begin`: '9999-12-31T00:00:00Z' lies outside the years"),
        ({"until": "x"}, "object contains unknown field `until`; write"),
        ({"zones": "kota"}, "expected `array`, got `str` - at `$.zones`; write"),
        ({"zones": ["kota"] * 101}, "expected `array` of length <= 100 - at `$.zones`; write"),
        ({"zones": [""]}, "expected `str` of length >= 1 - at `$.zones[0]`; write"),
        ({"who": None}, "who does it?"),
    ],
)
def test_a_silence_that_makes_no_sense_is_400_and_says_why(made: City, change: dict[str, Any], says: str) -> None:
    answer = made.ask("/api/silences", {**SILENCE, **change})
    assert answer.status == 400
    assert answer.json["error"].startswith(says)
    assert made.ask("/api/silences").json["silences"] == []


def test_the_backend_itself_can_be_silenced(made: City) -> None:
    assert made.ask("/api/silences", {**SILENCE, "zones": ["denyut"]}).json["zones"] == ["denyut"]


def test_a_beginning_that_has_just_passed_is_now(made: City) -> None:
    begun = made.ask("/api/silences", {**SILENCE, "begin": "2025-11-22T03:00:01Z"})
    assert (begun.json["begin"], begun.json["end"]) == ("2025-11-22T05:00:00Z", "2025-11-22T07:00:00Z")


def test_only_operators_ask_for_silence(made: City) -> None:
    answer = made.ask("/api/silences", SILENCE, token=TOKENS["ayu"])
    assert (answer.status, answer.json["error"]) == (403, "officer ayu may not; an operator may")


def test_planned_works_say_whether_they_hold_and_until_when(made: City) -> None:
    (work,) = made.ask("/api/maintenance").json["maintenance"]
    hours = {"days": [], "begin": "11:00", "end": "13:00", "holidays": "too"}
    assert (work["id"], work["zones"], work["hours"]) == ("sweeping", ["dander"], hours)
    assert (work["holds"], work["next_change"]) == (True, "2025-11-22T06:00:00Z")
    assert (work["begin"], work["end"]) == (None, None)
    made.now_ns += 90 * MINUTE
    (work,) = made.ask("/api/maintenance").json["maintenance"]
    assert (work["holds"], work["next_change"]) == (False, "2025-11-23T04:00:00Z")


def test_inhibitions_are_as_they_are_configured(made: City) -> None:
    wanted = {"id": "smoke", "source": ["dirty"], "target": ["full"], "equal": ["zone"]}
    assert made.ask("/api/inhibitions").json == {"inhibitions": [wanted]}
