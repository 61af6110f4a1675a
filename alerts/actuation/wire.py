"""How commands and answers look on the wire.

A command is a JSON object: what the configuration says, and "command", "id" and "expires" (ISO 8601, UTC). An answer is
{"done": true} or {"done": false, "why": "..."}; an empty one means done. It is told apart by MQTT 5's correlation data,
or by an "id" of its own where the device or the broker speaks 3.1.1: there "answer_to" says where answers go.
"""

from typing import NamedTuple

import msgspec
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from alerts.consequences import CommandOrder
from config.durations import SECOND_NS
from config.iso_times import iso_utc

LARGEST_ANSWER = 4096
"""Bytes."""
_LONGEST_ID = 64
_LONGEST_WHY = 500


class Answer(NamedTuple):
    id: str
    done: bool
    why: str


class _Said(msgspec.Struct):
    """More than these may be said."""

    id: str = ""
    done: bool = True
    why: str = ""


_SAID = msgspec.json.Decoder(_Said)


def answers_topic(identity: str) -> str:
    return f"denyut/answers/{identity}"


def payload_of(order: CommandOrder, command_id: str, answer_to: str = "") -> bytes:
    """`answer_to`: the topic of answers, where no property of the message can say it."""
    content = {**msgspec.json.decode(order.payload), "id": command_id, "expires": iso_utc(order.expires_ns)}
    return msgspec.json.encode({**content, "answer_to": answer_to} if answer_to and order.answers else content)


def properties_of(order: CommandOrder, command_id: str, answers: str, lasts_s: int) -> Properties:
    """Of MQTT 5. `lasts_s`: after so long the broker delivers it no more."""
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.MessageExpiryInterval = lasts_s
    properties.CorrelationData = command_id.encode()
    properties.ContentType = "application/json"
    if order.answers:
        properties.ResponseTopic = answers
    return properties


def lasts_s(order: CommandOrder, now_ns: int) -> int:
    """Whole seconds that it may still take, rounded down: it is never delivered after its time.

    No more than it had from the beginning, although somebody has set the clock back.
    """
    return max(0, min(order.expires_ns - now_ns, order.expires_ns - order.decided_ns)) // SECOND_NS


def read_answer(payload: bytes, correlation: bytes | None) -> Answer | None:
    """None: nobody can tell what it says, or to which command."""
    if len(payload) > LARGEST_ANSWER or len(correlation or b"") > _LONGEST_ID:
        return None
    try:
        said = _SAID.decode(payload) if payload.strip() else _Said()
        command_id = correlation.decode() if correlation else said.id
    except ValueError:
        return None
    if not command_id or len(command_id) > _LONGEST_ID:
        return None
    return Answer(command_id, said.done, " ".join(said.why.split())[:_LONGEST_WHY])
