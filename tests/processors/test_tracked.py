import numpy as np

from config.settings import Kind, Quantity
from processors.histogram import Bins
from processors.tracked import SEPARATOR, Run, TrackedColumns

NAN = float("nan")


def tracked(**quantities: Quantity) -> TrackedColumns:
    return TrackedColumns(Kind(quantities=quantities))


def test_columns_stand_in_the_order_in_which_quantities_were_seen() -> None:
    columns = tracked()
    assert columns.indices(["b", "a"]) == [0, 1]
    assert columns.indices(["c", "a", "b"]) == [2, 1, 0]
    assert columns.names == ["b", "a", "c"]


def test_readings_are_laid_out_by_tracked_column_and_what_they_lack_is_absent() -> None:
    columns = tracked()
    columns.indices(["a", "b", "c"])
    laid_out = columns.matrix(("c", "a"), np.array([[1.0, 2.0], [3.0, NAN]]))
    assert np.array_equal(laid_out, np.array([[3, NAN], [NAN, NAN], [1, 2]]), equal_nan=True)


def test_readings_that_are_laid_out_already_are_not_copied() -> None:
    columns, values = tracked(), np.array([[1.0], [2.0]])
    assert columns.matrix(("a", "b"), values) is values


def test_an_angle_is_kept_with_its_sine_and_cosine() -> None:
    columns = tracked(direction=Quantity(kind="angle"))
    laid_out = columns.matrix(("direction",), np.array([[90.0, NAN]]))
    assert columns.names == ["direction", f"direction{SEPARATOR}sine", f"direction{SEPARATOR}cosine"]
    assert np.allclose(laid_out, [[90, NAN], [1, NAN], [0, NAN]], equal_nan=True)
    assert columns.derived_of(0) == {"sine": 1, "cosine": 2}


def test_speeds_are_kept_with_their_inverse_and_those_that_stand_have_none() -> None:
    columns = tracked(speed=Quantity(harmonic=True))
    laid_out = columns.matrix(("speed",), np.array([[50.0, 0.0, -1.0]]))
    assert np.array_equal(laid_out[1], np.array([0.02, NAN, NAN]), equal_nan=True)


def test_steps_and_histograms_are_kept_for_those_quantities_that_ask_for_them() -> None:
    columns = tracked(
        energy=Quantity(kind="counter"),
        lamp=Quantity(kind="state", states=(0, 2)),
        speed=Quantity(min=0, max=250, percentiles=(85,), bins=50),
        plain=Quantity(min=0, max=250),
    )
    columns.indices(["plain", "lamp", "energy", "speed"])
    assert columns.runs == [Run(1, 0.0), Run(1, 2.0), Run(2, None)]
    assert columns.bins == {3: Bins(0, 250, 50)}
