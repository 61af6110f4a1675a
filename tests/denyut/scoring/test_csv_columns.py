from pathlib import Path

import numpy as np
import pytest

from denyut.scoring.csv_columns import read_columns

TYPES: dict[str, type[np.generic]] = {"name": np.bytes_, "number": np.int64}


def columns_of(file: Path, text: str) -> dict[str, list[object]]:
    file.write_bytes(text.encode())
    columns = read_columns(file, lambda name: TYPES.get(name, np.float64))
    return {name: values.tolist() for name, values in columns.items()}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_cells_become_columns_of_their_types(tmp_path: Path, end: str) -> None:
    text = end.join(["name,number,value", "A-1,-7,0.25", "B,1800000000000000123,1e-05", ""])
    assert columns_of(tmp_path / "a.csv", text) == {
        "name": [b"A-1", b"B"],
        "number": [-7, 1800000000000000123],
        "value": [0.25, 1e-05],
    }


def test_an_empty_cell_of_a_number_is_no_value(tmp_path: Path) -> None:
    assert str(columns_of(tmp_path / "a.csv", "name,value\nA,\nB,2\n")["value"]) == "[nan, 2.0]"


def test_a_name_may_hold_what_parts_cells_and_lines(tmp_path: Path) -> None:
    text = 'name,number,value\n"a, ""b""\nc",1,2\nD,3,4\n'
    assert columns_of(tmp_path / "a.csv", text) == {
        "name": [b'a, "b"\nc', b"D"],
        "number": [1, 3],
        "value": [2.0, 4.0],
    }


def test_a_file_without_rows_has_empty_columns(tmp_path: Path) -> None:
    assert columns_of(tmp_path / "a.csv", "name,number\n") == {"name": [], "number": []}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "a.csv is empty"),
        ("name,number\nA,1\nB\n", "a.csv has a row of 1 cells, and 2 columns"),
        ('name,number\n"A",1\nB,2,3\n', "a.csv has a row of 3 cells, and 2 columns"),
        ("name,number\nA,one\n", "a.csv, column number: "),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=f"^{sentence}"):
        columns_of(tmp_path / "a.csv", text)
