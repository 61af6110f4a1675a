"""Runs that go on with other windows of the city's clock, or another clock.

What goes on is whole, the rest is not written.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from config.periods import Period
from config.settings import Quantity, Windows
from processors.state import civil_anew, dump
from tests.processors.batches import SECOND_NS, Fed, at, row, windows

JAKARTA, MAKASSAR = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Makassar")


def with_civil(*civil: Period) -> Windows:
    return windows("10s", "15m", civil=civil)


def going_on(fed: Fed, settings: Windows, timezone: ZoneInfo | None = None) -> list[str]:
    """Restarted with that; the sizes that are said to have begun anew."""
    document = msgspec.msgpack.decode(dump(fed.processor.state))
    fed.restart(settings, timezone=timezone)
    return civil_anew(document, fed.processor.state, [])


def each_quarter(fed: Fed, first: str, last: str) -> None:
    """A reading of value 1 five minutes into each quarter of an hour; windows close after each."""
    time_ns = at(first)
    while time_ns < at(last):
        clock = datetime.fromtimestamp(time_ns // SECOND_NS, tz=ZoneInfo("UTC")).strftime("%H:%M:%S")
        fed.take(row(0, clock, v=1), received=time_ns)
        time_ns += 900 * SECOND_NS
        fed.advance(time_ns - 600 * SECOND_NS)


def counts(fed: Fed, size: str) -> dict[str, float]:
    """Hour and minute at which a window ended, in UTC -> readings in it."""
    return {
        datetime.fromtimestamp(closed.end_ns // SECOND_NS, tz=ZoneInfo("UTC")).strftime("%H:%M"): float(
            closed.readings.sum()
        )
        for closed in fed.written
        if closed.size == size
    }


def test_a_restart_with_the_same_windows_changes_nothing() -> None:
    fed = Fed(with_civil("hour", "day"), timezone=JAKARTA)
    each_quarter(fed, "10:05:00", "12:30:00")
    assert going_on(fed, with_civil("hour", "day")) == []
    each_quarter(fed, "12:35:00", "17:30:00")
    assert counts(fed, "1h") == {"11:00": 4, "12:00": 4, "13:00": 4, "14:00": 4, "15:00": 4, "16:00": 4, "17:00": 4}
    assert counts(fed, "1d") == {"17:00": 28}


def test_an_hour_that_is_configured_in_its_midst_is_not_written_and_the_next_one_is_whole() -> None:
    fed = Fed(with_civil(), timezone=JAKARTA)
    each_quarter(fed, "10:05:00", "12:30:00")
    assert going_on(fed, with_civil("hour", "day")) == ["1h", "1d"]
    each_quarter(fed, "12:35:00", "18:30:00")
    assert counts(fed, "1h") == {"14:00": 4, "15:00": 4, "16:00": 4, "17:00": 4, "18:00": 4}
    assert counts(fed, "1d") == {}
    assert counts(fed, "15m")["12:45"] == 1


def test_an_hour_whose_first_quarter_is_still_open_when_it_is_configured_is_whole() -> None:
    fed = Fed(with_civil(), timezone=JAKARTA)
    each_quarter(fed, "10:05:00", "12:10:00")
    assert going_on(fed, with_civil("hour")) == []
    each_quarter(fed, "12:20:00", "13:10:00")
    assert counts(fed, "1h") == {"13:00": 4}


def test_a_day_stays_whole_when_hours_are_no_longer_asked_for() -> None:
    fed = Fed(with_civil("hour", "day"), timezone=JAKARTA)
    each_quarter(fed, "10:05:00", "12:30:00")
    assert going_on(fed, with_civil("day")) == []
    each_quarter(fed, "12:35:00", "17:10:00")
    assert counts(fed, "1d") == {"17:00": 28}
    assert "13:00" not in counts(fed, "1h")


def test_a_day_stays_whole_when_hours_are_asked_for_in_its_midst() -> None:
    fed = Fed(with_civil("day"), timezone=JAKARTA)
    each_quarter(fed, "10:05:00", "12:30:00")
    assert going_on(fed, with_civil("hour", "day")) == ["1h"]
    each_quarter(fed, "12:35:00", "17:10:00")
    assert counts(fed, "1d") == {"17:00": 28}
    assert counts(fed, "1h") == {"14:00": 4, "15:00": 4, "16:00": 4, "17:00": 4}


def test_late_readings_of_an_hour_that_is_not_written_reach_the_day_once() -> None:
    fed = Fed(with_civil("day"), timezone=JAKARTA)
    each_quarter(fed, "10:05:00", "12:30:00")
    going_on(fed, with_civil("hour", "day"))
    fed.take(row(0, "12:11:00", v=1), row(0, "12:26:00", v=1), received="12:36:00")
    each_quarter(fed, "12:35:00", "17:10:00")
    assert counts(fed, "1d") == {"17:00": 30}


def test_with_another_clock_hours_go_on_and_days_begin_at_its_next_midnight() -> None:
    fed = Fed(with_civil("hour", "day", "week", "month"), timezone=JAKARTA)
    each_quarter(fed, "10:05:00", "12:30:00")
    assert going_on(fed, with_civil("hour", "day", "week", "month"), MAKASSAR) == ["1d", "1w", "1mo"]
    each_quarter(fed, "12:35:00", "16:30:00")
    assert counts(fed, "1h") == {"11:00": 4, "12:00": 4, "13:00": 4, "14:00": 4, "15:00": 4, "16:00": 4}
    assert counts(fed, "1d") == {}
    fed.finish()
    assert counts(fed, "1d") == {"16:00": 2}, "of the new day, which ends a day later"


def test_what_was_said_once_is_not_said_at_the_next_restart() -> None:
    fed = Fed(with_civil(), timezone=JAKARTA)
    each_quarter(fed, "10:05:00", "12:30:00")
    assert going_on(fed, with_civil("day")) == ["1d"]
    assert going_on(fed, with_civil("day")) == []
    assert going_on(fed, with_civil("day", "week")) == ["1w"]


def test_a_counter_steps_into_a_day_from_the_reading_before_it_also_after_a_change() -> None:
    fed = Fed(with_civil("hour", "day"), {"energy": Quantity(kind="counter")}, timezone=JAKARTA)
    fed.take(row(0, "16:50:00", energy=100))
    fed.advance("17:00:10")
    fed.take(row(0, "17:05:00", energy=130))
    fed.advance("17:10:00")
    fed.restart(with_civil("day"), fed.quantities)
    fed.take(row(0, "18:05:00", energy=150))
    fed.finish()
    (day,) = [closed for closed in fed.written if closed.size == "1d" and closed.end_ns > at("20:00:00")]
    assert day.fields["energy_increase"].tolist() == [50]


@pytest.mark.parametrize("again", [(), ("hour",), ("day",), ("month",)])
def test_windows_that_are_no_longer_asked_for_leave_nothing_behind(again: tuple[Period, ...]) -> None:
    fed = Fed(with_civil("hour", "day", "week", "month"), timezone=JAKARTA)
    each_quarter(fed, "10:05:00", "12:30:00")
    fed.restart(with_civil(*again))
    kept = fed.processor.state.kinds[fed.kind]
    assert {kept.shapes[shape].size for shape, _ in kept.windows} - {"10s", "15m"} <= {
        shape.size for shape in kept.plan.civil
    }
    assert [shape.period for shape in kept.plan.civil] == list(again)
    fed.restart(with_civil(*again))
