import json
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from config.settings import City, Settings
from simulators.fleet import Fleet, Reports
from simulators.payload_texts import Form, payload_texts
from simulators.payloads import Encoder
from simulators.spellings import FLAT, FieldNames

SECOND_NS = 1_000_000_000
START_NS = 1_772_406_000 * SECOND_NS


def test_a_reading_becomes_one_object_with_its_time_in_milliseconds() -> None:
    reports = Reports(
        kind="traffic",
        device=np.array([0, 1]),
        time_ns=np.array([START_NS + 17_000_000, START_NS + 31_000_000]),
        sequence=np.array([4, 5]),
        columns={
            "vehicle_count": np.array([0.0, 3.0]),
            "speed": np.array([np.nan, 41.5]),
            "occupancy": np.array([0.0, 0.125]),
        },
    )
    form = Form(FLAT, FieldNames(), {"speed": 1, "occupancy": 4}, frozenset(), ZoneInfo("UTC"))
    assert payload_texts(reports, form) == [
        b'{"ts":1772406000017,"seq":4,"vehicle_count":0,"occupancy":0.0}',
        b'{"ts":1772406000031,"seq":5,"vehicle_count":3,"speed":41.5,"occupancy":0.125}',
    ]


def test_every_payload_is_json_and_its_topic_names_city_kind_and_device() -> None:
    encoder = Encoder(Fleet(Settings(city=City(id="bojonegoro")), seed=2))
    messages = encoder.messages(START_NS, START_NS + 5 * SECOND_NS)
    assert len(messages) == 400
    assert len(set(messages.topics)) == 400
    for topic, payload, time_ns in zip(messages.topics, messages.payloads, messages.time_ns.tolist(), strict=True):
        prefix, city, kind, device = topic.split("/")
        assert (prefix, city, device.rsplit("-", 1)[0]) == ("city", "bojonegoro", kind)
        assert json.loads(payload)["ts"] * 1_000_000 == time_ns


@pytest.mark.parametrize("cuts", [1, 7, 600])
def test_the_same_seed_and_start_give_the_same_bytes_however_the_time_is_cut(cuts: int) -> None:
    edges = np.linspace(START_NS, START_NS + 60 * SECOND_NS, cuts + 1).astype(np.int64).tolist()
    whole = Encoder(Fleet(Settings(), seed=9)).messages(edges[0], edges[-1])
    encoder = Encoder(Fleet(Settings(), seed=9))
    parts = [encoder.messages(start, stop) for start, stop in pairwise(edges)]
    assert [payload for part in parts for payload in part.payloads] == whole.payloads
    assert [topic for part in parts for topic in part.topics] == whole.topics


def test_another_seed_gives_another_city() -> None:
    first, second = (
        Encoder(Fleet(Settings(), seed=seed)).messages(START_NS, START_NS + 5 * SECOND_NS) for seed in (1, 2)
    )
    assert first.payloads != second.payloads


def test_nothing_is_due_in_an_empty_span() -> None:
    assert len(Encoder(Fleet(Settings())).messages(START_NS, START_NS)) == 0
