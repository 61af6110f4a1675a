"""Who is let in, and what stands on every answer."""

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from dashboard.http.access import HEADERS, Guard, Role, SecurityHeaders
from dashboard.http.app import make_app, pages
from tests.dashboard.http.serving import ask, sources

TOKEN = "f00d-üñ"


def test_every_path_has_its_role() -> None:
    assert {page.path: page.role for page in pages(sources(), "1.2.3")} == {
        "/metrics": Role.MONITOR,
        "/metrics/devices": Role.MONITOR,
        "/api/status": Role.MONITOR,
        "/api/devices": Role.MONITOR,
        "/api/alerts": Role.MONITOR,
        "/api/alerts/{number:int}/acknowledge": Role.OPERATOR,
        "/healthz": Role.ANYONE,
        "/readyz": Role.ANYONE,
    }


def test_no_path_is_served_that_has_no_role() -> None:
    served = make_app(sources(), Guard(), "1.2.3")
    assert isinstance(served, SecurityHeaders)
    assert isinstance(served.app, Starlette)
    routes = served.app.routes
    assert {route.path for route in routes if isinstance(route, Route)} == {p.path for p in pages(sources(), "1.2.3")}
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


def test_the_token_stands_in_no_text_about_the_guard() -> None:
    assert "abc" not in repr(Guard("abc"))


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
