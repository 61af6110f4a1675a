from pathlib import Path

import pytest

from config.language import open_language
from denyut.demo.directory import DirectoryRefused, fresh_directory


def test_a_second_demo_finds_nothing_of_the_first(tmp_path: Path) -> None:
    place = tmp_path / "denyut-data" / "demo"
    with fresh_directory(place):
        (place / "denyut.db").write_text("first")
        (place / "logs").mkdir()
        (place / "logs" / "run.log").write_text("first")
    with fresh_directory(place):
        assert [entry.name for entry in place.iterdir()] == ["demo.lock"]


def test_the_data_of_a_demo_stay_after_it(tmp_path: Path) -> None:
    with fresh_directory(tmp_path / "demo"):
        (tmp_path / "demo" / "denyut.db").write_text("kept")
    assert (tmp_path / "demo" / "denyut.db").read_text() == "kept"


def test_data_that_no_demo_made_are_never_emptied(tmp_path: Path) -> None:
    (tmp_path / "denyut.db").write_text("of the city")
    with pytest.raises(DirectoryRefused, match="holds files that no demo made"), fresh_directory(tmp_path):
        pass
    assert (tmp_path / "denyut.db").read_text() == "of the city"


def test_what_a_link_points_to_is_never_emptied(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "file").write_text("kept")
    with fresh_directory(tmp_path / "demo"):
        (tmp_path / "demo" / "link").symlink_to(tmp_path / "elsewhere")
    with fresh_directory(tmp_path / "demo"):
        pass
    assert (tmp_path / "elsewhere" / "file").read_text() == "kept"


def test_two_demos_never_share_a_directory(tmp_path: Path) -> None:
    with (
        fresh_directory(tmp_path / "demo"),
        pytest.raises(DirectoryRefused, match="another demo is using"),
        fresh_directory(tmp_path / "demo"),
    ):
        pass


def test_a_directory_that_cannot_be_made_is_refused_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DirectoryRefused, match="cannot hold the demo's data: Not a directory"):  # noqa: SIM117
        with fresh_directory(tmp_path / "file" / "demo"):
            pass


def test_a_refusal_is_said_in_the_reader_s_language_with_the_way_out_for_make(tmp_path: Path) -> None:
    place = tmp_path / "demo"
    with fresh_directory(place), pytest.raises(DirectoryRefused) as refused, fresh_directory(place):
        pass
    assert refused.value.said(open_language("id")) == (
        f'demo lain sedang memakai {place}; pilih yang lain: --data-dir DIR, atau make demo ARGS="--data-dir DIR"'
    )
