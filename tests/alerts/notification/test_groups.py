"""Groups, told a minute apart."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.notification.groups import Groups, group_key
from config.alert_rules import Rule
from config.duty import GroupBy
from tests.alerts.notification.opened import MINUTE, SECOND, of_device, of_zone

SILENT = Rule(id="silent", kind="bin", field="silent_intervals", size="1m", cause="power")
KOTA = ("silent", "kota")


def test_the_first_is_told_at_once_and_those_that_join_a_minute_later_together() -> None:
    groups = Groups(MINUTE)
    assert groups.join(KOTA, 1, 0)
    assert not groups.join(KOTA, 2, 10 * SECOND)
    assert not groups.join(KOTA, 3, 20 * SECOND)
    assert groups.next_due_ns() == MINUTE
    assert groups.advance(MINUTE - 1) == []
    assert groups.advance(MINUTE) == [[2, 3]]


def test_while_others_join_it_is_told_once_a_minute() -> None:
    groups = Groups(MINUTE)
    groups.join(KOTA, 1, 0)
    groups.join(KOTA, 2, 50 * SECOND)
    groups.advance(MINUTE)
    assert not groups.join(KOTA, 3, 61 * SECOND)
    assert groups.advance(2 * MINUTE) == [[3]]


def test_after_a_minute_without_any_the_next_is_the_first_again() -> None:
    groups = Groups(MINUTE)
    groups.join(KOTA, 1, 0)
    assert groups.next_due_ns() is None
    assert groups.join(KOTA, 2, MINUTE)


def test_groups_do_not_wait_for_each_other() -> None:
    groups = Groups(MINUTE)
    assert groups.join(KOTA, 1, 0)
    assert groups.join(("silent", "dander"), 2, 30 * SECOND)
    groups.join(("silent", "dander"), 3, 40 * SECOND)
    groups.join(KOTA, 4, 50 * SECOND)
    assert groups.advance(80 * SECOND) == [[4]]
    assert groups.advance(90 * SECOND) == [[3]]


def test_one_that_ends_before_it_was_told_is_not_told() -> None:
    groups = Groups(MINUTE)
    groups.join(KOTA, 1, 0)
    groups.join(KOTA, 2, 10 * SECOND)
    assert groups.leave(2)
    assert not groups.leave(2)
    assert not groups.leave(1)
    assert groups.advance(MINUTE) == []


def test_with_no_interval_each_is_told_at_once() -> None:
    groups = Groups(0)
    assert all(groups.join(KOTA, number, 0) for number in (1, 2, 3))
    assert groups.next_due_ns() is None


def test_a_storm_is_told_as_one() -> None:
    groups = Groups(MINUTE)
    at_once = sum(groups.join(KOTA, number, number) for number in range(100_000))
    assert at_once == 1
    (together,) = groups.advance(MINUTE)
    assert together == list(range(1, 100_000))
    assert groups.advance(2 * MINUTE) == []
    assert groups.describe() == []


@pytest.mark.parametrize(
    ("by", "key"),
    [
        (("rule", "zone"), ("silent", "kota")),
        (("kind", "city"), ("bin", "bjn")),
        (("gateway",), ("gw-1",)),
        (("cause",), ("power",)),
        (("office", "severity"), ("dlh", "warning")),
        ((), ("silent", "bjn", "kota", "bin", "b1")),
    ],
)
def test_what_a_group_has_in_common(by: tuple[GroupBy, ...], key: tuple[str, ...]) -> None:
    assert group_key(by, of_device(), SILENT, "bin", "dlh", "gw-1") == key


def test_what_has_no_gateway_or_cause_stands_for_itself() -> None:
    plain = SILENT.model_copy(update={"cause": ""})
    assert group_key(("gateway", "cause"), of_device(), plain, "bin", "", "") == ("bjn/kota/bin/b1", "silent")
    kota = group_key(("gateway",), of_zone(), plain, "parking", "", "")
    assert kota != group_key(("gateway",), of_zone(zone="dander"), plain, "parking", "", "")


@given(
    st.lists(st.tuples(st.sampled_from(["join", "leave", "clock"]), st.integers(0, 3), st.integers(0, 90)), max_size=60)
)
def test_whatever_happens_each_is_told_once_unless_it_has_left(steps: list[tuple[str, int, int]]) -> None:
    groups, second, number, told, left = Groups(MINUTE), 0, 0, list[int](), set[int]()
    for what, which, pause in steps:
        second += pause
        if what == "clock":
            told += [alert for together in groups.advance(second * SECOND) for alert in together]
        elif what == "join":
            number += 1
            told += [number] if groups.join(("silent", str(which)), number, second * SECOND) else []
        elif groups.leave(number - which):
            left.add(number - which)
    told += [alert for together in groups.advance((second + 60) * SECOND) for alert in together]
    assert sorted([*told, *left]) == list(range(1, number + 1))
    assert groups.next_due_ns() is None


def test_a_restart_changes_nothing() -> None:
    groups = Groups(MINUTE)
    groups.join(KOTA, 1, 0)
    groups.join(KOTA, 2, SECOND)
    groups.join(("silent", "dander"), 3, SECOND)
    saved = msgspec.msgpack.encode(groups.describe())
    other = Groups(MINUTE)
    other.restore(msgspec.msgpack.decode(saved))
    assert msgspec.msgpack.encode(other.describe()) == saved
    assert not other.join(KOTA, 4, 2 * SECOND)
    assert other.leave(2)
    assert other.advance(MINUTE) == [[4]]
