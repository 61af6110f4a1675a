"""What the judges keep is the processor's: saved, restored, bounded, and the same whoever comes first."""

from itertools import pairwise

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

import processors.quality.anomaly
from config.settings import Kind, Quantity
from processors.processor import Processor
from processors.state import dump, load
from tests.processors.batches import SECOND_NS, Fed, Row, windows
from tests.processors.quality.minutes import BEGIN, MINUTE_NS, figures, flags, send, station, trembling
from tests.processors.test_state import everything

QUANTITY = Quantity(min=-50, max=1000, max_change=300, drift=20)
DEVICES = 5
VALUE = st.sampled_from([None, -99.0, 0.0, 10.0, 11.5, 12.0, 500.0])
SENDING = st.tuples(VALUE, st.sampled_from([0, 0, 0, 0, 90, 400, -4000]))
MINUTES = st.lists(st.lists(SENDING, min_size=DEVICES, max_size=DEVICES), min_size=2, max_size=20)


def run(minutes: list[list[tuple[float | None, int]]], order: list[int], interrupted: set[int], step: int = 5) -> Fed:
    """Each device sends a value with a time so many seconds ago, every `step` minutes; the devices in this order."""
    fed = Fed(windows("10s", "1m", "15m", lateness="1h"), {"v": QUANTITY}, devices=DEVICES)
    for number, sent in enumerate(minutes):
        if number in interrupted:
            fed.restart()
        now_ns = BEGIN + number * step * MINUTE_NS
        rows = [
            Row(place, now_ns - late * SECOND_NS, {"v": value})
            for place, device in enumerate(order)
            for value, late in [sent[device]]
            if value is not None
        ]
        if rows:
            fed.take(*rows, received=now_ns + SECOND_NS)
        fed.advance(now_ns + MINUTE_NS)
    return fed


@examples(max_examples=40)
@given(minutes=MINUTES, data=st.data())
def test_an_interrupted_run_judges_as_one_that_was_not_byte_for_byte(
    minutes: list[list[tuple[float | None, int]]], data: st.DataObject
) -> None:
    interrupted = data.draw(st.sets(st.integers(0, len(minutes)), min_size=1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processors.quality.anomaly, "_ALL_HOURS", 1)
        whole = run(minutes, list(range(DEVICES)), set())
        parts = run(minutes, list(range(DEVICES)), interrupted)
    assert everything(whole.outputs) == everything(parts.outputs)
    assert dump(whole.processor.state) == dump(parts.processor.state)


@examples(max_examples=40)
@given(minutes=MINUTES, order=st.permutations(range(DEVICES)))
def test_the_order_of_the_devices_changes_nothing(
    minutes: list[list[tuple[float | None, int]]], order: list[int]
) -> None:
    one, other = run(minutes, list(range(DEVICES)), set()), run(minutes, order, set())
    for (size_ns, end_ns, device), fields in one.final.items():
        assert other.final[size_ns, end_ns, order.index(device)] == pytest.approx(fields, rel=1e-6)


def test_two_weeks_of_scores_survive_a_restart_each_day() -> None:
    whole, parts = (Fed(windows("15m", lateness="1h"), {"v": Quantity()}, devices=3) for _ in range(2))
    draw = np.random.default_rng(3)
    for number in range(96 * 14):
        now_ns = BEGIN + number * 900 * SECOND_NS
        values = 50 + 30 * np.sin(number / 96 * 2 * np.pi) + draw.normal(size=3)
        for fed in (whole, parts):
            fed.take(*(Row(device, now_ns, {"v": float(value)}) for device, value in enumerate(values)))
            fed.advance(now_ns + 900 * SECOND_NS)
        if number % 96 == 50:
            parts.restart()
    assert everything(whole.outputs) == everything(parts.outputs)
    scored = [fields["v_anomaly"] for fields in whole.final.values() if "v_anomaly" in fields]
    assert len(scored) > 3 * 96 * 10
    assert np.median(scored) < 1.5


def with_series(limit: int) -> Fed:
    fed = Fed(windows("15m", lateness="1h").model_copy(update={"anomaly_series": limit}), devices=4)
    for number in range(4):
        now_ns = BEGIN + number * 900 * SECOND_NS
        fed.take(*(Row(device, now_ns, {"v": 1.0 + number, "w": 2.0 + number}) for device in range(4)))
        fed.advance(now_ns + 900 * SECOND_NS)
    return fed


@pytest.mark.parametrize(("limit", "kept"), [(0, {"v": 0, "w": 0}), (5, {"v": 4, "w": 1}), (100, {"v": 4, "w": 4})])
def test_no_more_series_are_kept_than_the_limit_says(limit: int, kept: dict[str, int]) -> None:
    seasons = with_series(limit).processor.state.quality["street"].seasons
    assert {name: each.places for name, each in seasons.items()} == kept


def test_nothing_is_scored_at_ten_seconds() -> None:
    fed = Fed(windows("10s", lateness="1h"), devices=2)
    for number in range(10):
        now_ns = BEGIN + number * 10 * SECOND_NS
        fed.take(*(Row(device, now_ns, {"v": float(number)}) for device in range(2)))
        fed.advance(now_ns + 10 * SECOND_NS)
    assert fed.processor.state.quality["street"].seasons == {}


def test_what_a_minute_found_stands_in_the_quarter_of_an_hour_that_holds_it() -> None:
    fed = station(Quantity(), 4, "1m", "15m")
    for minute in range(30):
        values = trembling(minute, 4)
        send(fed, [values[0] + 50 * (minute == 20), *values[1:]], first=minute)
    assert [flags(fed, minute, 0) for minute in (19, 20, 21)] == [0, 4, 0]
    assert [flags(fed, minute, 0, minutes=15) for minute in (14, 29)] == [0, 4]
    assert figures(fed, 29, minutes=15)["street_data_quality"] == pytest.approx(3 / 4)


def test_a_sensor_that_leaves_its_neighbours_drifts_after_the_time_that_it_takes() -> None:
    fed = Fed(windows("15m", lateness="1h"), {"v": Quantity(drift=4)}, devices=6)
    for number in range(200):
        now_ns = BEGIN + number * 900 * SECOND_NS
        values = trembling(number, 6)
        values[0] += number * 0.05
        fed.take(*(Row(device, now_ns, {"v": value}) for device, value in enumerate(values)))
        fed.advance(now_ns + 900 * SECOND_NS)
    drifting = [flags(fed, number * 15 + 14, 0, minutes=15) == 16 for number in range(200)]
    first = drifting.index(True)
    assert 125 < first < 145, "the mean of a day lags some 51 windows behind the 4 that are reached after 80"
    assert all(drifting[first:])
    assert not any(flags(fed, number * 15 + 14, device, minutes=15) for number in range(200) for device in range(1, 6))


def test_a_doubted_sensor_lowers_the_quality_of_the_indicator_that_it_is_part_of_and_not_its_value() -> None:
    fed = station(Quantity(min=-50, max=1000), 4, "1m", kind="air")
    found = []
    for minute in range(21):
        values = trembling(minute, 4)
        rows = [
            Row(device, BEGIN + minute * MINUTE_NS, {"pm25": value + 60 * (minute == 20 and device == 0)})
            for device, value in enumerate(values)
        ]
        fed.take(*rows)
        fed.advance(BEGIN + (minute + 1) * MINUTE_NS)
        batches = [batch for batch in fed.outputs[-1].indicators if "pm25" in batch.indicator]
        at = batches[0].indicator.index("pm25")
        found.append((float(batches[0].value[at]), float(batches[0].quality[at])))
    (before, sure), (after, doubted) = found[-2:]
    assert (sure, doubted) == (1, 0.75)
    assert after == pytest.approx(before + 15, abs=2)


def test_a_revision_moves_nothing_that_the_next_window_is_compared_with() -> None:
    fed = station(Quantity(), 4, "1m")
    minute = send(fed, *(trembling(number, 4) for number in range(20)))
    before = dump(fed.processor.state)
    kept = load(before, fed.settings, fed.kinds).quality["street"].memory
    fed.take(Row(0, BEGIN + 10 * MINUTE_NS + 30 * SECOND_NS, {"v": 9000.0}), received=BEGIN + minute * MINUTE_NS)
    fed.advance(BEGIN + minute * MINUTE_NS + SECOND_NS)
    after = fed.processor.state.quality["street"].memory
    for name in ("v level", "v usual", "v still", "v flags"):
        np.testing.assert_array_equal(after.column(name, 4), kept.column(name, 4))


def test_a_state_of_before_there_were_judges_is_read() -> None:
    fed = station(Quantity(), 2)
    send(fed, [1.0, 2.0])

    document = msgspec.msgpack.decode(dump(fed.processor.state))
    del document["quality"]
    state = load(msgspec.msgpack.encode(document), fed.settings, fed.kinds)
    assert state.quality == {}
    assert Processor(fed.settings, {"street": Kind()}, fed.table, state=state).advance(BEGIN).windows == []


def test_ends_of_windows_ascend_in_what_the_judges_are_given() -> None:
    fed = station(Quantity(), 2, "1m", "15m")
    send(fed, *(trembling(number, 2) for number in range(16)))
    ends = [batch.end_ns for batch in fed.written]
    assert all(one <= other for one, other in pairwise(ends))
