import numpy as np

from config.settings import Quantity
from processors.ranges import without_implausible

NAN = float("nan")


def test_values_outside_the_range_become_absent_and_are_counted_and_the_limits_are_inside() -> None:
    values = np.array([[-1.0, 0.0, 250.0, 250.1, NAN], [-5.0, 5.0, 5.0, 5.0, 5.0]])
    kept, implausible = without_implausible(("speed", "count"), values, {"speed": Quantity(min=0, max=250)})
    assert np.array_equal(kept, np.array([[NAN, 0, 250, NAN, NAN], [-5, 5, 5, 5, 5]]), equal_nan=True)
    assert implausible == {"speed": 2}
    assert values[0, 0] == -1, "the readings themselves stay as they came"


def test_a_range_may_have_one_end() -> None:
    values = np.array([[-5.0, 1e300]])
    assert without_implausible(("v",), values, {"v": Quantity(min=0)})[1] == {"v": 1}
    assert without_implausible(("v",), values, {"v": Quantity(max=0)})[1] == {"v": 1}


def test_plausible_readings_are_handed_on_as_they_are() -> None:
    values = np.array([[1.0, 2.0]])
    kept, implausible = without_implausible(("v",), values, {"v": Quantity(min=0, max=9), "w": Quantity(min=5)})
    assert kept is values
    assert implausible == {}
