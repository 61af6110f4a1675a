"""The description of the API against its pages, and what a server really answers against the description."""

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from dashboard.http.access import Role
from dashboard.http.app import pages
from dashboard.http.openapi import describe
from dashboard.http.page import Page
from tests.dashboard.http.alert_city import MONITOR, OPERATOR, TOKENS, City, city, sent
from tests.dashboard.http.serving import Answer, serving

OPEN = {"Status"}
"""Answers that may have more keys than are described."""


@pytest.fixture
def made(tmp_path: Path) -> Iterator[City]:
    with city(tmp_path) as held:
        yield held


@pytest.fixture
def described(made: City) -> tuple[tuple[Page, ...], dict[str, Any]]:
    found = pages(made.sources(), "1.2.3")
    return found, describe(found, "1.2.3")


def openapi_path(path: str) -> str:
    return re.sub(r"\{(\w+):\w+\}", r"{\1}", path)


def operations(document: dict[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


def parts_of(value: Any) -> Iterator[dict[str, Any]]:
    """Every table in it."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from parts_of(inner)


def test_every_page_is_described_and_nothing_else(described: tuple[tuple[Page, ...], dict[str, Any]]) -> None:
    found, document = described
    assert set(operations(document)) == {(page.method, openapi_path(page.path)) for page in found}
    assert document["openapi"] == "3.1.0"
    assert ("GET", "/api/openapi.json") in operations(document)


def test_every_page_says_what_it_does_and_who_may(described: tuple[tuple[Page, ...], dict[str, Any]]) -> None:
    found, document = described
    told = operations(document)
    assert [page.path for page in found if page.summary[-1:] != "."] == []
    assert [page.path for page in found if told[page.method, openapi_path(page.path)]["x-role"] != page.role] == []
    names = [operation["operationId"] for operation in told.values()]
    assert sorted(set(names)) == sorted(names)
    assert "post_alerts_number_acknowledge" in names


def test_what_changes_something_asks_for_a_token(described: tuple[tuple[Page, ...], dict[str, Any]]) -> None:
    _, document = described
    without = {key for key, operation in operations(document).items() if {} in operation["security"]}
    assert {method for method, _ in without} == {"GET"}
    posts = [operation for (method, _), operation in operations(document).items() if method == "POST"]
    assert [
        operation["x-role"] for operation in posts if operation["x-role"] not in (Role.OFFICER, Role.OPERATOR)
    ] == []
    assert [operation["operationId"] for operation in posts if "requestBody" not in operation] == []


def test_every_schema_is_one_and_every_reference_leads_somewhere(
    described: tuple[tuple[Page, ...], dict[str, Any]],
) -> None:
    _, document = described
    schemas = document["components"]["schemas"]
    inline = [part["schema"] for part in parts_of(document["paths"]) if "schema" in part]
    for schema in (*schemas.values(), *inline):
        Draft202012Validator.check_schema(schema)
    references = {part["$ref"] for part in parts_of(document) if isinstance(part.get("$ref"), str)}
    assert {reference.removeprefix("#/components/schemas/") for reference in references} == set(schemas)


def test_every_part_of_a_path_is_a_parameter(described: tuple[tuple[Page, ...], dict[str, Any]]) -> None:
    _, document = described
    for (_, path), operation in operations(document).items():
        named = [each["name"] for each in operation.get("parameters", []) if each["in"] == "path"]
        assert named == re.findall(r"\{(\w+)\}", path)


def test_a_parameter_is_described_with_what_it_takes_and_what_is_usual(
    described: tuple[tuple[Page, ...], dict[str, Any]],
) -> None:
    _, document = described
    parameters = {each["name"]: each for each in document["paths"]["/api/alerts"]["get"]["parameters"]}
    assert parameters["limit"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 500, "default": 100}
    assert parameters["severity"]["schema"] == {"enum": ["critical", "info", "warning"]}
    assert parameters["state"]["schema"]["default"] == "open"


class Checked:
    """A server of a city, whose every answer is held against the description."""

    def __init__(self, held: City, document: dict[str, Any]) -> None:
        self.city = held
        self.document = document
        self.seen: set[tuple[str, str]] = set()

    def ask(self, path: str, told: str, body: Any = None, *, status: int = 200, token: str = OPERATOR) -> Any:
        """`told`: the path as it is described."""

        async def scene() -> Answer:
            async with serving(self.city.sources(), guard=self.city.guard()) as port:
                return await asyncio.to_thread(sent, port, path, body, token)

        self.city.recorded()
        answer = asyncio.run(scene())
        method = "GET" if body is None else "POST"
        assert (answer.status, answer.json) == (status, answer.json)
        (content,) = self.document["paths"][told][method.lower()]["responses"][str(status)]["content"].items()
        assert answer.headers["content-type"] == content[0]
        validate(answer.json, content[1]["schema"], self.document)
        if status == 200:
            self.seen.add((method, told))
        return answer.json


def validate(content: Any, schema: dict[str, Any], document: dict[str, Any]) -> None:
    """Strictly: with a key that is not described it is wrong, too."""
    Draft202012Validator({**schema, "components": strict(document["components"])}).validate(content)


def strict(components: dict[str, Any]) -> dict[str, Any]:
    schemas = {
        name: schema if name in OPEN or "properties" not in schema else {**schema, "additionalProperties": False}
        for name, schema in components["schemas"].items()
    }
    return {"schemas": schemas}


def test_what_a_server_answers_is_what_is_described(
    made: City, described: tuple[tuple[Page, ...], dict[str, Any]]
) -> None:
    _, document = described
    checked = Checked(made, document)
    ask = checked.ask
    made.fire("kota")
    made.fire("dander")
    made.figure("air_ispu", "kota", 140.0)
    did = "/api/alerts/{number}/"
    ask("/api/alerts/1/acknowledge", did + "acknowledge", {"who": "sari", "why": "on my way"})
    ask("/api/alerts/1/assign", did + "assign", {"to": "ayu", "who": "sari"})
    ask("/api/alerts/1/comment", did + "comment", {"who": "sari", "why": "seen"})
    ask("/api/alerts/1/snooze", did + "snooze", {"who": "sari", "for": "1h"})
    ask("/api/alerts/2/close", did + "close", {"who": "sari", "why": "taken down"})
    silence = ask("/api/silences", "/api/silences", {"for": "2h", "rules": ["full"], "who": "sari", "why": "works"})
    ask("/api/silences", "/api/silences")
    ask(f"/api/silences/{silence['number']}", "/api/silences/{number}")
    ask(f"/api/silences/{silence['number']}/end", "/api/silences/{number}/end", {"who": "sari"})
    command = ask("/api/commands", "/api/commands", {"actuator": "sign", "command": "off", "alert": 1, "who": "sari"})
    ask("/api/commands", "/api/commands")
    ask(f"/api/commands/{command['number']}", "/api/commands/{number}")
    for name in ("maintenance", "inhibitions", "rules", "offices", "officers", "duty", "ladders", "audit", "actuators"):
        assert ask(f"/api/{name}", f"/api/{name}") != {}
    ask("/api/officers", "/api/officers", token=MONITOR)
    ask("/api/rules/full", "/api/rules/{id}")
    ask("/api/actuators/sign", "/api/actuators/{id}")
    assert len(ask("/api/alerts", "/api/alerts")["alerts"]) == 2
    assert ask("/api/alerts/1", "/api/alerts/{number}")["commands"][0]["number"] == command["number"]
    made.end("kota")
    assert len(ask("/api/alerts?state=ended", "/api/alerts")["alerts"]) == 2
    assert ask("/api/alerts/1", "/api/alerts/{number}")["state"] == "ended"
    deliveries = ask("/api/deliveries", "/api/deliveries", token=MONITOR)["deliveries"]
    assert deliveries
    ask(f"/api/deliveries/{deliveries[0]['id']}", "/api/deliveries/{number}")
    for path in ("/api/devices", "/healthz", "/readyz", "/api/openapi.json"):
        ask(path, path)
    text = {key for key, operation in operations(document).items() if "text/" in str(operation["responses"]["200"])}
    assert checked.seen == set(operations(document)) - text - {("GET", "/api/status")}


def test_the_description_that_is_served_is_the_document(
    made: City, described: tuple[tuple[Page, ...], dict[str, Any]]
) -> None:
    served = made.ask("/api/openapi.json", token=MONITOR).json
    assert served == json.loads(json.dumps(described[1]))


@pytest.mark.parametrize(
    ("path", "told", "body", "token", "status"),
    [
        ("/api/alerts?severity=loud", "/api/alerts", None, OPERATOR, 400),
        ("/api/alerts", "/api/alerts", None, "nobody's", 401),
        ("/api/alerts/99", "/api/alerts/{number}", None, OPERATOR, 404),
        ("/api/alerts/99/comment", "/api/alerts/{number}/comment", {"who": "sari", "why": "x"}, OPERATOR, 404),
        ("/api/alerts/1/comment", "/api/alerts/{number}/comment", {"who": "sari"}, OPERATOR, 400),
        ("/api/alerts/1/comment", "/api/alerts/{number}/comment", {"why": "x"}, TOKENS["budi"], 403),
        ("/api/silences", "/api/silences", {"for": "2h"}, TOKENS["ayu"], 403),
        ("/api/commands", "/api/commands", {"actuator": "siren", "command": "off", "who": "sari"}, OPERATOR, 404),
        ("/api/rules/fulll", "/api/rules/{id}", None, OPERATOR, 404),
    ],
)
def test_a_refusal_is_one_that_is_described(
    made: City,
    described: tuple[tuple[Page, ...], dict[str, Any]],
    path: str,
    told: str,
    body: Any,
    token: str,
    status: int,
) -> None:
    made.fire("kota")
    checked = Checked(made, described[1])
    assert checked.ask(path, told, body, status=status, token=token)["error"]


def test_who_was_too_late_is_told_how_things_stand(
    made: City, described: tuple[tuple[Page, ...], dict[str, Any]]
) -> None:
    made.fire("kota")
    checked = Checked(made, described[1])
    for status in (200, 409):
        said = checked.ask(
            "/api/alerts/1/acknowledge", "/api/alerts/{number}/acknowledge", {"who": "sari"}, status=status
        )
    assert said["now"]["acknowledged_by"] == "sari"
    validate(said["now"], {"$ref": "#/components/schemas/Alert"}, described[1])
