"""What became of each device's messages, asked over HTTP."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dashboard.http.app import Sources
from dashboard.http.device_counts import DeviceCounts
from ingest.devices import DeviceTable
from ingest.ledger import Count, Ledger, Numbered
from ingest.reasons import Reason
from tests.dashboard.http.serving import Answer, ask, sources

SEEN_NS = np.array([0, 1_763_778_600_000_000_000], np.int64)


def counted() -> Sources:
    """Three devices: p1 was rejected twice, p2 lost one of ten and was heard once, t1 was never heard."""
    devices, ledger = DeviceTable(), Ledger()
    for kind, device in (("parking", "p1"), ("parking", "p2"), ("traffic", "t1")):
        devices.row("bjn", kind, device, "kota")
    ledger.add(Count.RECEIVED, np.array([0, 0, 1], np.int32))
    ledger.reject(Reason.TOO_LATE, np.array([0, 0], np.int32))
    ledger.add(Count.ACCEPTED, np.array([1], np.int32))
    ledger.count_numbers(Numbered.PUBLISHED, np.array([1], np.int32), np.array([10]))
    ledger.count_numbers(Numbered.MISSING, np.array([1], np.int32), np.array([1]))
    counts = DeviceCounts(devices, ledger, lambda: SEEN_NS)
    return replace(sources(), counts=counts)


def page(query: str = "") -> Answer:
    return ask(counted(), f"/api/devices{query}")


def names(query: str) -> list[str]:
    return [device["device"] for device in page(query).json["devices"]]


def test_each_device_says_what_became_of_its_messages() -> None:
    answer: dict[str, Any] = page().json
    assert (answer["total"], answer["offset"]) == (3, 0)
    assert answer["devices"][1] == {
        "city": "bjn",
        "kind": "parking",
        "device": "p2",
        "zone": "kota",
        "published": 10,
        "missing": 1,
        "restarts": 0,
        "received": 1,
        "accepted": 1,
        "duplicate": 0,
        "rejected": {},
        "late": 0,
        "readings": 0,
        "last_seen": "2025-11-22T02:30:00Z",
    }
    assert answer["devices"][0]["rejected"] == {"too_late": 2}
    assert [device["last_seen"] for device in answer["devices"][::2]] == [None, None]
    assert answer["devices"][0]["published"] is None


def test_they_come_in_the_order_asked_for_a_page_at_a_time() -> None:
    assert names("?sort=missing") == ["p2", "p1", "t1"]
    assert names("?sort=rejected&limit=2") == ["p1", "p2"]
    assert names("?sort=rejected&limit=2&offset=2") == ["t1"]
    assert names("?offset=99") == []
    assert names("?kind=traffic") == ["t1"]
    assert names("?kind=tram") == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?sort=size", "sort='size' is no order; there are received, published, missing"),
        ("?limit=0", "limit='0' is no number from 1 to 1,000"),
        ("?limit=1001", "limit='1001' is no number from 1 to 1,000"),
        ("?limit=00000000000000000001999", "limit='00000000000000000001999' is no number from 1 to 1,000"),
        (f"?limit={'0' * 4000}", f"limit='{'0' * 40}' is no number from 1 to 1,000"),
        (f"?offset={'9' * 5000}", f"offset='{'9' * 40}' is no number from 0 to"),
        ("?offset=-1", "offset='-1' is no number from 0 to"),
        ("?offset=%C2%B2", "offset='²' is no number from 0 to"),
        ("?page=2", "there is no 'page' here; there are sort, kind, limit and offset"),
    ],
)
def test_what_cannot_be_asked_is_400_and_says_what_can(query: str, said: str) -> None:
    answer = page(query)
    assert answer.status == 400
    assert answer.json["error"].startswith(said)
