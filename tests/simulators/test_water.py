import numpy as np

from config.settings import Device, Settings
from simulators.fleet import Fleet

SECOND_NS = 1_000_000_000
HOUR_NS = 3600 * SECOND_NS
# Monday 2 March 2026, 00:00 in Jakarta.
MONDAY_NS = 1_772_384_400 * SECOND_NS
RIVER = (
    Device(id="W1", kind="water", every="10m", siaga_3=1300, downstream="W2", travel_time="3h"),
    Device(id="W2", kind="water", every="10m", downstream="W3", travel_time="90m"),
    Device(id="W3", kind="water", every="10m"),
)


def levels(devices: tuple[Device, ...], days: int) -> dict[str, np.ndarray]:
    fleet = Fleet(Settings(devices=devices))
    (reports,) = fleet.reports(MONDAY_NS, MONDAY_NS + days * 24 * HOUR_NS)
    return {
        device.id: reports.columns["level_cm"][reports.device == number]
        for number, device in enumerate(fleet.groups["water"].devices)
    }


def test_a_wave_comes_by_each_gauge_of_a_river_as_late_as_it_travels() -> None:
    found = {name: _hourly(column) for name, column in levels(RIVER, 30).items()}
    assert _lag_h(found["W1"], found["W2"]) == 3
    assert _lag_h(found["W1"], found["W3"]) in (4, 5)


def test_without_rain_a_gauge_stands_below_its_warning() -> None:
    upper = levels(RIVER, 30)["W1"]
    assert 1150 < np.median(upper) < 1270


def test_a_river_that_flows_into_itself_ends_all_the_same() -> None:
    ring = tuple(
        Device(id=name, kind="water", downstream=after, travel_time="1h") for name, after in (("A", "B"), ("B", "A"))
    )
    assert set(levels(ring, 1)) == {"A", "B"}


def _hourly(column: np.ndarray) -> np.ndarray:
    means: np.ndarray = column[: len(column) // 6 * 6].reshape(-1, 6).mean(axis=1)
    return means


def _lag_h(upper: np.ndarray, lower: np.ndarray) -> int:
    """Hours by which the rises of the lower gauge follow those of the upper one best."""
    rises, later = np.diff(upper), np.diff(lower)
    shared = len(rises) - 12
    return max(range(12), key=lambda lag: float(np.corrcoef(rises[:shared], later[lag : lag + shared])[0, 1]))
