from datetime import UTC, datetime

from dashboard.live.ledger import read_ledger
from tests.dashboard.live.scenes import STATUS


def test_a_ledger_agrees_when_every_message_has_an_outcome() -> None:
    assert read_ledger(STATUS).unexplained == 0


def test_a_lost_message_is_counted_as_unexplained() -> None:
    assert read_ledger({**STATUS, "received": 10_237}).unexplained == 3


def test_an_outcome_too_many_is_negative() -> None:
    assert read_ledger({**STATUS, "duplicate": 6}).unexplained == -2


def test_reasons_come_most_frequent_first_and_by_name_where_equal() -> None:
    ledger = read_ledger({"rejected": {"b": 1, "c": 7, "a": 1}})
    assert ledger.rejected == (("c", 7), ("a", 1), ("b", 1))


def test_the_watermark_is_a_moment_in_utc() -> None:
    assert read_ledger(STATUS).watermark == datetime(2026, 7, 14, 3, 33, 18, tzinfo=UTC)


def test_a_report_from_before_the_first_message_is_all_zeros_without_a_watermark() -> None:
    ledger = read_ledger({"watermark": None, "rejected": {}})
    assert (ledger.received, ledger.unexplained, ledger.watermark) == (0, 0, None)
