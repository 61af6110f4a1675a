import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from simulators.draws import Draws, key_of, keys_of, wander

HOUR_NS = 3_600_000_000_000


def draws(count: int, seed: int = 1) -> Draws:
    return Draws(np.full(count, key_of(seed, "device"), dtype=np.uint64), np.arange(count))


def test_a_key_is_the_same_on_every_machine() -> None:
    assert key_of(1, "city", "parking", "P-01") == 2334619744848295808
    assert key_of(1, "ab", "c") != key_of(1, "a", "bc")


def test_keys_of_a_million_devices_are_those_of_each() -> None:
    assert keys_of(["P-01", "P-02"], 1, "city", "parking").tolist() == [
        2334619744848295808,
        key_of(1, "city", "parking", "P-02"),
    ]


def test_uniform_numbers_have_the_mean_and_the_variance_of_a_uniform_distribution() -> None:
    drawn = draws(200_000).uniform(1)
    assert drawn.min() > 0.0
    assert drawn.max() < 1.0
    assert abs(drawn.mean() - 1 / 2) < 0.003
    assert abs(drawn.var() - 1 / 12) < 0.001


def test_normal_numbers_have_mean_zero_and_deviation_one_and_differ_by_number() -> None:
    first, second = draws(200_000).normal(1), draws(200_000).normal(2)
    assert abs(first.mean()) < 0.01
    assert abs(first.std() - 1.0) < 0.01
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.01
    assert abs((np.abs(first) < 1.96).mean() - 0.95) < 0.005


def test_poisson_counts_have_a_variance_equal_to_their_mean_on_both_sides_of_the_approximation() -> None:
    for mean in (0.3, 4.0, 49.0, 51.0, 900.0):
        counts = draws(100_000).poisson(1, np.full(100_000, mean))
        assert abs(counts.mean() / mean - 1.0) < 0.02
        assert abs(counts.var() / mean - 1.0) < 0.03
        assert np.array_equal(counts, np.rint(counts))


def test_no_vehicles_are_drawn_where_none_are_expected() -> None:
    assert not draws(1000).poisson(1, np.zeros(1000)).any()


@given(st.integers(0, 999), st.integers(0, 999))
def test_a_draw_does_not_depend_on_what_is_drawn_beside_it(start: int, stop: int) -> None:
    whole = draws(1000)
    part = Draws(whole.key[start:stop], whole.step[start:stop])
    assert np.array_equal(part.normal(3), whole.normal(3)[start:stop])


def test_a_wander_has_no_jumps() -> None:
    time_ns = np.arange(0, 100 * HOUR_NS, HOUR_NS // 100)
    drift = wander(np.full(len(time_ns), 7, dtype=np.uint64), time_ns, HOUR_NS, 1)
    assert np.abs(np.diff(drift)).max() < 0.1
    assert 0.3 < drift.std() < 1.2
