"""Eight years of the index that Jakarta published, row by row: largest sub-index, category and critical parameter.

The recording holds sub-indices, not concentrations. Each is turned into the concentration that has it, and from those
the index of the day is made again. Rows that contradict themselves are counted by what is wrong with them.
"""

import csv
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from processors.indicators.ispu import CONCENTRATION, INDEX, category, critical_parameter, rounded

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "jakarta_ispu"
COLUMNS = {
    "pm25": ("pm25", "pm_duakomalima"),
    "pm10": ("pm10", "pm_sepuluh"),
    "o3": ("o3", "ozon"),
    "so2": ("so2", "sulfur_dioksida"),
    "no2": ("no2", "nitrogen_dioksida"),
    "co": ("co", "karbon_monoksida"),
}
MISSING = ("---", "-", "", None)

pytestmark = pytest.mark.skipif(not RECORDED.is_dir(), reason="the recording of Jakarta's index is not here")


def rows_of(year: int) -> Iterator[dict[str, str]]:
    with (RECORDED / f"ispu_{year}.csv").open(newline="", encoding="utf-8-sig") as file:
        yield from csv.DictReader(file)


def sub_indices(row: dict[str, str]) -> dict[str, float]:
    sent = {name: next((row[column] for column in columns if column in row), None) for name, columns in COLUMNS.items()}
    return {name: float(text) for name, text in sent.items() if text not in MISSING}


def disagreements(row: dict[str, str]) -> Iterator[str]:
    """What the index that is made again says otherwise."""
    sent = sub_indices(row)
    made = {name: float(np.interp(value, INDEX, CONCENTRATION[name])) for name, value in sent.items()}
    found = critical_parameter(made)
    published = row.get("categori") or row.get("kategori") or ""
    if found is None or published in ("TIDAK ADA DATA", ""):
        yield "no data"
        return
    parameter, index = found
    largest = float(row["max"])
    if rounded(index) != largest:
        yield "max"
    if str(category(largest)).upper() != published:
        yield "category"
    critical = (row.get("critical") or row.get("parameter_pencemar_kritis") or "").lower()
    if critical not in sent:
        yield "critical is not named" if critical == "" else "critical is no parameter"
    elif critical != parameter:
        yield "critical is as large" if math.isclose(sent[critical], index) else "critical is smaller"


def counted(year: int) -> dict[str, int]:
    return dict(Counter(what for row in rows_of(year) for what in disagreements(row)))


@pytest.mark.parametrize(
    ("year", "rows", "expected"),
    [
        (2010, 1825, {"no data": 1302, "critical is as large": 3}),
        (2011, 365, {}),
        (2013, 365, {}),
        (2016, 1830, {"no data": 37, "critical is as large": 8}),
        (2018, 365, {"critical is as large": 1}),
        (
            2021,
            1825,
            {"no data": 17, "critical is as large": 4, "critical is smaller": 34, "critical is no parameter": 3},
        ),
        (
            2023,
            1825,
            {
                "no data": 21,
                "max": 31,
                "critical is as large": 6,
                "critical is smaller": 9,
                "critical is no parameter": 166,
            },
        ),
        (
            2024,
            1830,
            {
                "no data": 6,
                "category": 21,
                "critical is as large": 5,
                "critical is smaller": 27,
                "critical is not named": 40,
            },
        ),
    ],
)
def test_every_published_day_is_made_again_but_for_those_that_contradict_themselves(year, rows, expected) -> None:
    """In 2021 CO is named where O3 is larger; in 2023 parameters are also named by numbers, in 2024 not at all."""
    assert sum(1 for _ in rows_of(year)) == rows
    assert counted(year) == expected
