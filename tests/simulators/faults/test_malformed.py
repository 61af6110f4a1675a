"""Every way of being unreadable is the one that a run names."""

import json

import pytest

from ingest.payloads.one_message import FieldRules, records
from simulators.faults.fault import Fault
from simulators.faults.malformed import REASONS, SORTS, Sort, malformed
from tests.simulators.faults.troubled_run import SECOND, Run

PAYLOAD = b'{"ts":1772406000000,"seq":7,"pm25":12.5,"pm10":31,"battery":84}'
RULES = FieldRules(declared=frozenset({"pm25", "pm10"}))


@pytest.mark.parametrize("sort", SORTS)
def test_a_run_rejects_it_for_the_reason_that_the_truth_expects(sort: Sort) -> None:
    assert records(malformed(PAYLOAD, sort), RULES) is REASONS[sort]
    assert records(malformed(PAYLOAD, sort), FieldRules()) is REASONS[sort]


def test_a_payload_is_cut_in_its_middle_or_empty() -> None:
    assert malformed(PAYLOAD, "cut_off") == PAYLOAD[:31]
    assert malformed(PAYLOAD, "empty") == b""


def test_without_a_choice_every_sort_is_sent_and_the_truth_knows_which() -> None:
    run = Run(Fault(kind="malformed"), lasts_s=60)
    assert set(run.encoder.befallen.counts) == {"malformed", *(f"malformed:{sort}" for sort in SORTS)}
    for sent, numbers in zip(run.sent, run.numbers, strict=True):
        for sort in SORTS:
            for number in numbers[sent.has(f"malformed:{sort}")].tolist():
                assert records(run.payloads[number], FieldRules()) is REASONS[sort], run.payloads[number]


def test_of_an_upload_it_breaks_nothing_but_itself() -> None:
    faults = Fault(kind="offline", time=60 * SECOND), Fault(kind="malformed", share=0.2, sorts=("cut_off",))
    run = Run(*faults, after_s=60)
    uploads = [json.loads(payload) for payload in run.payloads if payload.startswith(b"[")]
    alone = sum(1 for payload in run.payloads if not payload.startswith(b"["))
    assert sum(map(len, uploads)) + alone == run.rows
    assert run.encoder.befallen.counts["malformed"] > 50
