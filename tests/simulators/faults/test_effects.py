"""What befalls readings on their way, and that nothing else befalls them."""

import json

import numpy as np
import pytest

from simulators.draws import FloatArray
from simulators.faults.fault import FAULT_KINDS, USES, Fault, FaultKind
from simulators.faults.sent import Mask
from simulators.fleet import Fleet
from simulators.payloads import Encoder
from tests.simulators.faults.troubled_run import MINUTE, SECOND, SETTINGS, START, Run, plain


def test_without_faults_it_is_the_city_as_it_was() -> None:
    fleet = Fleet(SETTINGS, seed=3, count=40)
    expected = Encoder(fleet).messages(START, START + 300 * SECOND)
    run = Run()
    assert sorted(zip(run.topics, run.payloads, strict=True)) == sorted(
        zip(expected.topics, expected.payloads, strict=True)
    )


@pytest.mark.parametrize("kind", FAULT_KINDS)
def test_the_same_seed_gives_the_same_messages_however_time_is_cut(kind: FaultKind) -> None:
    time = {"time": 20 * SECOND} if "time" in USES[kind] else {}
    faults = (Fault.model_validate({"kind": kind, "share": 0.3, **time}), Fault(kind="duplicated", share=0.3))
    one, other = Run(*faults, step_s=10), Run(*faults, step_s=60)
    assert one.topics == other.topics
    assert one.payloads == other.payloads
    assert np.array_equal(one.retain, other.retain)
    assert len(one.payloads) > 500


def test_a_lost_reading_is_in_no_message_and_the_truth_knows_it() -> None:
    run = Run(Fault(kind="lost", share=0.25))
    lost = sum(int(sent.never.sum()) for sent in run.sent)
    assert 0.2 < lost / plain() < 0.3
    assert len(run.payloads) == plain() - lost
    assert all((number[sent.never] == -1).all() for sent, number in zip(run.sent, run.numbers, strict=True))


def test_where_nothing_is_sent_at_all_the_truth_is_whole() -> None:
    run = Run(Fault(kind="lost"))
    assert run.payloads == []
    assert run.rows == plain()


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


@pytest.mark.parametrize("kind", ["spike", "drift", "wrong_unit", "stuck"])
def test_a_fault_of_a_value_is_named_only_where_another_value_was_said(kind: FaultKind) -> None:
    run = Run(Fault(kind=kind, quantity="pm25"))
    assert run.encoder.befallen.counts[kind] > 50
    before = Run().by_device()
    for name, sent in run.by_device().items():
        other = {each for each, said in sent.said.items() if differs(said, before[name].said[each]).any()}
        assert other == ({"pm25"} if "pm25" in sent.said else set())
        hit = differs(sent.said["pm25"], before[name].said["pm25"]) if other else np.zeros(len(sent), np.bool_)
        assert np.array_equal(sent.has(kind), hit)


@pytest.mark.parametrize("kind", ["spike", "wrong_unit"])
def test_a_factor_of_one_is_no_fault(kind: FaultKind) -> None:
    assert Run(Fault(kind=kind, amount=1.0)).encoder.befallen.counts[kind] == 0


def differs(said: FloatArray, true: FloatArray) -> Mask:
    mask: Mask = (said != true) & ~(np.isnan(said) & np.isnan(true))
    return mask


def test_a_changed_shape_has_its_quantities_one_level_deeper() -> None:
    shaped = Run(Fault(kind="changed_shape"), lasts_s=10).payloads
    assert all(set(json.loads(payload)) == {"ts", "seq", "data"} for payload in shaped)


def test_reordered_readings_leave_in_another_order_and_none_is_late_by_more_than_the_time() -> None:
    run = Run(Fault(kind="reordered", time=60 * SECOND, share=0.5), after_s=60)
    swapped = 0
    for sent in run.by_device().values():
        reordered = sent.has("reordered")
        late = sent.sent_ns - sent.time_ns
        assert ((late[reordered] > 0) & (late[reordered] <= 60 * SECOND)).all()
        assert not late[~reordered].any()
        swapped += bool((np.diff(sent.sent_ns[reordered]) < 0).any())
    assert 10 < swapped < 30
    assert run.rows == len(run.payloads) == plain() * 360 // 300


def test_a_dying_battery_says_so_and_then_its_device_says_nothing() -> None:
    run = Run(Fault(kind="battery_dies", time=60 * SECOND, end=120 * SECOND), lasts_s=120)
    died = [sent for sent in run.by_device().values() if sent.has("battery_dies").any()]
    assert len(died) == sum("battery" in sent.said and np.isfinite(sent.said["battery"]).any() for sent in died) > 5
    for sent in died:
        dying = sent.take(sent.has("battery_dies"))
        assert (np.diff(dying.said["battery"]) <= 0).all()
        assert np.array_equal(dying.said["battery"], dying.true["battery"])
        assert dying.said["battery"][-1] < 10
    whole = Run(Fault(kind="battery_dies", time=60 * SECOND, end=120 * SECOND)).by_device()
    for name, sent in whole.items():
        dead = sent.never
        assert not dead.any() or (sent.time_ns[dead].max() < START + 120 * SECOND), name


def test_for_a_while_readings_ask_the_broker_to_keep_them() -> None:
    run = Run(Fault(kind="retained_ghost", time=60 * SECOND, kinds=("air",)))
    kept = {topic for topic, retain in zip(run.topics, run.retain.tolist(), strict=True) if retain}
    assert kept == {topic for topic in run.topics if "/air/" in topic}
    for name, sent in run.by_device().items():
        assert sent.retain.sum() == (12 if name.startswith("air/") else 0)
    assert len(run.payloads) == plain()


def test_how_many_readings_met_with_each_fault_is_counted() -> None:
    run = Run(Fault(kind="lost", share=0.1), Fault(kind="malformed", share=0.1, sorts=("empty", "cut_off")))
    lost = sum(int(sent.never.sum()) for sent in run.sent)
    malformed = sum(int(sent.has("malformed").sum()) for sent in run.sent)
    counts = run.encoder.befallen.counts
    cut_off, empty = counts["malformed:cut_off"], counts["malformed:empty"]
    assert run.encoder.befallen.readings == plain()
    assert cut_off + empty == malformed > 100
    said = f"lost {lost}, malformed {malformed} (cut_off {cut_off}, empty {empty})"
    assert str(run.encoder.befallen) == said


def test_what_is_late_is_still_held_at_the_end() -> None:
    run = Run(Fault(kind="delayed", time=20 * MINUTE))
    assert run.rows + run.troubled.held == plain()
    assert run.troubled.held > 0
