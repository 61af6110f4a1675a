import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.indicators.ispu import (
    CATEGORIES,
    CONCENTRATION,
    INDEX,
    Category,
    beyond_scale,
    category,
    category_number,
    critical_parameter,
    rounded,
    sub_index,
)

DOCS = (Path(__file__).parents[3] / "docs" / "indicators.md").read_text(encoding="utf-8")

WORKED = [
    ("pm25", 10, 32.2581, 32, "Baik"),
    ("pm25", 15.5, 50, 50, "Baik"),
    ("pm25", 35, 74.4361, 74, "Sedang"),
    ("pm25", 55.4, 100, 100, "Sedang"),
    ("pm25", 100, 146.9474, 147, "Tidak Sehat"),
    ("pm25", 200, 249.6, 250, "Sangat Tidak Sehat"),
    ("pm25", 300, 339.7436, 340, "Berbahaya"),
    ("pm10", 75, 62.5, 63, "Sedang"),
    ("pm10", 160, 105, 105, "Tidak Sehat"),
    ("so2", 100, 68.75, 69, "Sedang"),
    ("co", 5000, 62.5, 63, "Sedang"),
    ("co", 9000, 114.2857, 114, "Tidak Sehat"),
    ("o3", 150, 63.0435, 63, "Sedang"),
    ("no2", 100, 58.3333, 58, "Sedang"),
    ("no2", 665, 150, 150, "Tidak Sehat"),
    ("hc", 72.5, 75, 75, "Sedang"),
]

ENDS = {  # concentrations at the index 50, 100, 200, 300 and 500, written out a second time
    "pm25": (15.5, 55.4, 150.4, 250.4, 500),
    "pm10": (50, 150, 350, 420, 500),
    "o3": (120, 235, 400, 800, 1000),
    "so2": (52, 180, 400, 800, 1200),
    "no2": (80, 200, 1130, 2260, 3000),
    "co": (4000, 8000, 15000, 30000, 45000),
    "hc": (45, 100, 215, 432, 648),
}
PARAMETERS = st.sampled_from(sorted(ENDS))


def exactly(parameter: str, concentration: float) -> Fraction:
    """The regulation's formula in whole numbers: I = (Ia - Ib) / (Xa - Xb) x (X - Xb) + Ib."""
    value = Fraction(str(concentration))
    ends = [Fraction(0), *(Fraction(str(end)) for end in ENDS[parameter])]
    for (below, above), (low, high) in zip(pairwise(ends), pairwise((0, 50, 100, 200, 300, 500)), strict=True):
        if value <= above:
            return Fraction(high - low) / (above - below) * (value - below) + low
    return Fraction(500)


@pytest.mark.parametrize(("parameter", "concentration", "exact", "index", "name"), WORKED)
def test_the_worked_examples_of_the_index(
    parameter: str, concentration: float, exact: float, index: int, name: str
) -> None:
    computed = sub_index(parameter, concentration)
    assert float(computed) == pytest.approx(exact, abs=5e-5)
    assert rounded(computed) == index
    assert category(float(computed)) == name


def test_the_critical_parameter_is_the_one_with_the_largest_index() -> None:
    found = critical_parameter({"co": 5000, "pm25": 35, "o3": 150, "pm10": 75})
    assert found is not None
    parameter, index = found
    assert parameter == "pm25"
    assert index == pytest.approx(74.4361, abs=5e-5)
    assert rounded(index) == 74
    assert category(index) == "Sedang"


def test_a_tie_goes_to_the_parameter_that_stands_first_in_the_table() -> None:
    assert critical_parameter({"hc": 45, "pm10": 50, "co": 4000, "no2": 80}) == ("pm10", 50.0)


def test_no_parameter_is_critical_where_no_concentration_has_an_index() -> None:
    assert critical_parameter({}) is None
    assert critical_parameter({"pm25": float("nan"), "pm10": -1.0}) is None
    assert critical_parameter({"pm25": float("nan"), "pm10": 0.0}) == ("pm10", 0.0)


@pytest.mark.parametrize("parameter", sorted(ENDS))
def test_the_breakpoints_have_exactly_their_index(parameter: str) -> None:
    assert sub_index(parameter, (0, *ENDS[parameter])).tolist() == [0, 50, 100, 200, 300, 500]


def test_the_table_holds_seven_parameters_and_rises() -> None:
    assert sorted(CONCENTRATION) == sorted(ENDS)
    assert all((np.diff(ends) > 0).all() for ends in (INDEX, *CONCENTRATION.values()))


def test_a_negative_or_missing_concentration_has_no_index_and_no_category() -> None:
    assert np.isnan(sub_index("pm25", [-0.1, -999.0, float("nan"), -np.inf])).all()
    assert category(float(sub_index("pm25", -1.0))) is None


def test_above_the_last_breakpoint_the_index_stays_at_500_and_is_flagged() -> None:
    concentration = [499.9, 500.0, 500.1, 9000.0, np.inf, float("nan"), -1.0]
    assert sub_index("pm25", concentration)[1:5].tolist() == [500, 500, 500, 500]
    assert sub_index("pm25", 499.9) < 500
    assert beyond_scale("pm25", concentration).tolist() == [False, False, True, True, True, False, False]


def test_the_index_is_rounded_half_up_and_not_half_to_even() -> None:
    assert rounded([62.5, 63.5, 100.4, 0.49, 62.49999999999999]).tolist() == [63, 64, 100, 0, 63]
    assert np.isnan(rounded(float("nan")))


@pytest.mark.parametrize(
    ("index", "name"),
    [
        (0, "Baik"), (50.4, "Baik"), (50.5, "Sedang"), (100.4, "Sedang"), (100.5, "Tidak Sehat"),
        (200.4, "Tidak Sehat"), (200.5, "Sangat Tidak Sehat"), (300.4, "Sangat Tidak Sehat"), (300.5, "Berbahaya"),
        (500, "Berbahaya"),
    ],
)  # fmt: skip
def test_the_category_is_decided_on_the_rounded_index(index: float, name: str) -> None:
    assert category(index) is Category(name)


def test_a_parameter_outside_the_regulation_is_refused() -> None:
    with pytest.raises(KeyError, match="pm1"):
        sub_index("pm1", 10.0)


@given(PARAMETERS, st.integers(0, 500_000))
def test_the_index_agrees_with_exact_fractions(parameter: str, tenths: int) -> None:
    concentration = tenths / 10
    exact = exactly(parameter, concentration)
    assert float(sub_index(parameter, concentration)) == pytest.approx(float(exact), abs=1e-9)
    assert rounded(sub_index(parameter, concentration)) == (exact + Fraction(1, 2)).__floor__()


@given(PARAMETERS, st.lists(st.floats(0, 50_000), min_size=2))
def test_more_of_a_pollutant_never_lowers_the_index(parameter: str, concentrations: list[float]) -> None:
    index = sub_index(parameter, sorted(concentrations))
    assert (np.diff(index) >= -1e-9).all()
    assert (np.diff(rounded(index)) >= 0).all()


@given(PARAMETERS, st.lists(st.floats(), min_size=1), st.randoms())
def test_each_concentration_has_its_index_whatever_stands_beside_it(parameter, concentrations, random) -> None:
    order = random.sample(range(len(concentrations)), len(concentrations))
    shuffled = np.array(concentrations)[order]
    np.testing.assert_array_equal(sub_index(parameter, shuffled), sub_index(parameter, concentrations)[order])


def test_the_documented_breakpoints_are_those_that_are_computed_with() -> None:
    order = ("pm25", "pm10", "o3", "so2", "no2", "co", "hc")
    rows = re.findall(r"^\| (\d+(?: \| [\d.]+){7}) \|$", DOCS, re.MULTILINE)
    columns = list(zip(*(map(float, row.split(" | ")) for row in rows), strict=True))
    assert columns == [tuple(INDEX), *(tuple(CONCENTRATION[name]) for name in order)]


def test_the_documented_categories_and_examples_are_those_that_come_out() -> None:
    rows = re.findall(
        r"^\| (\D+) \| (?:from )?(\d+)(?: to (\d+))? \| ([\d.]+) \| ([\d.]+) \| (\d+) \|$", DOCS, re.MULTILINE
    )
    assert [row[0] for row in rows] == list(Category)
    for name, first, last, concentration, exact, index in rows:
        assert category(float(first)) == category(float(last or 500)) == name
        computed = float(sub_index("pm25", float(concentration)))
        assert (computed, rounded(computed)) == (pytest.approx(float(exact), abs=5e-5), float(index))


def test_a_category_carries_the_colour_of_the_regulation_and_what_shows_it() -> None:
    assert [(str(each), each.colour, each.theme) for each in CATEGORIES] == [
        ("Baik", "hijau", "#00cc00"),
        ("Sedang", "biru", "#0000cc"),
        ("Tidak Sehat", "kuning", "#cccc00"),
        ("Sangat Tidak Sehat", "merah", "#cc0000"),
        ("Berbahaya", "hitam", "#000000"),
    ]


def test_categories_are_numbered_on_the_rounded_index() -> None:
    numbers = category_number([0, 50.4, 50.5, 100.5, 200.5, 300.5, 500, float("nan")])
    np.testing.assert_array_equal(numbers, [1, 1, 2, 3, 4, 5, 5, float("nan")])
