import numpy as np
import pytest

from storage.line_fields import FieldTexts


def expected(names: tuple[str, ...], values: np.ndarray, present: np.ndarray) -> list[bytes]:
    return [
        ",".join(
            f"{name}={value!r}" for name, value, is_there in zip(names, row, there, strict=True) if is_there
        ).encode()
        for row, there in zip(values.T.tolist(), present.T.tolist(), strict=True)
    ]


def some_of(fields: int, points: int, sets: int) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Points that have one of so many sets of fields, in any order, each at least one field."""
    rng = np.random.default_rng(fields * points + sets)
    patterns = rng.random((fields, sets)) < 0.6
    patterns[0] = True
    names = tuple(f"f{number}" for number in range(fields))
    return names, rng.integers(0, 4000, (fields, points)) / 8, patterns[:, rng.integers(0, sets, points)]


@pytest.mark.parametrize(
    ("fields", "points", "sets"),
    [
        (1, 10, 1),
        (4, 1000, 5),
        (29, 2000, 16),
        (64, 1000, 3),
        (65, 1000, 3),
        (150, 2000, 9),
        (5, 40, 30),
        (29, 300, 300),
    ],
    ids=str,
)
def test_each_point_has_its_own_fields_whether_few_or_many_lack_the_same(fields: int, points: int, sets: int) -> None:
    names, values, present = some_of(fields, points, sets)
    assert FieldTexts().of(names, values, present) == expected(names, values, present)


def test_names_that_json_would_escape_are_written_as_line_protocol_wants_them() -> None:
    names = ('q"uote', "a b", "plain", "é,")
    _, values, present = some_of(4, 500, 3)
    escaped = ('q"uote', "a\\ b", "plain", "é\\,")
    assert FieldTexts().of(names, values, present) == expected(escaped, values, present)


def test_ever_new_sets_of_fields_are_not_remembered_for_ever() -> None:
    texts = FieldTexts()
    for number in range(700):
        names = (f"a{number}", f"b{number}")
        present = np.ones((2, 200), dtype=np.bool_)
        present[1, 100:] = False
        values = np.ones((2, 200))
        assert texts.of(names, values, present) == expected(names, values, present)
    assert len(texts._shapes) < 1000


def test_no_points_are_no_text() -> None:
    assert FieldTexts().of((), np.empty((0, 0)), np.empty((0, 0), dtype=np.bool_)) == []
    assert FieldTexts().of(("x",), np.empty((1, 0)), np.empty((1, 0), dtype=np.bool_)) == []
