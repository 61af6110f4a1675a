"""Planned works, once and again and again, by the city's clock."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.notification.maintenance import PlannedWorks
from config.calendar import Calendar
from config.duty import Maintenance
from tests.alerts.notification.opened import of_device, of_zone

JAKARTA, BERLIN = "Asia/Jakarta", "Europe/Berlin"


def works(*settings: dict[str, Any], zone: str = JAKARTA, country: str = "") -> PlannedWorks:
    planned = [Maintenance.model_validate({"id": "pump", "why": "new bearings"} | each) for each in settings]
    return PlannedWorks(planned, Calendar(country=country), ZoneInfo(zone))


def at(text: str, zone: str = JAKARTA) -> int:
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))).timestamp()) * 10**9


def utc(time_ns: int | None) -> str:
    return "" if time_ns is None else datetime.fromtimestamp(time_ns // 10**9, UTC).strftime("%a %H:%M")


def muted(planned: PlannedWorks, text: str, zone: str = JAKARTA) -> bool:
    return planned.mutes(of_zone(), "parking", at(text, zone)) == "maintenance pump: new bearings"


def test_once_it_holds_between_two_times_of_the_citys_clock() -> None:
    planned = works({"begin": "2026-03-02T22:00:00", "end": "2026-03-03T04:00:00"})
    times = ("2026-03-02T21:59:59", "2026-03-02T22:00:00", "2026-03-03T03:59:59", "2026-03-03T04:00:00")
    assert [muted(planned, time) for time in times] == [False, True, True, False]


def test_a_time_with_an_offset_is_meant_as_it_stands() -> None:
    planned = works({"begin": "2026-03-02T22:00:00+08:00", "end": "2026-03-02T23:00:00+08:00"})
    assert [muted(planned, time) for time in ("2026-03-02T21:00:00", "2026-03-02T22:00:00")] == [True, False]


def test_with_only_a_begin_it_lasts() -> None:
    planned = works({"begin": "2026-03-02T22:00:00"})
    assert muted(planned, "2036-01-01T00:00:00")
    assert planned.next_due_ns(at("2026-03-03T00:00:00")) is None


def test_it_mutes_what_it_names() -> None:
    planned = works({"devices": ["p1"], "begin": "2026-03-02T22:00:00", "end": "2026-03-03T04:00:00"})
    now_ns = at("2026-03-02T23:00:00")
    assert planned.mutes(of_device(device="p1"), "water", now_ns) == "maintenance pump: new bearings"
    assert planned.mutes(of_device(device="p2"), "water", now_ns) == planned.mutes(of_zone(), "water", now_ns) == ""


def test_without_a_why_the_id_is_the_reason() -> None:
    planned = works({"why": "", "begin": "2026-03-02T22:00:00"})
    assert planned.mutes(of_zone(), "", at("2026-03-02T23:00:00")) == "maintenance pump"


@pytest.mark.parametrize(
    ("time", "holds"),
    [
        ("2026-03-02T22:30:00", True),  # Monday
        ("2026-03-03T01:59:00", True),
        ("2026-03-03T02:00:00", False),
        ("2026-03-03T22:30:00", False),
        ("2026-03-09T22:00:00", True),
        ("2026-03-02T01:00:00", False),
    ],
)
def test_again_and_again_it_spans_midnight(time: str, holds: bool) -> None:
    planned = works({"hours": {"days": ["mon"], "begin": "22:00", "end": "02:00"}})
    assert muted(planned, time) is holds


def test_it_tells_when_it_begins_and_ends_next() -> None:
    planned = works({"hours": {"days": ["mon"], "begin": "22:00", "end": "02:00"}})
    due = [utc(planned.next_due_ns(at(text))) for text in ("2026-03-02T12:00:00", "2026-03-02T23:00:00")]
    assert due == ["Mon 15:00", "Mon 19:00"]


def test_where_the_clock_is_set_forward_the_works_of_the_night_last_an_hour_less() -> None:
    planned = works({"hours": {"begin": "01:00", "end": "05:00"}}, zone=BERLIN)
    # On 29 March 2026 02:00 becomes 03:00.
    held = [hour for hour in range(24) if muted(planned, f"2026-03-28T{hour:02d}:30:00+00:00", BERLIN)]
    after = [hour for hour in range(24) if muted(planned, f"2026-03-29T{hour:02d}:30:00+00:00", BERLIN)]
    assert (held, after) == ([0, 1, 2, 3], [0, 1, 2, 23])


def test_where_the_clock_is_set_back_they_last_an_hour_more() -> None:
    planned = works({"hours": {"begin": "01:00", "end": "05:00"}}, zone=BERLIN)
    # On 25 October 2026 03:00 becomes 02:00.
    times = [f"2026-10-{day}T{hour:02d}:30:00+00:00" for day in (24, 25) for hour in range(24)]
    assert [time[8:13] for time in times if muted(planned, time, BERLIN)] == [
        *("24T00", "24T01", "24T02", "24T23"),
        *("25T00", "25T01", "25T02", "25T03"),
    ]


def test_works_that_rest_on_holidays() -> None:
    planned = works({"hours": {"begin": "08:00", "end": "16:00", "holidays": "never"}}, country="ID")
    # 17 August 2026, Independence Day, is a Monday.
    assert [muted(planned, f"2026-08-{day}T10:00:00") for day in (17, 18)] == [False, True]


def test_works_that_are_done_on_holidays_alone() -> None:
    planned = works({"hours": {"begin": "08:00", "end": "16:00", "holidays": "only"}}, country="ID")
    assert [muted(planned, f"2026-08-{day}T10:00:00") for day in (17, 18)] == [True, False]


def test_hours_and_times_together_hold_where_both_do() -> None:
    planned = works(
        {"begin": "2026-03-02T00:00:00", "end": "2026-03-04T00:00:00", "hours": {"begin": "08:00", "end": "16:00"}}
    )
    times = ("2026-03-01T10:00:00", "2026-03-02T10:00:00", "2026-03-02T20:00:00", "2026-03-04T10:00:00")
    assert [muted(planned, time) for time in times] == [False, True, False, False]
    assert planned.next_due_ns(at("2026-03-04T00:00:00")) is None


def test_each_change_is_due_once_in_a_row_of_times_as_they_come() -> None:
    planned = works(
        {"begin": "2026-03-02T22:00:00", "end": "2026-03-03T04:00:00"},
        {"hours": {"days": ["tue"], "begin": "03:00", "end": "05:00"}},
    )
    now_ns, changes = at("2026-03-02T12:00:00"), []
    for _ in range(5):
        due_ns = planned.next_due_ns(now_ns)
        assert due_ns is not None
        now_ns = due_ns
        changes.append((utc(now_ns), len(planned.holding(now_ns))))
    assert changes == [("Mon 15:00", 1), ("Mon 20:00", 2), ("Mon 21:00", 1), ("Mon 22:00", 0), ("Mon 20:00", 1)]


def test_a_clock_that_was_set_back_is_looked_at_anew() -> None:
    planned = works({"begin": "2026-03-02T22:00:00", "end": "2026-03-02T23:00:00"})
    times = ("2026-03-02T22:30:00", "2026-03-02T23:00:00", "2026-03-02T22:00:00", "2026-03-02T21:00:00")
    assert [muted(planned, time) for time in times] == [True, False, True, False]
