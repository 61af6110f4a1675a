"""Rules on single readings: an alert before any window closes, and no more state than what is open."""

from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest

from alerts.desk import Alerts
from alerts.engine import AlertEvent, Engine
from alerts.figures.readings import fresh, recent
from config.alert_rules import Rule
from config.duty import Notification
from config.settings import Kind, Quantity, Settings
from ingest.devices import DeviceTable
from ingest.readings import ReadingBatch
from tests.alerts.figures.windows import indicator, output

SECOND = 10**9
NAN = float("nan")
KINDS = {"water": Kind(quantities={"level": Quantity(min=0, max=2_000)})}


def flood(**settings: Any) -> Rule:
    usual = {"id": "flood", "kind": "water", "quantity": "level", "when": ">=", "enter": 950, "exit": 900}
    return Rule.model_validate(usual | settings)


def table() -> DeviceTable:
    devices = DeviceTable()
    for number in range(4):
        devices.row("jkt", "water", f"w{number}", "north" if number < 2 else "south")
    return devices


def engine(*rules: Rule) -> Engine:
    return Engine(rules or [flood()], table(), KINDS)


def levels(*readings: tuple[int, float, float], received: float = 0, behind: bool = False) -> ReadingBatch:
    """(device, second, level) of each, in the order of arrival."""
    device = np.array([row for row, _, _ in readings], np.int32)
    return ReadingBatch(
        source="mqtt",
        kind="water",
        quantities=("battery", "level"),
        device=device,
        stream=device,
        time_ns=np.array([int(second * SECOND) for _, second, _ in readings], np.int64),
        timed=np.ones(len(readings), np.bool_),
        sequence=np.full(len(readings), -1),
        values=np.array([[3.6] * len(readings), [level for _, _, level in readings]]),
        message=np.arange(len(readings)),
        received_ns=int(received * SECOND),
        behind=behind,
    )


def heard(alerts: Engine, *readings: tuple[int, float, float]) -> list[tuple[str, str, float, float]]:
    return told(alerts.hear([levels(*readings)], 10**15))


def told(events: list[AlertEvent]) -> list[tuple[str, str, float, float]]:
    return [(each.asset.device, each.change.value, each.event_ns / SECOND, each.value) for each in events]


def test_a_single_reading_fires_at_its_own_time_and_one_beyond_exit_ends_it() -> None:
    alerts = engine()
    assert heard(alerts, (0, 1.25, 940.0), (1, 1.5, 960.0)) == [("w1", "firing", 1.5, 960.0)]
    assert heard(alerts, (1, 2, 910.0)) == []
    assert heard(alerts, (1, 3, 899.0), (0, 3, 700.0)) == [("w1", "resolved", 3, 899.0)]


def test_the_event_says_when_it_was_learned_and_of_recorded_data_that_it_was_known_at_once() -> None:
    (live,) = engine().hear([levels((0, 1, 960.0))], 7 * SECOND)
    (recorded,) = engine().hear([levels((0, 1, 960.0))], None)
    assert (live.event_ns, live.learned_ns) == (1 * SECOND, 7 * SECOND)
    assert (recorded.event_ns, recorded.learned_ns) == (1 * SECOND, 1 * SECOND)
    assert (live.asset.city, live.asset.zone, live.asset.kind, live.coverage) == ("jkt", "north", "water", 1.0)


def test_several_readings_of_a_device_are_taken_in_the_order_of_their_times() -> None:
    alerts = engine()
    assert heard(alerts, (0, 3, 700.0), (0, 1, 700.0), (0, 2, 960.0)) == [
        ("w0", "firing", 2, 960.0),
        ("w0", "resolved", 3, 700.0),
    ]
    assert heard(alerts, (0, 4, 960.0), (0, 5, 970.0)) == [("w0", "firing", 4, 960.0)]


def test_for_and_keep_are_counted_in_the_readings_own_time() -> None:
    alerts = engine(flood(**{"for": "10s"}, keep="5s"))
    assert heard(alerts, (0, 100, 960.0)) == [("w0", "pending", 100, 960.0)]
    assert heard(alerts, (0, 109, 955.0)) == []
    assert heard(alerts, (0, 110, 958.0)) == [("w0", "firing", 110, 958.0)]
    assert heard(alerts, (0, 111, 800.0), (0, 115, 905.0), (0, 117, 800.0)) == []
    assert heard(alerts, (0, 122, 800.0)) == [("w0", "resolved", 122, 800.0)]


def test_what_is_over_before_for_has_passed_lapses() -> None:
    alerts = engine(flood(**{"for": "10s"}))
    assert heard(alerts, (0, 100, 960.0), (0, 105, 940.0)) == [
        ("w0", "pending", 100, 960.0),
        ("w0", "lapsed", 105, 940.0),
    ]
    assert heard(alerts, (0, 106, 960.0)) == [("w0", "pending", 106, 960.0)]


def test_a_reading_that_is_older_than_what_was_heard_of_an_open_alert_says_nothing() -> None:
    alerts = engine()
    assert heard(alerts, (0, 10, 960.0)) == [("w0", "firing", 10, 960.0)]
    assert heard(alerts, (0, 9, 100.0)) == []
    assert heard(alerts, (0, 11, 100.0)) == [("w0", "resolved", 11, 100.0)]


def test_readings_without_the_quantity_and_implausible_ones_say_nothing() -> None:
    alerts = engine()
    assert heard(alerts, (0, 1, NAN), (1, 1, 2_001.0), (2, 1, 2_000.0)) == [("w2", "firing", 1, 2_000.0)]
    assert heard(alerts, (2, 2, -1.0), (2, 3, NAN)) == []


def test_a_rule_may_mean_some_zones_or_devices_only() -> None:
    every = [(number, 1, 960.0) for number in range(4)]
    assert [each[0] for each in heard(engine(flood(zones=["south"])), *every)] == ["w2", "w3"]
    assert [each[0] for each in heard(engine(flood(devices=["w1", "w3"])), *every)] == ["w1", "w3"]
    assert [each[0] for each in heard(engine(flood(devices=["w1"], zones=["south"])), *every)] == []


def test_below_works_as_above_does() -> None:
    alerts = engine(flood(when="<", enter=100, exit=150))
    assert heard(alerts, (0, 1, 100.0)) == []
    assert heard(alerts, (0, 2, 99.0), (0, 3, 149.0), (0, 4, 150.0)) == [
        ("w0", "firing", 2, 99.0),
        ("w0", "resolved", 4, 150.0),
    ]


def test_silence_makes_an_alert_stale_and_a_reading_ends_that() -> None:
    alerts = engine(flood(stale_after="1m"))
    heard(alerts, (0, 100, 960.0), (1, 130, 960.0))
    assert alerts.next_due_ns == 160 * SECOND
    assert alerts.fall_silent(159 * SECOND) == []
    assert told(alerts.fall_silent(160 * SECOND)) == [("w0", "stale", 160, 960.0)]
    assert alerts.next_due_ns == 190 * SECOND
    assert heard(alerts, (0, 161, 955.0)) == [("w0", "heard", 161, 955.0)]
    assert alerts.next_due_ns == 190 * SECOND


def test_a_restart_goes_on_with_what_was_open() -> None:
    rule = flood(**{"for": "10s"})
    before, after = engine(rule), engine(rule)
    heard(before, (0, 100, 960.0), (1, 95, 960.0), (1, 105, 970.0))
    assert after.restore(msgspec.msgpack.decode(msgspec.msgpack.encode(before.describe()))) == []
    assert after.describe() == before.describe()
    rest = ((0, 110, 960.0), (1, 111, 100.0))
    assert heard(after, *rest) == heard(before, *rest) == [("w0", "firing", 110, 960.0), ("w1", "resolved", 111, 100.0)]


def test_a_rule_that_is_another_now_begins_anew_and_is_named() -> None:
    before, after = engine(), engine(flood(enter=940))
    heard(before, (0, 100, 960.0))
    assert [rule.id for rule in after.restore(before.describe())] == ["flood"]
    assert heard(after, (0, 101, 960.0)) == [("w0", "firing", 101, 960.0)]


def test_of_an_upload_of_thousands_of_readings_only_the_newest_are_judged_live_and_all_of_recorded_ones() -> None:
    upload = [(0, second, 960.0 if second == 10 else 100.0) for second in range(1_000)]
    assert told(engine().hear([levels(*upload)], 1_000 * SECOND)) == []
    assert [each[1] for each in told(engine().hear([levels(*upload)], None))] == ["firing", "resolved"]


def test_backtests_count_what_was_judged() -> None:
    alerts = engine(flood(zones=["south"]))
    alerts.judged = {}
    heard(alerts, (0, 1, 100.0), (2, 1, 100.0), (3, 1, NAN), (3, 2, 960.0))
    assert alerts.judged == {"flood": [2, 0]}


def test_a_backlog_and_what_was_old_when_it_came_are_no_news() -> None:
    batches = [levels((0, 40, 1.0), (1, 41, 2.0), received=101), levels((2, 100, 3.0), received=101, behind=True)]
    (kept,) = recent(batches, 60 * SECOND)
    assert kept.device.tolist() == [1]


def test_after_a_backlog_the_first_reading_that_is_news_fires_once() -> None:
    settings = Settings(rules=(flood(),), kinds=KINDS, notification=Notification(backlog_limit=60 * SECOND))
    desk = Alerts(settings, table())
    told = []
    for time, received, behind in ((10, 100, False), (95, 100, True), (110, 111, False), (120, 121, False)):
        batch = levels((0, time, 960.0), received=received, behind=behind)
        told.append([str(event.change) for event in desk.hear([batch], received * SECOND).events])
    assert told == [[], [], ["firing"], []]


@pytest.mark.parametrize(("accepted", "kept"), [([True, True, True], [1, 2]), ([True, False, True], [2])])
def test_a_reading_is_news_when_it_was_accepted_and_is_later_than_what_was_heard(
    accepted: list[bool], kept: list[int]
) -> None:
    batch = levels((0, 10, 1.0), (1, 11, 2.0), (2, 12, 3.0))
    newest_ns = np.array([10, 10, 0]) * SECOND
    assert fresh(batch, np.array(accepted), newest_ns).device.tolist() == kept


def random_levels(seed: int) -> list[tuple[int, float, float]]:
    random = np.random.default_rng(seed)
    seconds = np.sort(random.integers(0, 200, 60))
    return [
        (int(random.integers(3)), float(second), float(random.choice([80, 910, 960], p=[0.3, 0.2, 0.5])))
        for second in seconds
    ]


@pytest.mark.parametrize("seed", range(20))
def test_it_makes_no_difference_how_readings_are_cut_into_batches(seed: int) -> None:
    rule = flood(**{"for": "5s"}, keep="3s")
    readings = random_levels(seed)
    whole = sorted(heard(engine(rule), *readings))
    alerts, cut = engine(rule), list[tuple[str, str, float, float]]()
    for at in range(0, len(readings), 1 + seed % 7):
        cut += heard(alerts, *readings[at : at + 1 + seed % 7])
    assert sorted(cut) == whole
    assert {"lapsed", "firing"} <= {each[1] for each in whole}


@pytest.mark.parametrize("seed", range(20))
def test_the_columns_say_what_one_device_after_the_other_says(seed: int) -> None:
    readings = random_levels(seed)
    found = heard(engine(flood(**{"for": "5s"}, keep="3s")), *readings)
    wanted = []
    for device in range(3):
        wanted += list(plainly(device, [each for each in readings if each[0] == device], 5, 3))
    assert sorted(found) == sorted(wanted)


def plainly(device: int, readings: list[tuple[int, float, float]], lasting: float, keep: float) -> Any:
    """The same rule as a person would write it down."""
    name, state, since, clear = f"w{device}", "", 0.0, None
    for _, second, level in readings:
        if state == "firing":
            clear = None if level >= 900 else (second if clear is None else clear)
            if clear is not None and second - clear >= keep:
                state = ""
                yield name, "resolved", second, level
            continue
        if level < 950:
            if state:
                yield name, "lapsed", second, level
            state = ""
            continue
        if not state:
            state, since, clear = "pending", second, None
            yield name, "pending", second, level
        elif second - since >= lasting:
            state = "firing"
            yield name, "firing", second, level


def test_outside_the_hours_of_the_rule_nothing_begins_and_what_there_is_ends() -> None:
    """The clock of UTC: the rule holds until 0:10, and again a day later."""
    alerts = engine(flood(hours={"begin": "00:00", "end": "00:10"}))

    def at(second: int, level: float) -> list[tuple[str, str]]:
        events = alerts.hear([levels((0, second, level), received=second)], second * SECOND)
        return [(event.change.value, event.why) for event in events]

    assert at(598, 960) == [("firing", "")]
    assert at(600, 960) == [("resolved", "outside its hours")]
    assert at(601, 990) == []
    assert at(86_400, 960) == [("firing", "")]


def test_a_rule_that_is_made_of_one_on_readings_follows_at_the_next_closing() -> None:
    wet = Rule.model_validate({"id": "wet", "indicator": "rain", "size": "1m", "enter": 10})
    alerts = engine(flood(), wet, Rule.model_validate({"id": "both", "all": ["flood", "wet"]}))
    alerts.hear([levels((2, 50, 960), received=50)], 50 * SECOND)
    events = alerts.observe(output(replace(indicator(1, "rain", south=20), city=["jkt"])), 60 * SECOND)
    assert [(event.rule.id, event.asset.zone, event.change.value) for event in events] == [
        ("wet", "south", "firing"),
        ("both", "south", "firing"),
    ]


def test_the_clock_tells_that_an_alert_has_fallen_silent() -> None:
    rule = flood(stale_after="1m")
    desk = Alerts(Settings(rules=(rule,)), table())
    desk.hear([levels((0, 100, 960.0), received=101)], 101 * SECOND)
    assert desk.next_due_ns == 160 * SECOND
    assert told(desk.advance(159 * SECOND).events) == []
    assert told(desk.advance(160 * SECOND).events) == [("w0", "stale", 160, 960.0)]
    assert (desk.book.alerts[0].stale, desk.next_due_ns) == (True, None)
