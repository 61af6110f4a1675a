import numpy as np

from config.settings import Device, Kind, Quantity, Settings
from simulators.fleet import Fleet
from simulators.land_uses import LAND_USES
from simulators.parking_fill import Popularity, passed

SECOND_NS = 1_000_000_000
HOUR_NS = 3600 * SECOND_NS
# Monday 2 February 2026, 00:00 in Jakarta.
MONDAY_NS = 1_769_965_200 * SECOND_NS
COUNTER = Quantity(kind="counter")
RUNNING = {"parking": Kind(quantities={"entries": COUNTER, "exits": COUNTER})}
PASAR = next(number for number, use in enumerate(LAND_USES) if "pasar" in use.words)


def columns_of(
    device: Device, from_h: float, until_h: float, kinds: dict[str, Kind] | None = None
) -> dict[str, np.ndarray]:
    fleet = Fleet(Settings(devices=(device,), kinds=kinds or {}))
    (reports,) = fleet.reports(MONDAY_NS + round(from_h * HOUR_NS), MONDAY_NS + round(until_h * HOUR_NS))
    return reports.columns


def at(hour: float, land_use: int = PASAR) -> tuple[float, float, float]:
    one = np.ones(1)
    found = passed(one * land_use, Popularity(one, one), np.zeros(1, np.int64), one * hour)
    return float(found.stood[0]), float(found.came[0]), float(found.left[0])


def test_what_stands_there_is_what_came_and_has_not_left() -> None:
    stood, came, left = at(9.0)
    assert stood == 0.08
    assert abs(stood + came - left - 0.78) < 1e-12


def test_a_day_ends_as_it_began_and_every_space_was_used_several_times() -> None:
    _, came, left = at(24.0)
    assert abs(came - left) < 1e-12
    # 9.36 hours of full spaces, 1.2 hours each, and those that filled the market in the morning.
    assert abs(came - (9.36 / 1.2 + 0.70)) < 1e-12


def test_nobody_comes_twice_however_often_the_gate_is_read() -> None:
    hours = np.linspace(0.0, 24.0, 1000)
    found = passed(np.full(1000, PASAR), Popularity(np.ones(1000), np.ones(1000)), np.zeros(1000, np.int64), hours)
    assert np.all(np.diff(found.came) >= 0)
    assert np.all(np.diff(found.left) >= 0)


def test_behind_a_gate_the_spaces_fill_by_what_drives_in() -> None:
    station = Device(id="P1", kind="parking", name="Stasiun", capacity=200, every="1m")
    columns = columns_of(station, 5.0, 20.0)
    change = np.diff(columns["occupied"])
    assert np.array_equal((columns["entries"] - columns["exits"])[1:] >= change, np.ones(len(change), np.bool_))
    assert abs((columns["entries"] - columns["exits"])[1:].sum() - change.sum()) < 0.01 * columns["entries"].sum() + 2


def test_counters_at_a_gate_run_through_the_day_and_begin_again_at_midnight() -> None:
    station = Device(id="P1", kind="parking", name="Stasiun", capacity=200, every="1m")
    since, running = (columns_of(station, 0.0, 26.0, kinds) for kinds in (None, RUNNING))
    assert np.array_equal(np.cumsum(since["entries"])[1:1430], running["entries"][1:1430] + since["entries"][0])
    falls = np.flatnonzero(np.diff(running["entries"]) < 0)
    assert falls.tolist() == [1439]
    assert running["entries"][1440] <= 2


def test_some_gates_know_nothing_but_their_counters_and_miss_vehicles_that_leave() -> None:
    offices = tuple(Device(id=f"P{number}", kind="parking", name="Kantor", capacity=300) for number in range(20))
    fleet = Fleet(Settings(devices=offices, kinds=RUNNING))
    (late,) = fleet.reports(MONDAY_NS + 23 * HOUR_NS, MONDAY_NS + 23 * HOUR_NS + 5 * SECOND_NS)
    silent = np.isnan(late.columns["occupied"])
    assert 4 <= silent.sum() <= 16
    assert np.array_equal(silent, np.isnan(late.columns["free"]))
    drift = (late.columns["entries"] - late.columns["exits"])[silent]
    assert np.all(drift >= 0)
    assert drift.max() <= 0.03 * 300


def test_a_shopping_centre_says_when_it_is_closed() -> None:
    mall = Device(id="P1", kind="parking", name="Bravo Mall", capacity=200, every="1h")
    columns = columns_of(mall, 0.0, 24.0)
    assert columns["open"].sum() == 17
    assert columns["open"][[2, 12]].tolist() == [0, 1]


def test_a_single_space_says_one_or_zero_and_sees_several_vehicles_a_day() -> None:
    space = Device(id="P1", kind="parking", name="Pasar Kota, petak 1", capacity=1, every="1m")
    columns = columns_of(space, 0.0, 24.0)
    assert set(columns["occupied"].tolist()) == {0.0, 1.0}
    assert all(np.isnan(columns[name]).all() for name in ("capacity", "free", "entries", "exits"))
    begins = np.flatnonzero(np.diff(columns["occupied"]) > 0)
    assert 12 <= len(begins) <= 40
    assert 0.2 < columns["occupied"].mean() < 0.7
