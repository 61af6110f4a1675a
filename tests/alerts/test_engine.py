"""Rules on what closes: which zones and devices they mean, what they say, and that a restart changes nothing."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from alerts.engine import AlertEvent, Engine
from config.alert_rules import Rule
from config.calendar import Calendar
from ingest.devices import DeviceTable
from processors.indicators.indicator_batch import IndicatorBatch
from processors.processor import Output
from processors.window_batch import ClosedWindow, WindowBatch
from tests.alerts.figures.windows import indicator, output

MINUTE = 60 * 10**9
NAN = float("nan")


def occupancy(minute: int, **zones: float) -> Output:
    """The indicator of each zone, with full coverage where it has a value."""
    value = np.array(list(zones.values()))
    batch = IndicatorBatch(
        size_ns=MINUTE,
        end_ns=minute * MINUTE,
        city=["bjn"] * len(zones),
        zone=list(zones),
        indicator=["parking_occupancy"] * len(zones),
        value=value,
        coverage=np.isfinite(value).astype(np.float64),
        quality=np.ones(len(zones)),
        revision=np.zeros(len(zones), np.int32),
    )
    return Output([], [batch])


def battery(minute: int, **devices: float) -> Output:
    """The last reading of devices d0, d1, ..., those that sent one."""
    rows = np.array([int(name[1:]) for name in devices], np.int32)
    window = WindowBatch(
        kind="bin",
        size_ns=MINUTE,
        end_ns=minute * MINUTE,
        device=rows,
        readings=np.ones(len(rows), np.int64),
        revision=np.zeros(len(rows), np.int32),
        fields={"battery_last": np.array(list(devices.values()))},
    )
    return Output([ClosedWindow(window, window)], [])


def full(**settings: Any) -> Rule:
    usual = {"id": "full", "indicator": "parking_occupancy", "size": "1m", "enter": 0.9}
    return Rule.model_validate(usual | settings)


def low(**settings: Any) -> Rule:
    usual = {"id": "low", "kind": "bin", "field": "battery_last", "size": "1m", "when": "<", "enter": 3.3}
    return Rule.model_validate(usual | settings)


def table() -> DeviceTable:
    devices = DeviceTable()
    for number in range(4):
        devices.row("bjn", "bin", f"b{number}", "north" if number < 2 else "south")
    return devices


def told(events: list[AlertEvent]) -> list[tuple[str, str, str]]:
    return [(event.rule.id, event.asset.device or event.asset.zone, event.change.value) for event in events]


def saved(engine: Engine) -> dict[str, Any]:
    """What a checkpoint gives back."""
    found: dict[str, Any] = msgspec.msgpack.decode(msgspec.msgpack.encode(engine.describe()))
    return found


def test_each_zone_has_an_alert_of_its_own_and_the_city_as_a_whole_none() -> None:
    alerts = Engine([full()], table())
    assert told(alerts.observe(occupancy(1, north=0.95, south=0.5, all=0.95), 0)) == [("full", "north", "firing")]
    assert told(alerts.observe(occupancy(2, north=0.95, south=0.95, all=0.95), 0)) == [("full", "south", "firing")]


def test_a_rule_may_mean_some_zones_only_or_the_whole_city() -> None:
    for zones, hit in ((["south"], ["south"]), (["all"], ["all"])):
        events = Engine([full(zones=zones)], table()).observe(occupancy(1, north=1, south=1, all=1), 0)
        assert [event.asset.zone for event in events] == hit


def test_each_device_has_an_alert_of_its_own() -> None:
    alerts = Engine([low()], table())
    assert told(alerts.observe(battery(1, d0=3.2, d1=3.4, d3=3.0), 0)) == [
        ("low", "b0", "firing"),
        ("low", "b3", "firing"),
    ]
    assert told(alerts.observe(battery(2, d0=3.4), 0)) == [("low", "b0", "resolved")]
    assert told(Engine([low(zones=["south"])], table()).observe(battery(1, d0=3, d3=3), 0)) == [("low", "b3", "firing")]
    assert told(Engine([low(devices=["b0"])], table()).observe(battery(1, d0=3, d3=3), 0)) == [("low", "b0", "firing")]


def test_an_event_says_what_was_seen_when_and_when_it_was_learned() -> None:
    (event,) = Engine([full()], table()).observe(occupancy(1, north=0.95), learned_ns=MINUTE + 2_000_000_000)
    assert (event.value, event.coverage, event.event_ns, event.learned_ns) == (
        0.95,
        1.0,
        MINUTE,
        MINUTE + 2_000_000_000,
    )
    assert event.asset == ("bjn", "north", "", "")


def test_windows_of_another_size_say_nothing() -> None:
    assert Engine([full(size="2m")], table()).observe(occupancy(1, north=0.95), 0) == []


def test_devices_that_appear_later_are_watched_too() -> None:
    devices = table()
    alerts = Engine([low(zones=["south"])], devices)
    alerts.observe(battery(1, d0=3.0), 0)
    devices.row("bjn", "bin", "b4", "south")
    assert told(alerts.observe(battery(2, d4=3.0), 0)) == [("low", "b4", "firing")]


def test_after_a_restart_everything_goes_on() -> None:
    rules = [full(**{"for": MINUTE}), low()]
    before = Engine(rules, table())
    before.observe(occupancy(1, south=0.5, north=0.95), 0)
    before.observe(battery(1, d2=3.0), 0)
    after = Engine(rules, table())
    assert after.restore(saved(before)) == []
    assert after.describe() == before.describe()
    assert told(after.observe(occupancy(2, north=0.95), 0)) == [("full", "north", "firing")]
    assert told(after.observe(battery(2, d2=4.0), 0)) == [("low", "b2", "resolved")]


def test_alerts_of_a_rule_that_was_changed_are_dropped_and_named() -> None:
    before = Engine([full(), low()], table())
    before.observe(occupancy(1, north=0.95), 0)
    after = Engine([full(enter=0.8), low()], table())
    assert [rule.id for rule in after.restore(saved(before))] == ["full"]
    assert told(after.observe(occupancy(2, north=0.85), 0)) == [("full", "north", "firing")]


def minute_of(text: str) -> int:
    """Minutes since 1970 of a time in Bojonegoro."""
    return int(datetime.fromisoformat(f"{text}+07:00").timestamp()) // 60


def at_night(**settings: Any) -> Engine:
    usual = {"id": "loud", "indicator": "noise", "size": "1m", "enter": 55}
    hours = {"begin": "22:00", "end": "06:00", "holidays": "never"}
    rule = Rule.model_validate({**usual, "hours": hours, **settings})
    return Engine([rule], table(), calendar=Calendar(), timezone=ZoneInfo("Asia/Jakarta"))


def noise(at: str, level: float) -> IndicatorBatch:
    """The window that ended then."""
    return indicator(minute_of(at), "noise", north=level)


def changed(of: Engine, *levels: tuple[str, float]) -> list[str]:
    events = [event for at, level in levels for event in of.observe(output(noise(at, level)), 0)]
    return [f"{event.change.value} {event.why}".strip() for event in events]


def test_the_window_that_ends_as_the_hours_begin_lies_before_them() -> None:
    night = at_night()
    assert changed(night, ("2026-11-23T21:59", 60), ("2026-11-23T22:00", 60)) == []
    assert changed(night, ("2026-11-23T22:01", 60)) == ["firing"]


def test_the_window_that_ends_as_the_hours_end_is_their_last() -> None:
    night = at_night()
    assert changed(night, ("2026-11-24T05:59", 60), ("2026-11-24T06:00", 60)) == ["firing"]
    assert changed(night, ("2026-11-24T06:01", 60)) == ["resolved outside its hours"]
    assert changed(night, ("2026-11-24T06:02", 60), ("2026-11-24T22:00", 60)) == []
    assert changed(night, ("2026-11-24T22:01", 60)) == ["firing"]


def test_what_was_pending_begins_anew_in_the_next_hours() -> None:
    slow = at_night(**{"for": 2 * MINUTE})
    assert changed(slow, ("2026-11-24T05:59", 60), ("2026-11-24T06:00", 60), ("2026-11-24T06:01", 60)) == [
        "pending",
        "lapsed outside its hours",
    ]


def test_on_a_holiday_it_rests() -> None:
    assert changed(at_night(), ("2026-08-17T23:00", 60)) == []
    assert changed(at_night(), ("2026-08-18T23:00", 60)) == ["firing"]


def test_late_readings_of_other_hours_change_nothing() -> None:
    night = at_night()
    assert changed(night, ("2026-11-23T22:01", 60), ("2026-11-23T21:30", 40)) == ["firing"]
