"""The same seed, the same bytes: however time is cut, in whichever process, on whichever day it is asked."""

import os
import subprocess
import sys
from hashlib import blake2b
from itertools import pairwise

import numpy as np
import pytest

from config.settings import Device, Settings
from simulators.fleet import Fleet
from simulators.payloads import Encoder

SECOND_NS = 1_000_000_000
HOUR_NS = 3600 * SECOND_NS
# Tuesday 3 March 2026, in Ramadan, from 23:30 in Jakarta: over midnight.
START_NS = 1_772_555_400 * SECOND_NS
CITY = Settings(
    devices=(
        Device(id="G1", kind="water", downstream="G2", travel_time="40m", siaga_3=300),
        Device(id="G2", kind="water", siaga_3=280),
        Device(id="S1", kind="parking", capacity=1, name="Pasar Pon"),
        Device(id="P1", kind="parking", capacity=400, name="Masjid Agung"),
        Device(id="K1", kind="satisfaction", every="1m"),
        Device(id="L1", kind="light", latitude=-7.15, longitude=111.88),
        Device(id="T1", kind="traffic", capacity=3300, lanes=2, length=500, name="Simpang Tiga"),
        Device(id="T2", kind="traffic", length=900),
    )
)


def digest(edges: list[int]) -> str:
    encoder = Encoder(Fleet(CITY, seed=20_450_817, count=120))
    found = blake2b(digest_size=16)
    for start_ns, end_ns in pairwise(edges):
        messages = encoder.messages(start_ns, end_ns)
        for topic, payload in zip(messages.topics, messages.payloads, strict=True):
            found.update(topic.encode() + b"\0" + payload + b"\n")
    return found.hexdigest()


@pytest.fixture(scope="module")
def whole() -> str:
    return digest([START_NS, START_NS + HOUR_NS])


@pytest.mark.parametrize("cuts", [2, 61, 300])
def test_an_hour_is_the_same_however_it_is_cut(whole: str, cuts: int) -> None:
    edges = np.sort(np.random.default_rng(cuts).integers(START_NS, START_NS + HOUR_NS, cuts)).tolist()
    assert digest([START_NS, *edges, START_NS + HOUR_NS]) == whole


def test_an_hour_is_the_same_in_another_process_where_python_hashes_otherwise(whole: str) -> None:
    here = os.environ | {"PYTHONHASHSEED": "4711", "TZ": "America/New_York", "LC_ALL": "C"}
    script = f"from {__name__} import *; print(digest([START_NS, START_NS + HOUR_NS]))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=here, check=True)
    assert done.stdout.strip() == whole


def test_a_device_says_the_same_in_a_larger_city() -> None:
    def of_some(count: int) -> dict[str, list[bytes]]:
        messages = Encoder(Fleet(CITY, count=count)).messages(START_NS, START_NS + 60 * SECOND_NS)
        said: dict[str, list[bytes]] = {}
        for topic, payload in zip(messages.topics, messages.payloads, strict=True):
            said.setdefault(topic, []).append(payload)
        return said

    small, large = of_some(40), of_some(3000)
    assert len(small) == 40
    assert {topic: large[topic] for topic in small} == small


def test_a_fleet_of_many_blocks_of_rows_is_the_same_as_its_parts() -> None:
    fleet = Fleet(Settings(), count=300_000)
    second = {report.kind: report for report in fleet.reports(START_NS, START_NS + 5 * SECOND_NS)}
    halves = [
        {report.kind: report for report in fleet.reports(START_NS + at, START_NS + at + 2_500_000_000)}
        for at in (0, 2_500_000_000)
    ]
    assert max(len(report.device) for report in second.values()) == 75_000
    for kind, report in second.items():
        for name, values in report.columns.items():
            both = np.concatenate([half[kind].columns[name] for half in halves])
            assert np.array_equal(both, values, equal_nan=True), (kind, name)
