import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.durations import SECOND_NS as S
from config.settings import Window
from processors.window_plan import WindowShape, plan_of


def holding(shape: WindowShape, time: int) -> list[int]:
    """Starts of the windows that hold a time, by trying all near it."""
    near = range(time // shape.hop_ns - shape.size_ns // shape.hop_ns - 2, time // shape.hop_ns + 3)
    starts = [number * shape.hop_ns for number in near]
    return [start for start in starts if start <= time < start + shape.size_ns]


@pytest.mark.parametrize("shape", [WindowShape(10, 10), WindowShape(10, 2), WindowShape(12, 4), WindowShape(7, 7)])
@given(time=st.integers(-1000, 1000))
def test_the_windows_of_a_time_are_those_that_hold_it(shape: WindowShape, time: int) -> None:
    pane = np.gcd(shape.size_ns, shape.hop_ns)
    starts = holding(shape, time)
    assert list(shape.starts_of(int(time // pane * pane))) == starts
    assert shape.first_end(np.array([time])).tolist() == [starts[0] + shape.size_ns]
    assert shape.last_end(np.array([time])).tolist() == [starts[-1] + shape.size_ns]


def test_panes_are_the_longest_stretch_that_every_window_is_made_of() -> None:
    plan = plan_of([Window(size=60 * S), Window(size=10 * S), Window(size=25 * S, hop=5 * S)], "air")
    assert plan is not None
    assert plan.pane_ns == 5 * S
    assert plan.shapes == (WindowShape(60 * S, 60 * S), WindowShape(10 * S, 10 * S), WindowShape(25 * S, 5 * S))


def test_a_kind_that_no_window_names_has_none() -> None:
    sizes = [Window(size=60 * S, kinds=("air",)), Window(size=10 * S, kinds=("noise", "air"))]
    assert plan_of(sizes, "water") is None
    noise = plan_of(sizes, "noise")
    assert noise is not None
    assert noise.shapes == (WindowShape(10 * S, 10 * S),)
