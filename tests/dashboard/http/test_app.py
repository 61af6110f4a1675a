"""What is answered to whom, by the real server."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.dashboard.http.alert_city import city
from tests.dashboard.http.serving import ask, sources

PATHS = ["/metrics", "/metrics/devices", "/api/status", "/api/devices", "/healthz", "/readyz"]


def test_all_checks_that_hold_are_200() -> None:
    answer = ask(sources(ready={"sources": "", "journal": ""}), "/readyz")
    assert (answer.status, answer.json) == (200, {"status": "ok", "checks": {"sources": "ok", "journal": "ok"}})


def test_a_check_that_fails_is_503_and_named() -> None:
    answer = ask(sources(ready={"sources": "", "outbox": "points that no store takes fill it"}), "/readyz")
    assert answer.status == 503
    assert answer.json == {
        "status": "failing",
        "checks": {"sources": "ok", "outbox": "points that no store takes fill it"},
    }


def test_alive_and_ready_are_two_questions() -> None:
    ill = sources(alive={"event_loop": "the clock has not ticked for 11 s"}, ready={"sources": ""})
    assert (ask(ill, "/healthz").status, ask(ill, "/readyz").status) == (503, 200)


@pytest.mark.parametrize("path", PATHS)
def test_head_is_get_without_the_body(path: str) -> None:
    got, head = ask(sources(), path), ask(sources(), path, "HEAD")
    assert head.status == got.status == 200
    assert head.headers["content-type"] == got.headers["content-type"]
    assert got.body
    assert head.body == b""


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_nothing_else_is_allowed(path: str, method: str) -> None:
    answer = ask(sources(), path, method)
    assert (answer.status, answer.json) == (405, {"error": "method not allowed"})
    assert {word.strip() for word in answer.headers["allow"].split(",")} == {"GET", "HEAD"}


@pytest.mark.parametrize("path", ["/", "/metrics/", "/metrics/devices/x", "/healthz/../metrics2", "/%00"])
def test_a_path_that_is_not_there_is_404_as_json(path: str) -> None:
    answer = ask(sources(), path)
    assert (answer.status, answer.json) == (404, {"error": "not found"})


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/silences", {"GET", "HEAD", "POST"}),
        ("/api/alerts/1/acknowledge", {"POST"}),
        ("/api/events", {"GET", "HEAD"}),
    ],
)
def test_a_path_says_all_that_may_be_done_there(tmp_path: Path, path: str, allowed: set[str]) -> None:
    with city(tmp_path) as made:
        answer = ask(made.sources(), path, "DELETE")
    assert (answer.status, answer.json) == (405, {"error": "method not allowed"})
    assert {word.strip() for word in answer.headers["allow"].split(",")} == allowed


def test_a_mistake_of_ours_is_500_and_tells_nothing_of_itself(caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> dict[str, str]:
        raise RuntimeError("secret-address")

    answer = ask(replace(sources(), alive=broken), "/healthz")
    assert (answer.status, answer.json) == (500, {"error": "a mistake of Denyut; its log says more"})
