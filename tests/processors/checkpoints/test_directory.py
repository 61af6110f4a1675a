"""Checkpoints on disk: whole or not there, the newest that is whole is used, and nothing old is left lying."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import processors.checkpoints.directory
from processors.checkpoints.directory import CheckpointDirectory
from processors.checkpoints.pieces import CheckpointError, PieceReader, PieceWriter
from processors.state import StateError

Arrays = dict[str, NDArray[np.float64]]


def numbers(seed: int, size: int = 20_000) -> NDArray[np.float64]:
    return np.random.default_rng(seed).random(size)


def save(directory: CheckpointDirectory, next_offset: int, arrays: Arrays, stamped: bool = False) -> int:
    """Bytes written."""

    def describe(pieces: PieceWriter) -> dict[str, Any]:
        return {"arrays": {name: pieces.pack(array, name if stamped else None) for name, array in arrays.items()}}

    written = directory.write(next_offset, describe)
    directory.publish(written)
    return written.bytes_written


def read(offset: int, document: dict[str, Any], pieces: PieceReader) -> tuple[int, Arrays]:
    return offset, {name: pieces.unpack(saved) for name, saved in document["arrays"].items()}


def newest(path: Path, damages: list[str] | None = None) -> tuple[int, Arrays] | None:
    return CheckpointDirectory(path).newest(read, None if damages is None else damages.append)


def names(path: Path) -> list[str]:
    return sorted(each.name for each in path.iterdir() if each.is_file())


def test_a_directory_without_a_checkpoint_gives_none_and_the_journal_is_needed_from_its_beginning(
    tmp_path: Path,
) -> None:
    directory = CheckpointDirectory(tmp_path / "checkpoints")
    assert directory.newest(read) is None
    assert directory.needed_from == 0


def test_what_was_written_is_read_small_and_large_whatever_its_layout(tmp_path: Path) -> None:
    wide = np.asfortranarray(numbers(1).reshape(100, 200))
    arrays = {
        "small": numbers(2, 5),
        "empty": numbers(3, 0),
        "wide": wide,
        "growing": numbers(4, 40_000).reshape(2, -1)[:, :9_000],
    }
    save(CheckpointDirectory(tmp_path), 7, arrays)
    found = newest(tmp_path)
    assert found is not None
    offset, loaded = found
    assert offset == 7
    for name, array in arrays.items():
        np.testing.assert_array_equal(loaded[name], array)
        assert loaded[name].flags.writeable
    assert len(list((tmp_path / "pieces").iterdir())) == 2


def test_what_is_not_published_is_not_there(tmp_path: Path) -> None:
    directory = CheckpointDirectory(tmp_path)
    save(directory, 3, {"a": numbers(1)})
    directory.write(9, lambda pieces: {"arrays": {"a": pieces.pack(numbers(2))}})
    found = newest(tmp_path)
    assert found is not None
    assert found[0] == 3


def test_content_that_did_not_change_is_written_once(tmp_path: Path) -> None:
    directory = CheckpointDirectory(tmp_path)
    still, changing = numbers(1), numbers(2)
    first = save(directory, 1, {"still": still, "changing": changing})
    changing[0] = 5
    second = save(directory, 2, {"still": still, "changing": changing})
    assert first - second == still.nbytes


def test_what_a_stamp_names_is_not_even_looked_at_again(tmp_path: Path) -> None:
    directory = CheckpointDirectory(tmp_path)
    save(directory, 1, {"a": numbers(1)}, stamped=True)
    save(directory, 2, {"a": numbers(2)}, stamped=True)
    found = newest(tmp_path)
    assert found is not None
    np.testing.assert_array_equal(found[1]["a"], numbers(1))


def test_a_stamp_stands_for_one_shape_only(tmp_path: Path) -> None:
    directory = CheckpointDirectory(tmp_path)
    save(directory, 1, {"a": numbers(1)}, stamped=True)
    save(directory, 2, {"a": numbers(1, 10_000)}, stamped=True)
    found = newest(tmp_path)
    assert found is not None
    assert found[1]["a"].shape == (10_000,)


def test_a_piece_that_somebody_removed_is_written_again(tmp_path: Path) -> None:
    directory = CheckpointDirectory(tmp_path)
    save(directory, 1, {"a": numbers(1)}, stamped=True)
    for piece in (tmp_path / "pieces").iterdir():
        piece.unlink()
    save(directory, 2, {"a": numbers(1)}, stamped=True)
    assert newest(tmp_path) is not None


def test_the_newest_two_stay_with_their_pieces_and_the_journal_is_needed_from_the_older(tmp_path: Path) -> None:
    directory = CheckpointDirectory(tmp_path)
    for offset in (1, 5, 9, 14, 20):
        save(directory, offset, {"a": numbers(offset)})
    assert directory.needed_from == 14
    directory.write(25, lambda pieces: {"arrays": {}})
    assert names(tmp_path) == [f"{14:020}.ckpt", f"{20:020}.ckpt", f"{25:020}.ckpt.new"]
    assert len(names(tmp_path / "pieces")) == 2
    again = CheckpointDirectory(tmp_path)
    assert again.newest(read) is not None
    assert again.needed_from == 14
    save(again, 30, {"a": numbers(30)})
    assert names(tmp_path) == [f"{20:020}.ckpt", f"{30:020}.ckpt"]
    assert again.needed_from == 20


def test_before_the_newest_was_looked_for_no_piece_is_removed(tmp_path: Path) -> None:
    save(CheckpointDirectory(tmp_path), 4, {"a": numbers(1)})
    save(CheckpointDirectory(tmp_path), 6, {"a": numbers(2)})
    found = newest(tmp_path)
    assert found is not None
    assert found[0] == 6
    (tmp_path / f"{6:020}.ckpt").unlink()
    found = newest(tmp_path)
    assert found is not None
    np.testing.assert_array_equal(found[1]["a"], numbers(1))


def damage(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("at", [0, 9, 16, 30, -1])
def test_where_the_newest_is_damaged_the_one_before_is_used_and_the_damage_has_a_place(tmp_path: Path, at: int) -> None:
    directory = CheckpointDirectory(tmp_path)
    save(directory, 1, {"a": numbers(1)})
    save(directory, 2, {"a": numbers(2)})
    damage(tmp_path / f"{2:020}.ckpt", at)
    damages: list[str] = []
    found = newest(tmp_path, damages)
    assert found is not None
    assert found[0] == 1
    assert len(damages) == 1
    assert f"{2:020}.ckpt is " in damages[0]
    assert names(tmp_path) == [f"{1:020}.ckpt", f"{2:020}.damaged"]


@pytest.mark.parametrize("how", ["changed", "cut short", "gone"])
def test_where_a_piece_of_the_newest_is_damaged_the_one_before_is_used_and_the_piece_is_not_trusted_again(
    tmp_path: Path, how: str
) -> None:
    directory = CheckpointDirectory(tmp_path)
    save(directory, 1, {"a": numbers(1)})
    (first,) = (tmp_path / "pieces").iterdir()
    save(directory, 2, {"a": numbers(2)})
    (piece,) = set((tmp_path / "pieces").iterdir()) - {first}
    if how == "changed":
        damage(piece, 4_000)
    elif how == "cut short":
        piece.write_bytes(piece.read_bytes()[:-1])
    else:
        piece.unlink()
    damages: list[str] = []
    again = CheckpointDirectory(tmp_path)
    found = again.newest(read, damages.append)
    assert found is not None
    assert found[0] == 1
    assert piece.name in damages[0]
    save(again, 2, {"a": numbers(2)})
    found = newest(tmp_path)
    assert found is not None
    np.testing.assert_array_equal(found[1]["a"], numbers(2))


def test_a_checkpoint_that_somebody_takes_away_meanwhile_is_one_that_is_not_there(tmp_path: Path) -> None:
    save(CheckpointDirectory(tmp_path), 1, {"a": numbers(1)})
    save(CheckpointDirectory(tmp_path), 2, {"a": numbers(2)})
    directory = CheckpointDirectory(tmp_path)
    (tmp_path / f"{2:020}.ckpt").unlink()
    found = directory.newest(read)
    assert found is not None
    assert found[0] == 1


def test_where_both_are_damaged_one_sentence_says_where_and_what_to_do(tmp_path: Path) -> None:
    directory = CheckpointDirectory(tmp_path)
    save(directory, 1, {"a": numbers(1)})
    save(directory, 2, {"a": numbers(2)})
    for offset in (1, 2):
        damage(tmp_path / f"{offset:020}.ckpt", -1)
    with pytest.raises(StateError) as refused:
        newest(tmp_path, [])
    first, second = (tmp_path / f"{offset:020}.ckpt" for offset in (1, 2))
    assert str(refused.value) == (
        f"no checkpoint can be read ({second} is damaged; {first} is damaged); move {tmp_path} away to start without it"
    )


def test_a_checkpoint_of_another_version_is_one_clear_sentence_and_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save(CheckpointDirectory(tmp_path), 1, {"a": numbers(1)})
    with monkeypatch.context() as patch:
        patch.setattr(processors.checkpoints.directory, "VERSION", 99)
        save(CheckpointDirectory(tmp_path), 2, {"a": numbers(2)})
    with pytest.raises(StateError, match=r"2\.ckpt has version 99, this program reads version 1$"):
        newest(tmp_path)
    assert names(tmp_path) == [f"{1:020}.ckpt", f"{2:020}.ckpt"]


def test_what_cannot_be_written_leaves_the_last_one_as_it_was(tmp_path: Path) -> None:
    directory = CheckpointDirectory(tmp_path)
    save(directory, 1, {"a": numbers(1)})

    def fail(pieces: PieceWriter) -> dict[str, Any]:
        pieces.pack(numbers(2))
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        directory.write(2, fail)
    assert len(names(tmp_path / "pieces")) == 1
    found = newest(tmp_path)
    assert found is not None
    assert found[0] == 1


def test_a_checkpoint_that_holds_what_it_should_not_is_an_error_of_its_own() -> None:
    with pytest.raises(CheckpointError, match="cannot be read"):
        PieceReader(Path("nowhere")).unpack(["<f8", [1], "0" * 32])
