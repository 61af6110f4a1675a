"""Who is let in, and what stands on every answer."""

import asyncio
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from config.duty import Officer
from dashboard.http.access import HEADERS, Guard, Role, SecurityHeaders
from dashboard.http.app import make_app, pages
from tests.dashboard.http.alert_city import MONITOR, OPERATOR, TOKENS, city
from tests.dashboard.http.serving import Answer, ask, asked, serving, sources

TOKEN = "f00d-üñ"


ROLES = {
    ("GET", "/metrics"): Role.MONITOR,
    ("GET", "/metrics/devices"): Role.MONITOR,
    ("GET", "/api/status"): Role.MONITOR,
    ("GET", "/api/devices"): Role.MONITOR,
    ("GET", "/healthz"): Role.ANYONE,
    ("GET", "/readyz"): Role.ANYONE,
    ("GET", "/api/alerts"): Role.MONITOR,
    ("GET", "/api/alerts/{number}"): Role.MONITOR,
    ("POST", "/api/alerts/{number}/acknowledge"): Role.OFFICER,
    ("POST", "/api/alerts/{number}/assign"): Role.OFFICER,
    ("POST", "/api/alerts/{number}/close"): Role.OFFICER,
    ("POST", "/api/alerts/{number}/comment"): Role.OFFICER,
    ("POST", "/api/alerts/{number}/snooze"): Role.OFFICER,
    ("GET", "/api/silences"): Role.MONITOR,
    ("POST", "/api/silences"): Role.OPERATOR,
    ("GET", "/api/silences/{number}"): Role.MONITOR,
    ("POST", "/api/silences/{number}/end"): Role.OPERATOR,
    ("GET", "/api/maintenance"): Role.MONITOR,
    ("GET", "/api/inhibitions"): Role.MONITOR,
    ("GET", "/api/rules"): Role.MONITOR,
    ("GET", "/api/rules/{id:path}"): Role.MONITOR,
    ("GET", "/api/offices"): Role.MONITOR,
    ("GET", "/api/officers"): Role.MONITOR,
    ("GET", "/api/duty"): Role.MONITOR,
    ("GET", "/api/ladders"): Role.MONITOR,
    ("GET", "/api/audit"): Role.MONITOR,
    ("GET", "/api/deliveries"): Role.MONITOR,
    ("GET", "/api/deliveries/{number}"): Role.MONITOR,
    ("GET", "/api/actuators"): Role.MONITOR,
    ("GET", "/api/actuators/{id:path}"): Role.MONITOR,
    ("GET", "/api/commands"): Role.MONITOR,
    ("POST", "/api/commands"): Role.OFFICER,
    ("GET", "/api/commands/{number}"): Role.MONITOR,
    ("GET", "/api/events"): Role.MONITOR,
    ("GET", "/api/openapi.json"): Role.MONITOR,
}
MAY = {
    Role.ANYONE: {"", "nobody's", MONITOR, *TOKENS.values(), OPERATOR},
    Role.MONITOR: {MONITOR, *TOKENS.values(), OPERATOR},
    Role.OFFICER: {*TOKENS.values(), OPERATOR},
    Role.OPERATOR: {TOKENS["citra"], OPERATOR},
}
"""Tokens that are let in; citra is an officer who may operate."""


def test_every_path_has_its_role(tmp_path: Path) -> None:
    with city(tmp_path) as made:
        found = pages(made.sources(), "1.2.3")
    assert {(page.method, page.path): page.role for page in found} == ROLES


def test_every_path_is_walked_and_lets_in_those_of_its_role_alone(tmp_path: Path) -> None:
    """Of what is let in, only that it is not stopped at the door."""

    def walked(port: int) -> dict[tuple[str, str], set[str]]:
        let_in: dict[tuple[str, str], set[str]] = {}
        for method, path in ROLES:
            asked_path = path.replace("{number}", "1").replace("{id:path}", "full")
            for token in ("", "nobody's", MONITOR, *TOKENS.values(), OPERATOR):
                # An event stream has no end; HEAD is let in as GET is.
                answer = asked(
                    port, asked_path, "HEAD" if path == "/api/events" else method, Authorization=f"Bearer {token}"
                )
                assert answer.status < 500, (path, answer.body)
                if answer.status != 401 and not (answer.status == 403 and b"an operator may" in answer.body):
                    let_in.setdefault((method, path), set()).add(token)
        return let_in

    async def scene() -> dict[tuple[str, str], set[str]]:
        async with serving(made.sources(), guard=made.guard()) as port:
            return await asyncio.to_thread(walked, port)

    with city(tmp_path) as made:
        made.fire()
        let_in = asyncio.run(scene())
    for page, role in ROLES.items():
        assert let_in[page] == MAY[role], page


def test_no_path_is_served_that_has_no_role(tmp_path: Path) -> None:
    with city(tmp_path) as made:
        served = make_app(made.sources(), Guard(), "1.2.3")
        known = {page.path for page in pages(made.sources(), "1.2.3")}
    assert isinstance(served, SecurityHeaders)
    assert isinstance(served.app, Starlette)
    routes = served.app.routes
    assert {route.path for route in routes if isinstance(route, Route)} == known
    assert all(isinstance(route, Route) for route in routes)


@pytest.mark.parametrize(
    ("shown", "admitted"),
    [
        ("Bearer abc", True),
        ("bearer abc", True),
        ("Bearer abd", False),
        ("Bearer abcd", False),
        ("Bearer ", False),
        ("Bearer", False),
        ("Basic abc", False),
        ("abc", False),
        ("", False),
    ],
)
def test_a_monitor_shows_exactly_the_token(shown: str, admitted: bool) -> None:
    assert Guard("abc").admits(Role.MONITOR, shown) is admitted
    assert Guard("abc").admits(Role.ANYONE, shown)
    assert Guard(None).admits(Role.MONITOR, shown)


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:8180", True),
        ("127.0.0.1", True),
        ("[::1]:8180", True),
        ("[::1]", True),
        ("localhost:8180", True),
        ("attacker.example:8180", False),
        ("localhost.attacker.example", False),
        ("127.0.0.1.attacker.example:8180", False),
        ("192.0.2.1:8180", False),
        ("", False),
    ],
)
def test_a_page_that_gives_this_machine_a_name_of_its_own_gets_no_figures(host: str, known: bool) -> None:
    assert Guard(local=True).knows(host) is known
    assert Guard("abc", local=True).knows(host)
    assert Guard(local=False).knows(host)


def test_by_another_name_figures_are_403_and_health_is_told() -> None:
    assert ask(sources(), "/metrics", Host="attacker.example").status == 403
    assert ask(sources(), "/metrics/devices", Host="attacker.example").status == 403
    assert ask(sources(), "/healthz", Host="attacker.example").status == 200
    assert ask(sources(), "/metrics", token="abc", Host="denyut.example", Authorization="Bearer abc").status == 200


AYU, CITRA = Officer(id="ayu", office="dishub"), Officer(id="citra", office="dishub", may_operate=True)
OFFICERS = Guard("abc", operator_token="op", officers=[("own-ayu", AYU), ("own-citra", CITRA)])


@pytest.mark.parametrize(
    ("shown", "role", "officer"),
    [
        ("Bearer own-ayu", Role.OFFICER, AYU),
        ("Bearer own-citra", Role.OPERATOR, CITRA),
        ("Bearer op", Role.OPERATOR, None),
        ("Bearer abc", Role.MONITOR, None),
        ("Bearer own-", Role.ANYONE, None),
        ("", Role.ANYONE, None),
    ],
)
def test_who_asks_is_known_by_the_token(shown: str, role: Role, officer: Officer | None) -> None:
    caller = OFFICERS.caller(shown)
    assert (caller.role, caller.officer) == (role, officer)


def test_every_token_is_compared_whichever_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[bytes] = []

    def comparing(known: bytes, shown: bytes) -> bool:
        compared.append(known)
        return known == shown

    monkeypatch.setattr("dashboard.http.access.hmac.compare_digest", comparing)
    for shown in ("Bearer abc", "Bearer own-citra", "Bearer nobody", ""):
        compared.clear()
        OFFICERS.caller(shown)
        assert (len(compared), {len(each) for each in compared}) == (4, {32})


def test_an_officer_sees_what_a_monitor_sees() -> None:
    async def scene() -> Answer:
        async with serving(sources(), guard=Guard(None, officers=[("own", AYU)])) as port:
            return await asyncio.to_thread(asked, port, "/metrics", Authorization="Bearer own")

    assert asyncio.run(scene()).status == 200


@pytest.mark.parametrize(
    ("guard", "status", "says"),
    [
        (Guard(), 403, "nobody may change anything: set http.operator_token_env or http.operator_token"),
        (Guard("abc"), 403, "nobody may change anything"),
        (Guard("abc", operator_token="op"), 401, "this needs the token of http.operator_token_env or"),
        (Guard(operator_token="op"), 401, "this needs the token of http.operator_token_env or"),
        (Guard(officers=[("own", AYU)]), 401, "this needs the token of http.operator_token_env or"),
    ],
)
def test_who_shows_no_token_is_told_which_one_is_needed(tmp_path: Path, guard: Guard, status: int, says: str) -> None:
    async def scene() -> Answer:
        async with serving(made.sources(), guard=guard) as port:
            return await asyncio.to_thread(asked, port, "/api/alerts/1/acknowledge", "POST")

    with city(tmp_path) as made:
        answer = asyncio.run(scene())
    assert (answer.status, answer.json["error"][: len(says)]) == (status, says)


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/api/alerts/1/acknowledge", "a monitor may not; an officer or an operator may"),
        ("/api/silences", "a monitor may not; an operator may"),
    ],
)
def test_a_monitor_is_known_and_may_change_nothing(tmp_path: Path, path: str, says: str) -> None:
    async def scene() -> Answer:
        async with serving(made.sources(), guard=made.guard()) as port:
            return await asyncio.to_thread(asked, port, path, "POST", Authorization=f"Bearer {MONITOR}")

    with city(tmp_path) as made:
        answer = asyncio.run(scene())
    assert (answer.status, answer.json["error"]) == (403, says)


def test_a_token_stands_in_no_text_about_the_guard() -> None:
    assert "abc" not in repr(Guard("abc"))
    assert "own-ayu" not in repr(OFFICERS) + repr(OFFICERS.caller("Bearer own-ayu"))


@pytest.mark.parametrize("path", ["/metrics", "/metrics/devices", "/api/status", "/api/devices"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_figures_need_the_token_where_one_is_set(path: str, method: str) -> None:
    refused = ask(sources(), path, method, token="abc")
    assert (refused.status, refused.headers["www-authenticate"]) == (401, 'Bearer realm="denyut"')
    assert ask(sources(), path, method, token="abc", Authorization="Bearer abd").status == 401
    assert ask(sources(), path, method, token="abc", Authorization="Bearer abc").status == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_told_to_anyone(path: str) -> None:
    assert ask(sources(), path, token="abc").status == 200


@pytest.mark.parametrize("path", ["/metrics", "/metrics/devices", "/api/devices", "/healthz", "/readyz", "/nowhere"])
def test_every_answer_bears_the_security_headers_and_names_no_program(path: str) -> None:
    headers = ask(sources(), path).headers
    assert {name: headers.get(name.lower()) for name in HEADERS} == HEADERS
    assert "server" not in headers
