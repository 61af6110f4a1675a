import numpy as np

from simulators.recorded_values import NumberParser


def test_markers_are_missing_and_words_are_wrong() -> None:
    texts = ("1.5", "NA", "", "n/a", "inf", "nan", "-200.0", "-200", "7")
    values, wrong = NumberParser(("NA", "", "-200")).parse(texts)
    assert np.array_equal(values, [1.5, *[np.nan] * 7, 7.0], equal_nan=True)
    assert wrong.tolist() == [False, False, False, True, True, True, False, False, False]


def test_nan_is_missing_where_the_mapping_says_so() -> None:
    values, wrong = NumberParser(("nan",)).parse(("nan", "3"))
    assert np.array_equal(values, [np.nan, 3.0], equal_nan=True)
    assert not wrong.any()
