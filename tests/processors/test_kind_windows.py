"""Windows of one kind of device against brute force over the readings that were accepted."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import processors.kind_windows
from processors.outcomes import Outcome
from processors.processor import TimeBase
from tests.processors.batches import SECOND_NS, Fed, Key, Row, at, row, window, windows

EPOCH_NS = 0
STATISTICS = ("count", "mean", "std", "min", "max", "first", "last")


def expected_windows(rows: list[Row], shapes: list[tuple[int, int]]) -> dict[Key, dict[str, list[tuple[int, float]]]]:
    """Every window's (time, value) pairs by quantity, `readings` for all rows; in order of time, then of arrival."""
    found: dict[Key, dict[str, list[tuple[int, float]]]] = {}
    for each in sorted(rows, key=lambda each: each.time_ns):
        for size, hop in shapes:
            start = each.time_ns // hop * hop
            while start + size > each.time_ns:
                held = found.setdefault((size, start + size, each.device), {})
                held.setdefault("readings", []).append((each.time_ns, 0.0))
                for name, value in each.values.items():
                    held.setdefault(name, []).append((each.time_ns, value))
                start -= hop
    return found


def assert_equal_to_brute_force(fed: Fed, accepted: list[Row]) -> None:
    shapes = [(each.size, each.hop or each.size) for each in fed.settings.sizes]
    expected = expected_windows(accepted, shapes)
    final = fed.final
    assert final.keys() == expected.keys()
    for key, held in expected.items():
        assert final[key]["readings"] == len(held.pop("readings"))
        for name, pairs in held.items():
            values = np.array([value for _, value in pairs])
            oracle = (len(values), values.mean(), values.std(), values.min(), values.max(), values[0], values[-1])
            got = [final[key][f"{name}_{statistic}"] for statistic in STATISTICS]
            np.testing.assert_allclose(got, oracle, rtol=1e-9, atol=1e-6, err_msg=f"{key} {name}")
        assert {name.rpartition("_")[0] for name in final[key] if "_" in name} == set(held)


@dataclass(frozen=True)
class Step:
    """A reading on its way, or (device None) a moment at which windows may close."""

    device: int | None
    ahead_ns: int
    values: tuple[float | None, float | None]


VALUE = st.one_of(st.none(), st.floats(-1000, 1000, width=32))
STEPS = st.lists(
    st.builds(
        Step,
        st.one_of(st.none(), st.integers(0, 3), st.integers(0, 3)),
        st.integers(-3 * SECOND_NS, 0),
        st.tuples(VALUE, VALUE).filter(lambda pair: pair != (None, None)),
    ),
    max_size=60,
)
SIZES = st.sampled_from([("10s",), ("10s", "1m", "15m"), ("7s", "10s"), ("10s/2s", "4s"), ("1500ms", "9s/3s")])


@pytest.mark.parametrize("time_base", ["received", "event"])
@pytest.mark.parametrize("begin_ns", [at("10:00:00"), EPOCH_NS, -86_400 * SECOND_NS])
@given(steps=STEPS, sizes=SIZES, pace=st.sampled_from([SECOND_NS // 3, 2 * SECOND_NS]), data=st.data())
def test_windows_equal_brute_force_whatever_the_batches_and_the_closing(
    time_base: TimeBase, begin_ns: int, steps: list[Step], sizes: tuple[str, ...], pace: int, data: st.DataObject
) -> None:
    fed = Fed(windows(*sizes, delay="3s"), time_base=time_base)
    clock = begin_ns
    accepted: list[Row] = []
    gathered: list[Row] = []
    cuts = data.draw(st.sets(st.integers(0, len(steps))))
    for number, step in enumerate(steps):
        clock += pace
        if step.device is None:
            fed.advance(clock)
            continue
        names = zip(("speed", "count"), step.values, strict=True)
        values = {name: value for name, value in names if value is not None}
        each = Row(step.device, clock + step.ahead_ns, values, sequence=number)
        gathered.append(each)
        if number in cuts:
            assert set(fed.take(*gathered, received=clock)) <= {Outcome.ACCEPTED, Outcome.LATE}
            accepted, gathered = accepted + gathered, []
    if gathered:
        fed.take(*gathered, received=clock)
    accepted += gathered
    fed.finish()
    assert_equal_to_brute_force(fed, accepted)
    for size, hop in [(each.size, each.hop or each.size) for each in fed.settings.sizes]:
        counted = sum(fields.get("speed_count", 0) for key, fields in fed.final.items() if key[0] == size)
        assert counted == sum("speed" in each.values for each in accepted) * (size // hop)


def test_a_reading_at_the_very_end_of_a_window_belongs_to_the_next() -> None:
    fed = Fed(windows("10s"))
    fed.take(row(0, "10:00:00", v=1), row(0, "10:00:09.999999999", v=2), row(0, "10:00:10", v=4))
    fed.advance("10:00:20")
    assert window(fed, "10s", "10:00:10", 0)["v_mean"] == 1.5
    assert window(fed, "10s", "10:00:20", 0)["v_mean"] == 4


def test_a_window_closes_when_the_watermark_reaches_its_end_and_not_a_nanosecond_before() -> None:
    fed = Fed(windows("10s", delay="2s"))
    fed.take(row(0, "10:00:03", v=1))
    assert fed.advance(at("10:00:12") - 1) == []
    assert [len(closed) for closed in fed.advance(at("10:00:12"))] == [1]


def test_tumbling_and_hopping_windows_close_in_the_order_of_their_ends() -> None:
    fed = Fed(windows("1m", "20s/10s"))
    fed.take(row(0, "10:00:15", v=1), row(1, "10:00:59", v=2))
    ends = [(closed.end_ns, closed.size_ns // SECOND_NS, closed.device.tolist()) for closed in fed.advance("10:01:30")]
    assert ends == [
        (at("10:00:20"), 20, [0]),
        (at("10:00:30"), 20, [0]),
        (at("10:01:00"), 60, [0, 1]),
        (at("10:01:00"), 20, [1]),
        (at("10:01:10"), 20, [1]),
    ]


def test_readings_before_1970_fall_into_windows_as_all_others_do() -> None:
    fed = Fed(windows("10s"), time_base="event")
    fed.take(Row(0, -1, {"v": 5}), Row(0, -10 * SECOND_NS, {"v": 7}), Row(0, 0, {"v": 9}))
    fed.finish()
    means = {key[1] // SECOND_NS: fields["v_mean"] for key, fields in fed.final.items()}
    assert means == {0: 6, 10: 9}


def test_a_late_reading_revises_its_window() -> None:
    fed = Fed(windows("10s"))
    fed.take(row(0, "10:00:01", v=10), row(1, "10:00:02", v=1))
    fed.advance("10:00:10")
    assert fed.take(row(0, "10:00:05", v=20), received="10:00:11") == [Outcome.LATE]
    (revised,) = fed.advance("10:00:12")
    assert (revised.device.tolist(), revised.revision.tolist()) == ([0], [1])
    assert window(fed, "10s", "10:00:10", 0)["v_mean"] == 15
    fed.take(row(0, "10:00:06", v=60), received="10:00:13")
    fed.advance("10:00:14")
    twice = window(fed, "10s", "10:00:10", 0)
    assert (twice["revision"], twice["readings"], twice["v_mean"], twice["v_max"]) == (2, 3, 30, 60)
    assert window(fed, "10s", "10:00:10", 1)["revision"] == 0


def test_a_window_that_nothing_changed_is_written_once() -> None:
    fed = Fed(windows("10s"))
    fed.take(row(0, "10:00:01", v=10))
    fed.advance("10:00:10")
    assert fed.advance("10:00:11") == []
    assert fed.advance("10:00:30") == []


def test_a_device_that_is_new_in_a_closed_window_begins_at_revision_0() -> None:
    fed = Fed(windows("10s"))
    fed.take(row(0, "10:00:01", v=10))
    fed.advance("10:00:10")
    fed.take(row(1, "10:00:02", v=30), received="10:00:11")
    (added,) = fed.advance("10:00:12")
    assert (added.device.tolist(), added.revision.tolist()) == ([1], [0])
    whole = fed.outputs[-1].windows[0].whole
    assert (whole.device.tolist(), whole.fields["v_mean"].tolist()) == ([0, 1], [10, 30])


def test_after_the_allowed_lateness_a_reading_is_too_late() -> None:
    fed = Fed(windows("10s", lateness="1m"))
    fed.take(row(0, "10:00:01", v=10))
    fed.advance("10:01:00")
    assert fed.take(row(0, "10:00:02", v=1), received="10:01:00") == [Outcome.LATE]
    fed.advance("10:01:10")
    assert fed.take(row(0, "10:00:03", v=1), received="10:01:10") == [Outcome.TOO_LATE]
    fed.advance("10:01:11")
    assert window(fed, "10s", "10:00:10", 0)["v_count"] == 2


def test_without_any_lateness_a_closed_window_is_final() -> None:
    fed = Fed(windows("10s", lateness="0s"))
    fed.take(row(0, "10:00:01", v=10))
    fed.advance("10:00:10")
    assert fed.take(row(0, "10:00:09", v=1), row(0, "10:00:10", v=2), received="10:00:10") == [
        Outcome.TOO_LATE,
        Outcome.ACCEPTED,
    ]
    fed.advance("10:00:20")
    assert (window(fed, "10s", "10:00:10", 0)["v_count"], window(fed, "10s", "10:00:20", 0)["v_mean"]) == (1, 2)


def test_each_window_size_judges_lateness_by_itself() -> None:
    fed = Fed(windows("10s", "1m", lateness="20s"))
    fed.take(row(0, "10:00:01", v=10))
    fed.advance("10:00:50")
    assert fed.take(row(0, "10:00:02", v=30), received="10:00:50") == [Outcome.LATE]
    fed.advance("10:01:00")
    assert window(fed, "10s", "10:00:10", 0)["v_count"] == 1, "gone before the reading came"
    assert window(fed, "1m", "10:01:00", 0)["v_mean"] == 20
    fed.advance("10:01:20")
    assert fed.take(row(0, "10:00:59", v=1), received="10:01:20") == [Outcome.TOO_LATE]


def test_a_full_memory_lets_the_oldest_closed_windows_go_and_their_late_readings_are_too_late() -> None:
    fed = Fed(windows("10s", memory=1), devices=20_000)
    for second in ("01", "11", "21"):
        fed.take(*(row(device, f"10:00:{second}", v=1) for device in range(10_000)))
    fed.advance("10:00:30")
    assert fed.take(row(0, "10:00:05", v=5), received="10:00:30") == [Outcome.TOO_LATE]
    assert fed.take(row(0, "10:00:15", v=5), received="10:00:30") == [Outcome.TOO_LATE]
    assert fed.take(row(0, "10:00:25", v=5), received="10:00:30") == [Outcome.LATE]
    fed.advance("10:00:31")
    counts = [window(fed, "10s", f"10:00:{end}", 0)["v_count"] for end in (10, 20, 30)]
    assert counts == [1, 1, 2]


def test_a_quantity_that_appears_later_is_empty_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processors.kind_windows, "FOLD_AT", 2)
    fed = Fed(windows("10s"))
    fed.take(row(0, "10:00:01", v=10), row(1, "10:00:01", v=20))
    fed.take(row(0, "10:00:02", v=30, w=5))
    fed.advance("10:00:10")
    assert window(fed, "10s", "10:00:10", 0)["w_count"] == 1
    assert "w_count" not in window(fed, "10s", "10:00:10", 1)
    fed.take(row(1, "10:00:03", w=7), received="10:00:11")
    fed.advance("10:00:12")
    assert (window(fed, "10s", "10:00:10", 1)["w_mean"], window(fed, "10s", "10:00:10", 1)["v_mean"]) == (7, 20)


@given(rows=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 59), st.floats(0, 9)), min_size=1, max_size=80))
def test_folding_early_and_often_gives_the_same_windows(rows: list[tuple[int, int, float]]) -> None:
    readings = [
        Row(device, at("10:00:00") + second * SECOND_NS, {"v": value}, sequence=number)
        for number, (device, second, value) in enumerate(rows)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(processors.kind_windows, "FOLD_AT", 3)
        fed = Fed(windows("10s", "1m"))
        for each in readings:
            fed.take(each)
        fed.finish()
    assert_equal_to_brute_force(fed, readings)
