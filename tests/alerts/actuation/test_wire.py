import json
from typing import Any

import pytest

from alerts.actuation.wire import Answer, lasts_s, payload_of, properties_of, read_answer
from alerts.consequences import CommandOrder
from tests.alerts.actuation.commanded import at

ORDER = CommandOrder(
    number=7,
    actuator="siren",
    command="on",
    source="street",
    topic="street/siren",
    qos=1,
    payload=b'{"tone":"wail","command":"on"}',
    decided_ns=at(0),
    expires_ns=at(30),
)
ID = "8ad1-12"


def test_a_command_says_what_it_is_which_it_is_and_when_it_is_void() -> None:
    assert json.loads(payload_of(ORDER, ID)) == {
        "tone": "wail",
        "command": "on",
        "id": "8ad1-12",
        "expires": "2026-03-01T12:00:30Z",
    }
    assert json.loads(payload_of(ORDER, ID, "denyut/answers/8ad1"))["answer_to"] == "denyut/answers/8ad1"


def test_mqtt_5_says_when_to_drop_it_and_where_to_answer() -> None:
    properties: Any = properties_of(ORDER, ID, "denyut/answers/8ad1", 29)
    assert (properties.MessageExpiryInterval, properties.CorrelationData) == (29, b"8ad1-12")
    assert properties.ResponseTopic == "denyut/answers/8ad1"


@pytest.mark.parametrize(("seconds", "left"), [(0.0, 30), (0.1, 29), (29.0, 1), (29.1, 0), (31.0, 0), (-3600.0, 30)])
def test_it_lasts_no_longer_than_it_may(seconds: float, left: int) -> None:
    assert lasts_s(ORDER, at(seconds)) == left


@pytest.mark.parametrize(
    ("payload", "correlation", "answer"),
    [
        (b"", b"8ad1-12", Answer(ID, True, "")),
        (b'{"done": true}', b"8ad1-12", Answer(ID, True, "")),
        (b'{"done": false, "why": "no\\n power"}', b"8ad1-12", Answer(ID, False, "no power")),
        (b'{"done": true, "id": "8ad1-12", "more": [1]}', None, Answer(ID, True, "")),
        (b'{"done": true, "id": "8ad1-9"}', b"8ad1-12", Answer(ID, True, "")),
        (b"", None, None),
        (b'{"done": "yes"}', b"8ad1-12", None),
        (b"[1]", b"8ad1-12", None),
        (b"\xff", b"8ad1-12", None),
        (b"{}", b"\xff\xfe", None),
        (b"{}", b"x" * 65, None),
        (b" " * 4097, b"8ad1-12", None),
        (json.dumps({"why": "x" * 600}).encode(), b"8ad1-12", Answer(ID, True, "x" * 500)),
    ],
)
def test_an_answer_is_read_or_passed_over(payload: bytes, correlation: bytes | None, answer: Answer | None) -> None:
    assert read_answer(payload, correlation) == answer
