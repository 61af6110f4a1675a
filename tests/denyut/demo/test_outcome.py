from dataclasses import replace

import pytest

from config.language import open_language
from dashboard.live.ledger import read_ledger
from denyut.demo.outcome import Outcome, Sent, failures, read_sent

LEDGER = read_ledger({"received": 1_200, "accepted": 1_190, "duplicate": 4, "rejected": {"not_json": 6}})
GOOD = Outcome(LEDGER, Sent(1_200), window_points=True, indicator_points=True)


def said(outcome: Outcome, language: str = "en") -> list[str]:
    return failures(outcome, open_language(language))


def test_all_accounted_for_and_stored_is_no_failure() -> None:
    assert said(GOOD) == []


def test_without_a_report_there_is_one_sentence() -> None:
    assert said(replace(GOOD, ledger=None)) == ["denyut run left no status report"]


def test_no_message_is_a_failure_even_if_the_sums_agree() -> None:
    assert said(replace(GOOD, ledger=read_ledger({}), sent=Sent(0))) == ["no message was received"]


def test_a_message_without_outcome_is_a_failure() -> None:
    ledger = replace(LEDGER, accepted=1_187)
    assert said(replace(GOOD, ledger=ledger)) == ["the ledger does not agree: 3 of 1,200 messages have no outcome"]


@pytest.mark.parametrize(
    ("sent", "agrees"),
    [
        (Sent(1_200), True),
        (Sent(1_201), False),
        (Sent(1_199), False),
        (Sent(1_195, uncertain=8), True),
        (Sent(1_191, uncertain=8), False),
        (Sent(1_204, uncertain=8), False),
    ],
)
def test_as_many_were_received_as_were_sent_but_for_those_cut_off_at_the_end(sent: Sent, agrees: bool) -> None:
    assert (said(replace(GOOD, sent=sent)) == []) is agrees


def test_both_numbers_are_named_where_they_differ() -> None:
    assert said(replace(GOOD, sent=Sent(1_300)), "id") == ["kota simulasi mengirim 1.300 pesan, 1.200 diterima"]


def test_a_simulator_that_says_nothing_is_a_failure() -> None:
    assert said(replace(GOOD, sent=None)) == ["the simulated city did not say how many messages it sent"]


def test_points_that_wait_at_the_end_are_a_failure_with_the_store_s_reason() -> None:
    ledger = replace(LEDGER, points_pending=1_500, store_error="denyut.db: disk full")
    assert said(replace(GOOD, ledger=ledger)) == ["1,500 points were not written: denyut.db: disk full"]


def test_an_empty_store_is_a_failure_for_windows_and_for_indicators() -> None:
    assert said(replace(GOOD, window_points=False, indicator_points=False)) == [
        "no window is in the store: it ended before the first one closed",
        "no indicator is in the store",
    ]


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("1,234 messages sent in 20.0 s (62/s): air 34, parking 1,200", Sent(1_234)),
        ("7 messages sent in 1.0 s (7/s), 1,005 not sent for want of a connection: air 7", Sent(7, 1_005)),
        ("0 messages sent in 1.0 s (0/s)", Sent(0)),
    ],
)
def test_what_the_simulator_sent_is_read_from_its_last_line(line: str, sent: Sent) -> None:
    assert read_sent(["346 devices of bojonegoro, seed 1", "connected to mqtt://127.0.0.1:1 (V5)", line]) == sent


def test_a_simulator_that_was_killed_has_not_said_what_it_sent() -> None:
    assert read_sent(["346 devices of bojonegoro, seed 1"]) is None
