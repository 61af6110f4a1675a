"""Frames in bulk are what a broker reads: held against the reader that takes them in."""

import json

import numpy as np
import pytest

from config.settings import City, Settings
from ingest.mqtt.frames import split
from simulators.fleet import Fleet
from simulators.load.frames import Frames
from simulators.payloads import Encoder

START_NS = 1_772_406_000 * 10**9
MESSAGES = Encoder(Fleet(Settings(city=City(id="kota")), 1, 60)).messages(START_NS, START_NS + 10 * 10**9)


def read(frames: Frames) -> tuple[list[bytes], list[dict[str, float]]]:
    found = split(bytes(frames.data), 4, 1 << 20)
    assert found.consumed == len(frames.data)
    assert found.error is None
    return list(found.topics), [json.loads(payload) for payload in found.payloads]


@pytest.mark.parametrize("qos", [0, 1])
def test_each_message_is_one_frame_with_its_topic_and_content(qos: int) -> None:
    frames = Frames(MESSAGES.topics, MESSAGES.payloads, qos)
    if qos:
        frames.number(0, len(frames), 1)
    topics, payloads = read(frames)
    assert topics == [topic.encode() for topic in MESSAGES.topics]
    assert payloads == [json.loads(payload) for payload in MESSAGES.payloads]


def test_a_round_has_times_and_numbers_of_its_own_and_the_same_values() -> None:
    frames = Frames(MESSAGES.topics, MESSAGES.payloads, 0)
    frames.write(0, len(frames), np.arange(len(frames)) + 1_800_000_000_000, 7)
    _, payloads = read(frames)
    for place, (now, before) in enumerate(zip(payloads, map(json.loads, MESSAGES.payloads), strict=True)):
        assert now == {**before, "ts": 1_800_000_000_000 + place, "seq": before["seq"] + 7}


def test_packet_ids_go_round_and_leave_out_zero() -> None:
    frames = Frames(MESSAGES.topics[:4], MESSAGES.payloads[:4], 1)
    assert frames.number(0, 4, 65_534) == 3
    assert split(bytes(frames.data), 4, 1 << 20).packet_ids.tolist() == [65_534, 65_535, 1, 2]


def test_what_has_no_time_and_number_is_refused() -> None:
    with pytest.raises(ValueError, match="has no time and number"):
        Frames(["a"], [b'{"level":3}'], 0)
