import json
from collections import defaultdict
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from config.durations import UNITS_NS
from config.settings import Device, Kind, Quantity, Settings
from simulators.faults.fault import Fault
from simulators.fleet import Fleet, Reports
from simulators.payloads import Encoder
from simulators.wire import Wire
from tests.simulators.faults.troubled_run import Run

MINUTE, HOUR, DAY = (UNITS_NS[unit] for unit in ("m", "h", "d"))
MONDAY = 1_772_384_400 * UNITS_NS["s"]
"""2 March 2026, midnight in Jakarta."""
HYDRANT = Kind(
    every=10 * MINUTE,
    quantities={
        "pressure": Quantity(unit="bar", min=0, max=16),
        "open": Quantity(kind="state", min=0, max=1),
        "used": Quantity(unit="m³", kind="counter", min=0),
        "nozzle": Quantity(kind="angle", min=0, max=360),
        "seal": Quantity(min=0, max=1, steady=True),
        "battery": Quantity(unit="%", min=0, max=100),
    },
)


def town(kind: Kind = HYDRANT, count: int = 20) -> Settings:
    return Settings(
        kinds={"hydrant": kind}, devices=tuple(Device(id=f"H-{number}", kind="hydrant") for number in range(count))
    )


def week(kind: Kind = HYDRANT, days: int = 7) -> Reports:
    (report,) = Fleet(town(kind)).reports(MONDAY, MONDAY + days * DAY)
    return report


def of(quantity: Quantity, days: int = 7) -> NDArray[np.float64]:
    """(times, devices) what they report of it, by their readings."""
    report = week(Kind(every=10 * MINUTE, quantities={"it": quantity}), days)
    order = np.lexsort((report.time_ns, report.device))
    return report.columns["it"][order].reshape(20, -1).T


def test_devices_of_a_kind_of_ones_own_report_what_the_configuration_says_of_it() -> None:
    report = week()
    assert (report.kind, set(report.columns)) == ("hydrant", {*HYDRANT.quantities})
    assert len(report.time_ns) == 20 * 7 * 144
    assert not any(np.isnan(values).any() for values in report.columns.values())


def test_a_gauge_stays_within_its_range_and_is_higher_after_noon_than_before_dawn() -> None:
    pressure = of(Quantity(min=0, max=16))
    assert 0 < pressure.min() < 5
    assert 11 < pressure.max() < 16
    hour = np.arange(len(pressure)) // 6 % 24
    assert pressure[hour == 14].mean() > pressure[hour == 2].mean() + 2
    assert np.ptp(pressure.mean(axis=0)) > 1


@pytest.mark.parametrize(
    ("quantity", "low", "high"),
    [
        (Quantity(), 0, 100),
        (Quantity(min=950), 950, 1050),
        (Quantity(max=-20), -120, -20),
        (Quantity(max=3.6), 0, 3.6),
        (Quantity(min=0.001, max=0.0012), 0.001, 0.0012),
        (Quantity(kind="level"), 0, 100),
        (Quantity(kind="angle"), 0, 360),
        (Quantity(kind="counter", min=5, max=10), 5, 10),
        (Quantity(kind="counter"), 0, 1_000_000),
    ],
)
def test_where_an_end_is_not_known_the_other_says_the_range(quantity: Quantity, low: float, high: float) -> None:
    values = of(quantity)
    assert low <= values.min() < values.max() <= high
    assert np.ptp(values) > 0.2 * (high - low)


def test_what_may_not_change_fast_does_not() -> None:
    values = of(Quantity(min=-30, max=60, max_change=5))
    assert np.abs(np.diff(values, axis=0)).max() < 5


def test_sensors_that_are_compared_with_their_zone_stay_near_it() -> None:
    means = of(Quantity(min=-30, max=60, drift=4)).mean(axis=0)
    assert np.abs(means - np.median(means)).max() < 4


def test_a_state_keeps_its_ordinary_value_and_now_and_then_has_another() -> None:
    values = of(Quantity(kind="state", min=0, max=2, states=(2,)))
    assert set(np.unique(values)) == {0.0, 1.0, 2.0}
    assert 0.75 < (values == 0).mean() < 0.95
    changes = (np.diff(values, axis=0) != 0).sum(axis=0)
    assert changes.min() > 5
    assert changes.max() < 150


@pytest.mark.parametrize(
    ("quantity", "values"),
    [
        (Quantity(kind="state"), {0, 1}),
        (Quantity(kind="state", states=(3, 7)), {0, 3, 7}),
        (Quantity(kind="state", min=1, max=100, states=(3,)), {3}),
        (Quantity(kind="state", min=5, states=(1,)), {5}),
        (Quantity(min=0, max=1, steady=True), {0, 1}),
    ],
)
def test_a_state_takes_the_values_that_are_configured(quantity: Quantity, values: set[int]) -> None:
    assert set(np.unique(of(quantity))) == values


def test_a_counter_runs_up_and_begins_anew_at_its_end() -> None:
    steps = np.diff(of(Quantity(kind="counter", min=0)), axis=0)
    assert steps.min() >= 0
    assert 500 * 7 * 0.9 < steps.sum(axis=0).min() < steps.sum(axis=0).max() < 1500 * 7 * 1.1
    values = of(Quantity(kind="counter", min=0, max=10), days=100)
    falls = np.diff(values, axis=0) < 0
    assert falls.any()
    assert values[:-1][falls].min() > 9.9
    assert values[1:][falls].max() < 0.1


def test_what_may_stay_the_same_does() -> None:
    values = of(Quantity(min=0, max=50, steady=True))
    assert (values == values[0]).all()
    assert len(np.unique(values[0])) > 10


def test_a_quantity_is_the_same_whatever_stands_beside_it() -> None:
    alone = week(Kind(every=10 * MINUTE, quantities={"pressure": HYDRANT.quantities["pressure"]}))
    assert np.array_equal(alone.columns["pressure"], week().columns["pressure"])


def sent(settings: Settings, cuts: list[int]) -> list[tuple[str, bytes]]:
    encoder = Encoder(Fleet(settings, seed=5), Wire(settings))
    spans = pairwise(cuts)
    parts = [encoder.messages(MONDAY + begin * MINUTE, MONDAY + end * MINUTE) for begin, end in spans]
    return [both for part in parts for both in zip(part.topics, part.payloads, strict=True)]


def test_the_same_bytes_come_however_time_is_cut_up() -> None:
    messages = sent(town(), [0, 600])
    assert len(messages) == 20 * 60
    assert messages == sent(town(), [0, 7, 8, 100, 333, 600])
    topic, payload = messages[0]
    assert topic.startswith("city/city/hydrant/H-")
    reading: dict[str, Any] = json.loads(payload)
    assert set(reading) == {"ts", "seq", *HYDRANT.quantities}
    assert isinstance(reading["open"], int)


def test_faults_befall_them_and_the_truth_keeps_what_was_true() -> None:
    fault = Fault(kind="spike", quantity="pressure", amount=3)
    run = Run(fault, devices=town().devices, lasts_s=3600, step_s=600, kinds=town().kinds)
    rows: dict[str, int] = defaultdict(int)
    for sent_rows in run.sent:
        assert np.array_equal(sent_rows.said["pressure"], np.round(3 * sent_rows.true["pressure"], 2))
        assert np.array_equal(sent_rows.said["used"], sent_rows.true["used"])
        rows[sent_rows.kind] += len(sent_rows)
    assert rows == {"hydrant": 20 * 6}
