"""Devices that are away: each by itself, all at once, or all that are heard through one gateway."""

import json

import numpy as np

from config.settings import Device
from simulators.faults.fault import Fault
from simulators.faults.sent import Sent
from tests.simulators.faults.troubled_run import SECOND, START, Run

GATEWAYS = [
    Device(id=f"A{number}", kind="air", gateway=f"GW{number % 3}" if number < 12 else "") for number in range(15)
]


def silent_s(sent: Sent) -> tuple[float, float]:
    """From when to when since the beginning a device sent nothing of what it measured."""
    away = sent.time_ns[sent.never]
    return (int(away.min()) - START) / SECOND, (int(away.max()) - START) / SECOND


def test_all_that_are_heard_through_a_dead_gateway_fall_silent_at_one_moment_and_nobody_else() -> None:
    run = Run(Fault(kind="gateway_death", time=100 * SECOND, gateways=("GW1",)), devices=GATEWAYS)
    found = run.by_device()
    silent = {name: silent_s(sent) for name, sent in found.items() if sent.never.any()}
    assert sorted(silent) == ["air/A1", "air/A10", "air/A4", "air/A7"]
    begins, ends = zip(*silent.values(), strict=True)
    # Each says something every five seconds.
    assert max(begins) - min(begins) < 5
    assert max(ends) - min(ends) < 5
    assert all(int(found[name].never.sum()) == 20 for name in silent)


def test_without_a_time_a_gateway_is_dead_from_begin_to_end() -> None:
    run = Run(Fault(kind="gateway_death", begin=30 * SECOND, end=90 * SECOND, gateways=("GW0",)), devices=GATEWAYS)
    for sent in run.by_device().values():
        away = (sent.time_ns >= START + 30 * SECOND) & (sent.time_ns < START + 90 * SECOND)
        assert np.array_equal(sent.never, away & sent.has("gateway_death"))
    assert run.encoder.befallen.counts == {"gateway_death": 4 * 12}


def test_gateways_die_by_themselves_and_a_device_without_one_does_not() -> None:
    run = Run(Fault(kind="gateway_death", time=50 * SECOND), devices=GATEWAYS)
    begins = {name: silent_s(sent)[0] // 5 for name, sent in run.by_device().items() if sent.never.any()}
    assert len(begins) == 12
    moments = [{round(begins[f"air/A{number}"]) for number in range(first, 12, 3)} for first in range(3)]
    assert all(max(each) - min(each) <= 1 for each in moments)
    assert max(max(each) for each in moments) - min(min(each) for each in moments) > 2


def test_of_some_gateways_a_share_dies_whole() -> None:
    many = [Device(id=f"A{number}", kind="air", gateway=f"GW{number % 200}") for number in range(400)]
    run = Run(Fault(kind="gateway_death", share=0.3), devices=many, lasts_s=30)
    dead = {name for name, sent in run.by_device().items() if sent.never.any()}
    gateways = {device.gateway for device in many if f"air/{device.id}" in dead}
    assert dead == {f"air/{device.id}" for device in many if device.gateway in gateways}
    assert 40 <= len(gateways) <= 80


def test_what_a_gateway_buffers_comes_afterwards_in_an_upload_of_each_device() -> None:
    fault = Fault(kind="gateway_death", time=100 * SECOND, gateways=("GW1",), end=150 * SECOND, buffered=True)
    run = Run(fault, devices=GATEWAYS)
    uploads = [json.loads(payload) for payload in run.payloads if payload.startswith(b"[")]
    assert [len(upload) for upload in uploads] == [20, 20, 20, 20]
    assert len(set(run.time_ns[[payload.startswith(b"[") for payload in run.payloads]].tolist())) == 1


def test_in_a_reconnect_storm_all_go_at_once_and_come_back_within_a_moment_with_what_they_have() -> None:
    fault = Fault(kind="reconnect_storm", begin=60 * SECOND, end=162 * SECOND, time=100 * SECOND, within=2 * SECOND)
    run = Run(fault)
    uploaded = np.array([payload.startswith(b"[") for payload in run.payloads])
    since_s = (run.time_ns - START) / SECOND
    assert uploaded.sum() == 40
    assert ((since_s[uploaded] >= 160) & (since_s[uploaded] < 162)).all()
    assert len(set(since_s[uploaded].tolist())) > 30
    assert not ((since_s >= 60) & (since_s < 160)).any()
    sizes = {len(json.loads(payload)) for payload, list_of in zip(run.payloads, uploaded, strict=True) if list_of}
    assert sizes <= {20, 21}
    assert run.rows == 40 * 60


def test_who_has_no_connection_is_known_at_every_moment() -> None:
    fault = Fault(kind="reconnect_storm", begin=60 * SECOND, end=162 * SECOND, time=100 * SECOND, within=2 * SECOND)
    troubled = Run(fault, lasts_s=200).troubled
    away = {at: {kind: int(mask.sum()) for kind, mask in troubled.away(START + at * SECOND).items()} for at in (59, 60)}
    assert set(away[59].values()) == {0}
    assert sum(away[60].values()) == 40
    back = [sum(int(mask.sum()) for mask in troubled.away(START + at * SECOND).values()) for at in (159, 161, 162)]
    assert back[0] == 40
    assert 5 < back[1] < 35
    assert back[2] == 0


def test_without_such_faults_nobody_is_away() -> None:
    assert Run(Fault(kind="lost", share=0.5), lasts_s=10).troubled.away(START) == {}


def test_a_device_that_is_away_sends_nothing_however_late_it_would_have_been() -> None:
    away = Fault(kind="offline", time=60 * SECOND, kinds=("air",))
    run = Run(away, Fault(kind="delayed", time=20 * SECOND, share=0.5), after_s=120)
    for name, sent in run.by_device().items():
        if name.startswith("air/"):
            at_once = sent.sent_ns[~sent.together]
            back_ns = int(sent.sent_ns[sent.together].max())
            assert not ((at_once >= back_ns - 60 * SECOND) & (at_once < back_ns)).any()
