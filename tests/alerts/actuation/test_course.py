import pytest

from tests.alerts.actuation.commanded import SIREN, Street, at

PROOF = {"indicator": "noise_laeq", "value": 80.0, "within": "5m"}
PROVING = {**SIREN, "commands": {"on": {"proof": PROOF}, "off": {}}}


def test_a_command_that_nothing_confirms_expires_and_those_who_know_the_alert_are_told() -> None:
    street = Street()
    street.fires(0)
    street.sent(0.2, 1)
    assert street.commander.next_due_ns == at(30)
    street.commander.advance(at(29.9))
    assert street.said == [("on", "sent", "")]
    street.commander.advance(at(30))
    assert street.said == [("on", "expired", "")]
    assert street.troubles == [(1, "on to siren: it was sent, and the device did not confirm it")]
    assert street.commander.next_due_ns is None


def test_an_answer_that_comes_too_late_is_on_record_and_the_command_stays_expired() -> None:
    street = Street()
    street.fires(0)
    street.sent(0.2, 1)
    (expired, late) = street.answers(31, 1).entries
    assert (expired.what, late.what, late.detail["done"], late.who) == (
        *("command_expired", "command_answered_late", True),
        "siren",
    )
    assert street.said == [("on", "expired", "")]
    assert street.commander.does("siren") == ["on"]
    assert street.answers(32, 1).entries == []


def test_a_refusal_by_the_device_is_a_failure_with_its_reason() -> None:
    street = Street()
    street.fires(0)
    street.sent(0.2, 1)
    street.answers(1, 1, done=False, why="no power")
    assert street.said == [("on", "failed", "")]
    assert street.troubles == [(1, "on to siren: the device did not do it (no power)")]
    assert street.commander.does("siren") == []


def test_the_first_answer_counts() -> None:
    street = Street()
    street.fires(0)
    street.answers(1, 1)
    assert street.answers(2, 1, done=False).entries == []
    assert street.sent(3, 1).entries == []
    assert street.said == [("on", "confirmed", "")]


def test_an_answer_to_a_command_that_nobody_knows_changes_nothing() -> None:
    street = Street()
    assert street.answers(1, 77).entries == []
    assert street.sent(1, 77).entries == []


def test_what_could_not_be_sent_has_failed_and_is_surely_not_done() -> None:
    street = Street()
    street.fires(0)
    street.sent(0.2, 1, "the broker refused it")
    assert street.troubles == [(1, "on to siren: it could not be sent")]
    assert street.commander.does("siren") == []


def test_where_nobody_knows_whether_it_was_sent_an_answer_settles_it() -> None:
    street = Street()
    street.fires(0)
    street.sent(5, 1, "unknown whether it was sent: the run ended", unknown=True)
    assert (street.said, street.troubles) == ([("on", "unknown", "")], [])
    assert street.commander.does("siren") == ["on"]
    street.answers(6, 1)
    assert street.said == [("on", "confirmed", "")]


def test_where_nobody_knows_whether_it_was_sent_it_expires_as_that() -> None:
    street = Street()
    street.fires(0)
    street.sent(5, 1, "unknown whether it was sent: the run ended", unknown=True)
    street.commander.advance(at(30))
    why = "whether it was sent is not known, and the device did not confirm it"
    assert street.troubles == [(1, f"on to siren: {why}")]
    assert street.commander.does("siren") == ["on"]


def test_a_device_that_never_answers_counts_as_confirmed_once_it_was_sent() -> None:
    street = Street({**SIREN, "answers": False})
    street.fires(0)
    entries = street.sent(0.2, 1).entries
    assert [entry.what for entry in entries] == ["command_sent", "command_confirmed"]


def test_a_command_is_proven_by_the_first_figure_that_stands_so_after_it_was_confirmed() -> None:
    street = Street(PROVING)
    street.figure(0, "noise_laeq", 55)
    street.fires(10)
    street.answers(12, 1)
    assert street.figure(12, "noise_laeq", 85).entries == []
    assert street.figure(72, "noise_laeq", 60).entries == []
    (entry,) = street.figure(132, "noise_laeq", 86.5).entries
    assert (entry.what, entry.alert, entry.detail["figure"], entry.detail["figure_before"]) == (
        *("command_proven", 1),
        *(86.5, 55.0),
    )
    assert street.commander.next_due_ns is None
    assert street.troubles == []


@pytest.mark.parametrize(("heard", "is_now"), [(60.0, "is 60 dB(A)"), (None, "is not known")])
def test_a_street_that_does_not_change_in_time_is_told(heard: float | None, is_now: str) -> None:
    street = Street(PROVING)
    street.fires(0)
    street.answers(1, 1)
    if heard is not None:
        street.figure(60, "noise_laeq", heard)
    assert street.commander.next_due_ns == at(301)
    (entry,) = street.commander.advance(at(301)).entries
    assert (entry.what, entry.detail["state"], entry.detail["proof"]) == ("command_unproven", "confirmed", "unproven")
    why = "the device confirmed it, but nothing changed"
    assert street.troubles == [(1, f"on to siren: {why}: noise level LAeq {is_now}, and must be above 80 dB(A)")]


def test_a_command_whose_actuator_is_configured_no_more_still_expires() -> None:
    street = Street()
    street.fires(0)
    again = Street({"id": "pump", "topic": "p", "commands": {"on": {}}})
    again.commander.restore(street.commander.describe())
    again.commander.advance(at(30))
    assert again.said == [("on", "expired", "")]
