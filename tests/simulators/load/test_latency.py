"""Delays through a real broker."""

import time
from pathlib import Path
from typing import Any

from paho.mqtt import publish

from ingest.mqtt.options import ConnectionOptions
from simulators.load.latency import LatencyProbe
from tests.servers.mosquitto import mosquitto

TOPICS = [f"city/k/air/A{number}" for number in range(10)]


def options(port: int) -> ConnectionOptions:
    return ConnectionOptions("load", "127.0.0.1", port, "load", ())


def test_topics_all_over_a_round_are_listened_to_and_their_messages_expected() -> None:
    probe = LatencyProbe(options(1), TOPICS, 3000)
    assert [probe.expected(0, messages) for messages in range(11)] == [0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4]
    assert probe.expected(5, 4) == 22


def test_of_a_topic_that_comes_twice_in_a_round_both_are_expected() -> None:
    assert LatencyProbe(options(1), [*TOPICS, TOPICS[0]], 4000).expected(1, 0) == 4


def test_a_delay_is_that_since_the_time_in_the_payload_and_the_slowest_counts(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port, LatencyProbe(options(port), TOPICS, 100) as probe:
        now_ms = int(time.time() * 1000)
        late = [5000] + [0] * 99
        payloads: list[Any] = [
            (TOPICS[0], b'{"ts":%d,"seq":%d}' % (now_ms - delay, place), 0, False) for place, delay in enumerate(late)
        ]
        publish.multiple(payloads, "127.0.0.1", port)
        probe.wait_for(100)
        found = probe.percentiles()
    assert len(probe) == 100
    assert found["p50"] < 5000 <= found["p99.9"]
    assert list(found) == ["p50", "p99", "p99.9"]


def test_a_message_that_went_out_again_counts_once_and_as_it_came_first(tmp_path: Path) -> None:
    with mosquitto(tmp_path) as port, LatencyProbe(options(port), TOPICS, 100) as probe:
        now_ms = int(time.time() * 1000)
        one, other = (b'{"ts":%d,"seq":%d}' % (now_ms, number) for number in (1, 2))
        said = [(TOPICS[0], one), (TOPICS[0], one), (TOPICS[1], one), (TOPICS[0], other), (TOPICS[0], one)]
        payloads: list[Any] = [(topic, payload, 1, False) for topic, payload in said]
        publish.multiple([*payloads, (TOPICS[9], other, 1, False)], "127.0.0.1", port)
        probe.wait_for(4)
    assert len(probe) == 4


def test_who_heard_nothing_has_no_percentiles() -> None:
    assert LatencyProbe(options(1), TOPICS, 100).percentiles() == {}
