import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processors.moments import COUNT, FIRST, LAST, M2, MAX, MEAN, MIN, empty, merge, of_groups

NONE = st.none()
VALUES = st.lists(
    st.tuples(st.integers(0, 6), st.one_of(NONE, st.floats(-1e6, 1e6, width=32))), min_size=1, max_size=40
)


def statistics(times: list[int], values: list[float]) -> tuple[np.ndarray, np.ndarray]:
    """Of one group and one column, in the order of arrival."""
    return of_groups(np.array([values], np.float64), np.array(times, np.int64), np.zeros(len(values), np.intp), 1)


def test_values_near_two_thousand_million_keep_their_variance() -> None:
    numbers, _ = statistics([1, 2, 3, 4], [1.7e9 + value for value in (4, 7, 13, 16)])
    assert numbers[M2, 0, 0] / 4 == 22.5
    assert numbers[M2, 0, 0] / 3 == 30.0
    assert numbers[MEAN, 0, 0] == 1.7e9 + 10


def test_a_merge_of_values_near_two_thousand_million_keeps_their_variance() -> None:
    (left, left_times), (right, right_times) = (
        statistics([1, 2], [1.7e9 + 4, 1.7e9 + 7]),
        statistics([3, 4], [1.7e9 + 13, 1.7e9 + 16]),
    )
    merge(left, left_times, right, right_times)
    assert left[M2, 0, 0] / 4 == 22.5


def test_equal_values_have_exactly_their_mean_and_no_variance() -> None:
    numbers, _ = statistics([1, 2, 3], [0.1, 0.1, 0.1])
    assert (numbers[MEAN, 0, 0], numbers[M2, 0, 0]) == (0.1, 0.0)


@given(VALUES, st.data())
def test_a_merge_of_any_split_equals_the_whole(rows: list[tuple[int, float | None]], data: st.DataObject) -> None:
    times = [time for time, _ in rows]
    values = [np.nan if value is None else value for _, value in rows]
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=4)))
    merged = empty(1, 1)
    for start, end in zip([0, *cuts], [*cuts, len(rows)], strict=True):
        if start < end:
            merge(*merged, *statistics(times[start:end], values[start:end]))
    numbers = merged[0][:, 0, 0]
    present = np.array([value for value in values if not np.isnan(value)])
    assert numbers[COUNT] == len(present)
    if not len(present):
        assert (numbers[MIN], numbers[MAX]) == (np.inf, -np.inf)
        return
    np.testing.assert_allclose(numbers[MEAN], present.mean(), rtol=1e-12, atol=1e-6)
    np.testing.assert_allclose(numbers[M2], present.var() * len(present), rtol=1e-9, atol=1e-3)
    assert (numbers[MIN], numbers[MAX]) == (present.min(), present.max())
    ordered = sorted((time, at, value) for at, (time, value) in enumerate(rows) if value is not None)
    assert numbers[LAST] == ordered[-1][2], "of equal times the one that came last"
    assert numbers[FIRST] == ordered[0][2], "of equal times the one that came first"


def test_groups_stand_for_themselves_and_a_missing_value_counts_nowhere() -> None:
    values = np.array([[1.0, np.nan, 3.0, 10.0, np.nan], [5.0, 6.0, 7.0, 8.0, 9.0]])
    numbers, times = of_groups(values, np.array([1, 2, 3, 1, 2]), np.array([0, 0, 0, 1, 1]), 2)
    assert numbers[COUNT].tolist() == [[2, 1], [3, 2]]
    assert numbers[MEAN].tolist() == [[2, 10], [6, 8.5]]
    assert numbers[FIRST].tolist() == [[1, 10], [5, 8]]
    assert numbers[LAST].tolist() == [[3, 10], [7, 9]]
    assert times.tolist() == [[[1, 1], [1, 1]], [[3, 1], [3, 2]]]


def test_a_group_without_any_value_is_neutral() -> None:
    numbers, times = of_groups(np.array([[np.nan, 2.0]]), np.array([1, 2]), np.array([0, 1]), 2)
    nothing, never = empty(1, 2)
    assert np.array_equal(numbers[:, 0, 0], nothing[:, 0, 0])
    assert np.array_equal(times[:, 0, 0], never[:, 0, 0])
