from pathlib import Path

import pytest

from denyut.data_dir import DamagedError
from denyut.set_aside import FILE_NAME, SetAside


def test_what_was_set_aside_is_known_at_the_next_start(tmp_path: Path) -> None:
    first = SetAside(tmp_path)
    first.add(7)
    first.add(3)
    again = SetAside(tmp_path)
    assert [offset for offset in range(10) if offset in again] == [3, 7]
    assert (tmp_path / FILE_NAME).read_text() == "[3, 7]"


@pytest.mark.parametrize(
    "content", ["", "{}", '{"x": 1}', "null", "[1, true]", '["1"]', "[1.5]", "\x00", "[" * 100_000]
)
def test_a_damaged_file_is_named_and_what_to_do_with_it(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content)
    with pytest.raises(DamagedError) as error:
        SetAside(tmp_path)
    assert str(error.value) == (
        f"{tmp_path / FILE_NAME} is damaged: move it away, and journal entries that ended a run are tried again"
    )
