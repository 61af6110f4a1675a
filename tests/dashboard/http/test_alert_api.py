"""Alerts over HTTP: who may see them, who may answer them, and what is said to whom."""

import asyncio
import http.client
import json
from dataclasses import replace
from typing import Any

import pytest

from alerts.acts import Acknowledge, NotNowError
from alerts.assets import Asset
from alerts.book import Alert, Book, Refusal
from dashboard.http.alert_api import LARGEST_BODY, AlertApi
from tests.dashboard.http.serving import Answer, ask, serving, sources

MINUTE = 60 * 10**9
PATH = "/api/alerts/1/acknowledge"
SAID = {"who": "ayu", "why": "on my way"}


def firing() -> Book:
    book = Book()
    book.fire(Alert(0, "full", "warning", Asset("bjn", "kota"), 29_396_310 * MINUTE, 29_396_311 * MINUTE, 0.95, 1.0))
    return book


def api(book: Book) -> AlertApi:
    async def acknowledge(act: Acknowledge) -> Alert | Refusal:
        return book.acknowledge(act.alert, act.who, act.why, 29_396_314 * MINUTE)

    return AlertApi(lambda: book.alerts, acknowledge)


def post(what: AlertApi, body: bytes, path: str = PATH, shown: str = "op", operator_token: str | None = "op") -> Answer:
    def posted(port: int) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("POST", path, body, {"Authorization": f"Bearer {shown}"})
            response = connection.getresponse()
            return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())
        finally:
            connection.close()

    async def scene() -> Answer:
        async with serving(replace(sources(), alerts=what), "monitor", operator_token) as port:
            return await asyncio.to_thread(posted, port)

    return asyncio.run(scene())


def test_those_that_are_firing_are_listed() -> None:
    listed: Any = ask(replace(sources(), alerts=api(firing())), "/api/alerts").json
    assert listed == {
        "alerts": [
            {
                "number": 1,
                "rule": "full",
                "severity": "warning",
                "city": "bjn",
                "zone": "kota",
                "fired": "2025-11-22T02:30:00Z",
                "learned": "2025-11-22T02:31:00Z",
                "value": 0.95,
                "coverage": 1.0,
                "stale": False,
                "acknowledged": None,
                "acknowledged_by": "",
                "why": "",
            }
        ]
    }


def test_an_operator_acknowledges_one_and_everyone_sees_who_did() -> None:
    book = firing()
    answer = post(api(book), json.dumps(SAID).encode())
    assert answer.status == 200
    assert (answer.json["acknowledged"], answer.json["acknowledged_by"]) == ("2025-11-22T02:34:00Z", "ayu")
    assert book.alerts[0].why == "on my way"


def test_the_second_of_two_hears_that_another_was_quicker_and_who() -> None:
    book = firing()
    post(api(book), json.dumps(SAID).encode())
    answer = post(api(book), b'{"who": "budi"}')
    assert answer.status == 409
    assert answer.json["error"] == "somebody has acknowledged it already"
    assert answer.json["alert"]["acknowledged_by"] == "ayu"


def test_an_alert_that_is_not_there_is_404() -> None:
    assert post(api(Book()), b'{"who": "ayu"}').status == 404
    assert post(api(firing()), b'{"who": "ayu"}', "/api/alerts/one/acknowledge").status == 404


@pytest.mark.parametrize("shown", ["", "monitor", "o", "nobody"])
def test_nobody_else_may(shown: str) -> None:
    book = firing()
    answer = post(api(book), json.dumps(SAID).encode(), shown=shown)
    assert (answer.status, answer.headers["www-authenticate"]) == (401, 'Bearer realm="denyut"')
    assert book.alerts[0].acknowledged_ns is None


def test_without_an_operator_token_nobody_may_change_anything() -> None:
    answer = post(api(firing()), json.dumps(SAID).encode(), operator_token=None)
    assert answer.status == 403
    assert "set http.operator_token_env or http.operator_token_file" in answer.json["error"]


@pytest.mark.parametrize("body", [b"", b"[]", b'{"who": ""}', b'{"why": "x"}', b'{"who": 3}', b'{"who": "a", "to": 1}'])
def test_a_body_that_says_nothing_is_400_and_says_what_it_should_say(body: bytes) -> None:
    answer = post(api(firing()), body)
    assert answer.status == 400
    assert answer.json["error"].endswith('; write {"who": "NAME", "why": "..."}')


def test_a_body_without_end_is_413() -> None:
    assert post(api(firing()), b"x" * (LARGEST_BODY + 1)).status == 413


def test_while_nothing_can_be_decided_it_is_503() -> None:
    async def not_now(_act: Acknowledge) -> Alert | Refusal:
        raise NotNowError("what an earlier run took in is being processed: try again in a moment")

    answer = post(AlertApi(list, not_now), json.dumps(SAID).encode())
    assert (answer.status, answer.json["error"].partition(":")[0]) == (
        503,
        "what an earlier run took in is being processed",
    )
