"""What each kind of quantity gives in a window, against numbers worked out by hand or by the standard library."""

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import Quantity
from tests.processors.batches import SECOND_NS, Fed, Row, at, row, window, windows

COUNTER = {"energy": Quantity(kind="counter")}
SWITCH = {"lamp": Quantity(kind="state", states=(0, 1))}
WIND = {"direction": Quantity(kind="angle")}
NOISE = {"laeq": Quantity(kind="level")}
SPEED = {"speed": Quantity(min=0, max=250, percentiles=(50, 85), bins=250, harmonic=True)}


def test_a_counter_increases_by_its_steps_and_a_reset_begins_at_zero() -> None:
    fed = Fed(windows("10s"), COUNTER)
    readings = zip(("01", "03", "05", "07"), (100, 110, 4, 9), strict=True)
    fed.take(*(row(0, f"10:00:{second}", energy=value) for second, value in readings))
    fed.advance("10:00:10")
    assert window(fed, "10s", "10:00:10", 0)["energy_increase"] == 10 + 4 + 5
    assert window(fed, "10s", "10:00:10", 0)["energy_rate"] == 1.9


def test_the_step_over_an_edge_belongs_to_the_window_it_leads_into() -> None:
    fed = Fed(windows("10s", "1m"), COUNTER)
    fed.take(row(0, "10:00:08", energy=100), row(0, "10:00:12", energy=130), row(0, "10:00:38", energy=140))
    fed.advance("10:01:00")
    increases = [window(fed, "10s", f"10:00:{end}", 0)["energy_increase"] for end in (10, 20, 40)]
    assert increases == [0, 30, 10]
    assert window(fed, "1m", "10:01:00", 0)["energy_increase"] == 40


def test_a_reset_over_an_edge_counts_from_zero() -> None:
    fed = Fed(windows("10s"), COUNTER)
    fed.take(row(0, "10:00:08", energy=100), row(0, "10:00:12", energy=7))
    fed.advance("10:00:20")
    assert window(fed, "10s", "10:00:20", 0)["energy_increase"] == 7


def test_a_late_reading_before_an_edge_takes_its_part_of_the_step_from_the_next_window() -> None:
    fed = Fed(windows("10s"), COUNTER)
    fed.take(row(0, "10:00:01", energy=100), row(0, "10:00:12", energy=130))
    fed.advance("10:00:20")
    assert window(fed, "10s", "10:00:20", 0)["energy_increase"] == 30
    fed.take(row(0, "10:00:08", energy=110), received="10:00:21")
    revised = [(closed.end_ns, closed.revision.tolist()) for closed in fed.advance("10:00:22")]
    assert revised == [(at("10:00:10"), [1]), (at("10:00:20"), [1])]
    assert window(fed, "10s", "10:00:10", 0)["energy_increase"] == 10
    assert window(fed, "10s", "10:00:20", 0)["energy_increase"] == 20


@given(
    arrival=st.permutations(range(12)),
    closing=st.sets(st.integers(0, 11)),
    steps=st.lists(st.integers(0, 9), min_size=12, max_size=12),
)
def test_the_increases_of_all_windows_add_up_however_late_and_mixed_the_readings_come(
    arrival: list[int], closing: set[int], steps: list[int]
) -> None:
    fed = Fed(windows("10s", "20s"), COUNTER)
    total = np.cumsum(steps)
    for number, at_index in enumerate(arrival):
        time_ns = at("10:00:00") + at_index * 3 * SECOND_NS
        fed.take(Row(0, time_ns, {"energy": float(total[at_index])}), received=at("10:00:30"))
        if number in closing:
            fed.advance(at("10:00:40") + number)
    fed.finish()
    for size in (10, 20):
        increases = [fields["energy_increase"] for key, fields in fed.final.items() if key[0] == size * SECOND_NS]
        assert sum(increases) == total[-1] - total[0]


def test_a_lamp_that_is_on_over_edges_has_its_time_on_in_each_window() -> None:
    fed = Fed(windows("10s", "30s"), SWITCH)
    fed.take(row(0, "10:00:02", lamp=1), row(0, "10:00:14", lamp=1), row(0, "10:00:16", lamp=0))
    fed.take(row(0, "10:00:25", lamp=1))
    fed.advance("10:00:30")
    on = {end: window(fed, "10s", f"10:00:{end}", 0)["lamp_time_1"] for end in (10, 20, 30)}
    off = {end: window(fed, "10s", f"10:00:{end}", 0)["lamp_time_0"] for end in (10, 20, 30)}
    assert on == {10: 8, 20: 6, 30: 5}
    assert off == {10: 0, 20: 4, 30: 5}
    assert window(fed, "30s", "10:00:30", 0)["lamp_time_1"] == 19


@given(
    rows=st.lists(st.tuples(st.integers(0, 590), st.integers(0, 1)), min_size=1, max_size=30, unique_by=lambda r: r[0]),
    lag=st.lists(st.integers(0, 30), min_size=30, max_size=30),
)
def test_time_in_state_equals_brute_force_while_readings_are_within_the_delay(
    rows: list[tuple[int, int]], lag: list[int]
) -> None:
    """Times in tenths of a second, received up to 3 s later, windows closing all the while."""
    fed = Fed(windows("10s", delay="3s"), SWITCH)
    begin = at("10:00:00")
    for received, (tenth, state) in sorted(
        (tenth + late, (tenth, state)) for (tenth, state), late in zip(rows, lag, strict=False)
    ):
        received_ns = begin + received * SECOND_NS // 10
        fed.take(Row(0, begin + tenth * SECOND_NS // 10, {"lamp": state}), received=received_ns)
        fed.advance(received_ns)
    fed.finish()
    ordered = sorted(rows)
    for (_, end_ns, _), fields in fed.final.items():
        end = (end_ns - begin) * 10 // SECOND_NS
        states = [max([each for each in ordered if each[0] <= t], default=(0, None))[1] for t in range(end - 100, end)]
        assert fields["lamp_time_1"] == pytest.approx(states.count(1) / 10)
        assert fields["lamp_time_0"] == pytest.approx(states.count(0) / 10)


def test_the_mean_of_wind_directions_around_north_is_north() -> None:
    fed = Fed(windows("10s"), WIND)
    fed.take(row(0, "10:00:01", direction=350), row(0, "10:00:02", direction=10), row(0, "10:00:03", direction=20))
    fed.take(row(0, "10:00:03.5", direction=340), row(1, "10:00:01", direction=350), row(1, "10:00:02", direction=20))
    fed.advance("10:00:10")
    north = window(fed, "10s", "10:00:10", 0)["direction_mean"]
    assert min(north, 360 - north) == pytest.approx(0, abs=1e-9)
    assert window(fed, "10s", "10:00:10", 1)["direction_mean"] == pytest.approx(5)


def test_the_spread_of_directions_is_the_circular_one() -> None:
    fed = Fed(windows("10s"), WIND)
    fed.take(row(0, "10:00:01", direction=355), row(0, "10:00:02", direction=5), row(1, "10:00:02", direction=90))
    fed.advance("10:00:10")
    length = np.cos(np.radians(5))
    assert window(fed, "10s", "10:00:10", 0)["direction_std"] == pytest.approx(np.degrees(np.sqrt(-2 * np.log(length))))
    assert window(fed, "10s", "10:00:10", 1)["direction_std"] == pytest.approx(0, abs=1e-6)


def test_the_mean_of_60_and_70_decibels_is_the_one_of_their_energy() -> None:
    fed = Fed(windows("10s"), NOISE)
    fed.take(row(0, "10:00:01", laeq=60), row(0, "10:00:02", laeq=70))
    fed.advance("10:00:10")
    fields = window(fed, "10s", "10:00:10", 0)
    assert fields["laeq_mean"] == pytest.approx(67.404, abs=0.0005)
    assert (fields["laeq_min"], fields["laeq_max"]) == (60, 70)


def test_the_harmonic_mean_leaves_out_those_that_stand() -> None:
    fed = Fed(windows("10s"), SPEED)
    fed.take(*(row(0, f"10:00:0{second}", speed=speed) for second, speed in enumerate((40, 50, 60, 0))))
    fed.take(row(1, "10:00:01", speed=0))
    fed.advance("10:00:10")
    fields = window(fed, "10s", "10:00:10", 0)
    assert fields["speed_harmonic"] == pytest.approx(statistics.harmonic_mean([40, 50, 60]))
    assert fields["speed_harmonic"] == pytest.approx(48.649, abs=0.0005)
    assert fields["speed_mean"] == 37.5
    assert "speed_harmonic" not in window(fed, "10s", "10:00:10", 1)


@given(st.lists(st.floats(0, 250), min_size=1, max_size=60))
def test_percentiles_are_a_bin_off_at_most_and_never_beyond_what_was_measured(speeds: list[float]) -> None:
    fed = Fed(windows("1m", "2m"), SPEED)
    fed.take(*(Row(0, at("10:00:00") + n * SECOND_NS, {"speed": speed}) for n, speed in enumerate(speeds)))
    fed.finish()
    fields = window(fed, "1m", "10:01:00", 0)
    for percentile in (50, 85):
        exact = np.percentile(speeds, percentile, method="inverted_cdf")
        assert abs(fields[f"speed_p{percentile}"] - exact) <= 1 + 1e-9
        assert min(speeds) <= fields[f"speed_p{percentile}"] <= max(speeds)


def test_a_device_without_a_quantity_has_none_of_its_fields() -> None:
    fed = Fed(windows("10s"), COUNTER | SPEED)
    fed.take(row(0, "10:00:01", energy=5), row(1, "10:00:01", speed=30))
    fed.advance("10:00:10")
    assert {name.split("_")[0] for name in window(fed, "10s", "10:00:10", 0)} == {"energy", "revision", "readings"}
    assert {name.split("_")[0] for name in window(fed, "10s", "10:00:10", 1)} == {"speed", "revision", "readings"}


def test_values_near_the_largest_float_warn_nobody_and_hurt_no_neighbour() -> None:
    fed = Fed(windows("10s"), NOISE)
    for device, first, second in ((0, 1e308, -1e308), (1, 40, 60)):
        fed.take(row(device, "10:00:01", v=first, laeq=first), row(device, "10:00:02", v=second, laeq=second))
    fed.take(row(0, "10:00:05", v=-1e308))
    fed.advance("10:00:10")
    assert window(fed, "10s", "10:00:10", 0)["v_max"] == 1e308
    assert window(fed, "10s", "10:00:10", 1)["v_mean"] == 50
