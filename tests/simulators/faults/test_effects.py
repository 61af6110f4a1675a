"""What befalls readings on their way, and that nothing else befalls them."""

import json

import numpy as np
import pytest

from config.durations import UNITS_NS
from config.settings import City, Settings
from simulators.faults.payloads import TroubledEncoder
from simulators.faults.sent import IntArray, Sent
from simulators.faults.troubled import TroubledFleet
from simulators.fleet import Fleet
from simulators.payloads import Encoder, Messages
from simulators.scenario import FAULT_KINDS, Fault, Scenario

SECOND, MINUTE = UNITS_NS["s"], UNITS_NS["m"]
START = 1_772_406_000 * SECOND
SETTINGS = Settings(city=City(id="bojonegoro"))


class Run:
    def __init__(self, *faults: Fault, step_s: int = 10, lasts_s: int = 300, after_s: int = 0) -> None:
        fleet = Fleet(SETTINGS, seed=3, count=40)
        scenario = Scenario(lasts=lasts_s * SECOND, faults=faults)
        troubled = TroubledFleet(fleet, scenario, START, seed=3)
        self.sent: list[Sent] = []
        self.numbers: list[IntArray] = []
        encoder = TroubledEncoder(Encoder(fleet), troubled, self._witness)
        spans = range(0, lasts_s + after_s, step_s)
        parts = [encoder.messages(START + at * SECOND, START + (at + step_s) * SECOND) for at in spans]
        self.topics = [topic for part in parts for topic in part.topics]
        self.payloads = [payload for part in parts for payload in part.payloads]
        self.held = troubled.held
        self.parts: list[Messages] = parts

    def _witness(self, sent: Sent, number: IntArray) -> None:
        self.sent.append(sent)
        self.numbers.append(number)

    @property
    def rows(self) -> int:
        return sum(map(len, self.sent))


def plain() -> int:
    fleet = Fleet(SETTINGS, seed=3, count=40)
    return len(Encoder(fleet).messages(START, START + 300 * SECOND))


def test_without_faults_it_is_the_city_as_it_was() -> None:
    fleet = Fleet(SETTINGS, seed=3, count=40)
    expected = Encoder(fleet).messages(START, START + 300 * SECOND)
    run = Run()
    assert sorted(zip(run.topics, run.payloads, strict=True)) == sorted(
        zip(expected.topics, expected.payloads, strict=True)
    )


@pytest.mark.parametrize("kind", FAULT_KINDS)
def test_the_same_seed_gives_the_same_messages_however_time_is_cut(kind: str) -> None:
    fault = Fault.model_validate({"kind": kind, "share": 0.3, "time": "20s"}, context={"folder": "."})
    one, other = Run(fault, step_s=10), Run(fault, step_s=60)
    assert one.topics == other.topics
    assert one.payloads == other.payloads


def test_a_lost_reading_is_in_no_message_and_the_truth_knows_it() -> None:
    run = Run(Fault(kind="lost", share=0.25))
    lost = sum(int(sent.never.sum()) for sent in run.sent)
    assert 0.2 < lost / plain() < 0.3
    assert len(run.payloads) == plain() - lost
    assert all((number[sent.never] == -1).all() for sent, number in zip(run.sent, run.numbers, strict=True))


def test_a_duplicate_is_the_same_payload_again_a_little_later() -> None:
    run = Run(Fault(kind="duplicated", share=0.1), after_s=20)
    again = len(run.payloads) - plain() - 0
    copies = sum(int(sent.copy.sum()) for sent in run.sent)
    assert copies > 0
    assert len({*zip(run.topics, run.payloads, strict=True)}) == len(run.payloads) - copies
    assert again >= copies


def test_what_was_measured_offline_comes_in_one_upload() -> None:
    run = Run(Fault(kind="offline", time=60 * SECOND, kinds=("air",)), after_s=60)
    uploads = [payload for payload in run.payloads if payload.startswith(b"[")]
    assert len(uploads) == sum("/air/" in topic for topic in set(run.topics))
    assert {len(json.loads(upload)) for upload in uploads} == {12}


def test_a_wrong_clock_changes_what_is_said_and_nothing_else() -> None:
    run = Run(Fault(kind="clock_offset", time=10 * MINUTE, share=0.5))
    for sent in run.sent:
        wrong = sent.has("clock_offset")
        assert ((sent.stated_ns != sent.time_ns) == wrong).all()
        assert (sent.sent_ns == sent.time_ns).all()


def test_a_spike_changes_one_value_and_the_truth_keeps_the_other() -> None:
    run = Run(Fault(kind="spike", quantity="speed", amount=10.0, share=0.05))
    (traffic,) = [part for part in run.sent if part.kind == "traffic"][:1]
    hit = traffic.has("spike")
    assert np.allclose(traffic.said["speed"][hit], traffic.true["speed"][hit] * 10.0, atol=1e-3, equal_nan=True)
    assert np.array_equal(traffic.said["speed"][~hit], traffic.true["speed"][~hit], equal_nan=True)


def test_a_stuck_sensor_says_what_it_said_when_it_got_stuck() -> None:
    run = Run(Fault(kind="stuck", quantity="pm25", kinds=("air",), begin=30 * SECOND))
    by_device: dict[int, set[float]] = {}
    for part in run.sent:
        if part.kind == "air":
            rows = part.has("stuck")
            for device, value in zip(part.device[rows].tolist(), part.said["pm25"][rows].tolist(), strict=True):
                by_device.setdefault(device, set()).add(value)
    assert by_device
    assert all(len(values) == 1 for values in by_device.values())


def test_a_payload_that_breaks_off_is_no_json_and_a_changed_shape_is() -> None:
    broken = Run(Fault(kind="malformed", share=1.0), lasts_s=10).payloads
    for payload in broken:
        with pytest.raises(json.JSONDecodeError):
            json.loads(payload)
    shaped = Run(Fault(kind="changed_shape"), lasts_s=10).payloads
    assert all(set(json.loads(payload)) == {"ts", "seq", "data"} for payload in shaped)


def test_what_is_late_is_still_held_at_the_end() -> None:
    run = Run(Fault(kind="delayed", time=20 * MINUTE))
    assert run.rows + run.held == plain()
    assert run.held > 0
