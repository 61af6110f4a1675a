"""Budgets, two notices in an hour and a digest each quarter of an hour."""

from itertools import pairwise

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from alerts.book import Alert
from alerts.consequences import Card, Count, Reason
from alerts.notification.budget import Budget
from config.duty import Budget as BudgetSettings
from tests.alerts.notification.opened import HOUR, MINUTE, of_zone

FIRING = Reason.FIRING


def two_an_hour() -> Budget:
    return Budget(BudgetSettings(notices=2))


def card(alert: Alert) -> Card:
    return Card(
        number=alert.number,
        rule=alert.rule,
        severity=alert.severity,
        figure="parking_occupancy",
        value=alert.value,
        when=">",
        limit=0.9,
        coverage=1.0,
        fired_ns=alert.fired_ns,
        learned_ns=alert.learned_ns,
    )


def took(
    budget: Budget, minute: float, *alerts: Alert, reason: Reason = FIRING, who: str = "ayu", severity: str = "warning"
) -> bool:
    cards = [card(alert) for alert in alerts[:20]]
    return budget.take(who, severity, reason, alerts, cards, round(minute * MINUTE))


def test_what_is_beyond_the_budget_comes_as_one_digest_a_quarter_of_an_hour_later() -> None:
    budget = two_an_hour()
    assert [took(budget, minute, of_zone(minute + 1)) for minute in range(4)] == [True, True, False, False]
    assert budget.next_due_ns() == 17 * MINUTE
    assert budget.advance(17 * MINUTE - 1) == []
    (digest,) = budget.advance(17 * MINUTE)
    assert (digest.officer, digest.severity, digest.alerts) == ("ayu", "warning", (3, 4))
    assert digest.counts == (Count(FIRING, "full", "kota", 2),)
    assert [each.number for each in digest.cards] == [3, 4]
    assert budget.next_due_ns() is None


def test_a_notice_older_than_an_hour_does_not_count() -> None:
    budget = two_an_hour()
    assert [took(budget, minute, of_zone()) for minute in (0, 30, 59.9, 60, 61, 90)] == [
        *(True, True, False, True, False, True)
    ]


def test_each_officer_and_each_severity_has_a_budget_of_its_own() -> None:
    budget = two_an_hour()
    took(budget, 0, of_zone(1))
    took(budget, 0, of_zone(2))
    assert not took(budget, 0, of_zone(3))
    assert took(budget, 0, of_zone(3), who="budi")
    assert took(budget, 0, of_zone(4), severity="critical")


def test_the_end_of_what_waits_does_not_come_before_its_beginning() -> None:
    budget = two_an_hour()
    for minute in (0, 55, 56):
        took(budget, minute, of_zone(minute + 1))
    # A notice is free again, and the 57th alert waits.
    assert not took(budget, 61, of_zone(57), reason=Reason.RESOLVED)
    assert took(budget, 61, of_zone(58))
    (digest,) = budget.advance(71 * MINUTE)
    assert digest.counts == (Count(FIRING, "full", "kota", 1), Count(Reason.RESOLVED, "full", "kota", 1))
    assert digest.alerts == (57,)


def test_a_digest_counts_by_rule_and_zone_and_shows_the_first_twenty() -> None:
    budget = Budget(BudgetSettings(notices=1))
    took(budget, 0, of_zone(1))
    for number in range(2, 102):
        took(budget, 1, of_zone(number, rule="busy" if number % 4 else "full", zone=f"z{number % 2}"))
    (digest,) = budget.advance(HOUR)
    assert [(each.rule, each.zone, each.count) for each in digest.counts] == [
        *(("busy", "z1", 50), ("busy", "z0", 25), ("full", "z0", 25))
    ]
    assert [each.number for each in digest.cards] == list(range(2, 22))
    assert digest.alerts == tuple(range(2, 102))


def test_a_digest_names_at_most_fifty_counts_and_still_all_alerts() -> None:
    budget = Budget(BudgetSettings(notices=1))
    took(budget, 0, of_zone(1))
    took(budget, 1, *(of_zone(number, zone=f"z{number}") for number in range(2, 202)))
    (digest,) = budget.advance(HOUR)
    assert (len(digest.counts), len(digest.cards), len(digest.alerts)) == (50, 20, 200)


def test_a_storm_is_told_as_a_budget_and_a_digest_each_quarter_of_an_hour() -> None:
    budget = two_an_hour()
    notices = digests = told = 0
    for second in range(3600):
        notices += took(budget, second / 60, of_zone(3 * second + 1), of_zone(3 * second + 2), of_zone(3 * second + 3))
        for digest in budget.advance((second + 1) * 10**9):
            digests += 1
            told += len(digest.alerts)
    assert (notices, digests) == (2, 3)
    (last,) = budget.advance(2 * HOUR)
    assert told + len(last.alerts) + 2 * 3 == 3 * 3600


REASONS = st.sampled_from([FIRING, Reason.ESCALATED, Reason.RESOLVED])


@given(st.lists(st.tuples(st.integers(0, 40), REASONS, st.integers(1, 3)), max_size=60))
def test_whatever_comes_no_hour_has_more_than_the_budget_and_nothing_is_lost(
    steps: list[tuple[int, Reason, int]],
) -> None:
    budget, minute, number, at_minutes, told = two_an_hour(), 0, 0, list[int](), list[int]()
    digests = list[int]()
    for pause, reason, count in steps:
        minute += pause
        for digest in budget.advance(minute * MINUTE):
            digests.append(minute)
            told += digest.alerts
        alerts = [of_zone(number + each) for each in range(1, count + 1)]
        number += count
        if took(budget, minute, *alerts, reason=reason):
            at_minutes.append(minute)
            told += [alert.number for alert in alerts]
    told += [number for digest in budget.advance((minute + 15) * MINUTE) for number in digest.alerts]
    assert sorted(told) == list(range(1, number + 1))
    assert all(later - first >= 60 for first, later in zip(at_minutes, at_minutes[2:], strict=False))
    assert all(later - first >= 15 for first, later in pairwise(digests))


def test_a_restart_changes_nothing() -> None:
    budget = two_an_hour()
    for minute in range(5):
        took(budget, minute, of_zone(minute + 1), of_zone(minute + 100))
    saved = msgspec.msgpack.encode(budget.describe())
    other = two_an_hour()
    other.restore(msgspec.msgpack.decode(saved))
    assert msgspec.msgpack.encode(other.describe()) == saved
    assert not took(other, 6, of_zone(7))
    assert not took(budget, 6, of_zone(7))
    assert other.advance(HOUR) == budget.advance(HOUR) != []
