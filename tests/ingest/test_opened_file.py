from pathlib import Path

from ingest.opened_file import OpenedFile


def test_a_file_is_in_place_until_it_is_removed_moved_or_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("first")
    opened = OpenedFile(path)
    path.write_text("changed")
    assert opened.is_in_place
    path.rename(tmp_path / "elsewhere")
    assert not opened.is_in_place
    path.write_text("another")
    assert not opened.is_in_place
    (tmp_path / "elsewhere").replace(path)
    assert opened.is_in_place
    path.unlink()
    assert not opened.is_in_place
