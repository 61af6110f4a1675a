"""A rule outside its hours begins nothing, and what it had begun ends."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from alerts.engine import Engine
from config.alert_rules import Rule
from config.calendar import Calendar
from processors.indicators.indicator_batch import IndicatorBatch
from tests.alerts.figures.windows import MINUTE, indicator, output, table


def minute_of(text: str) -> int:
    """Minutes since 1970 of a time in Bojonegoro."""
    return int(datetime.fromisoformat(f"{text}+07:00").timestamp()) // 60


def engine(**settings: Any) -> Engine:
    usual = {"id": "loud", "indicator": "noise", "size": "1m", "enter": 55}
    hours = {"begin": "22:00", "end": "06:00", "holidays": "never"}
    rule = Rule.model_validate({**usual, "hours": hours, **settings})
    return Engine([rule], table(), calendar=Calendar(), timezone=ZoneInfo("Asia/Jakarta"))


def noise(at: str, level: float) -> IndicatorBatch:
    """The window that ended then."""
    return indicator(minute_of(at), "noise", north=level)


def seen(of: Engine, *levels: tuple[str, float]) -> list[str]:
    events = [event for at, level in levels for event in of.observe(output(noise(at, level)), 0)]
    return [f"{event.change.value} {event.why}".strip() for event in events]


def test_the_window_that_ends_as_the_hours_begin_lies_before_them() -> None:
    night = engine()
    assert seen(night, ("2026-11-23T21:59", 60), ("2026-11-23T22:00", 60)) == []
    assert seen(night, ("2026-11-23T22:01", 60)) == ["firing"]


def test_the_window_that_ends_as_the_hours_end_is_their_last() -> None:
    night = engine()
    assert seen(night, ("2026-11-24T05:59", 60), ("2026-11-24T06:00", 60)) == ["firing"]
    assert seen(night, ("2026-11-24T06:01", 60)) == ["resolved outside its hours"]
    assert seen(night, ("2026-11-24T06:02", 60), ("2026-11-24T22:00", 60)) == []
    assert seen(night, ("2026-11-24T22:01", 60)) == ["firing"]


def test_what_was_pending_begins_anew_in_the_next_hours() -> None:
    slow = engine(**{"for": 2 * MINUTE})
    assert seen(slow, ("2026-11-24T05:59", 60), ("2026-11-24T06:00", 60), ("2026-11-24T06:01", 60)) == [
        "pending",
        "lapsed outside its hours",
    ]


def test_on_a_holiday_it_rests() -> None:
    assert seen(engine(), ("2026-08-17T23:00", 60)) == []
    assert seen(engine(), ("2026-08-18T23:00", 60)) == ["firing"]


def test_late_readings_of_other_hours_change_nothing() -> None:
    night = engine()
    assert seen(night, ("2026-11-23T22:01", 60), ("2026-11-23T21:30", 40)) == ["firing"]
