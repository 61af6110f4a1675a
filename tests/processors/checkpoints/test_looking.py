"""Looking at checkpoints beside the run that writes them changes nothing."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from processors.checkpoints.directory import CheckpointDirectory
from processors.checkpoints.looking import look
from processors.checkpoints.pieces import CheckpointError, PieceReader, PieceWriter


def save(directory: CheckpointDirectory, next_offset: int) -> None:
    def describe(pieces: PieceWriter) -> dict[str, Any]:
        return {"large": pieces.pack(np.full(20_000, next_offset, np.int64)), "small": next_offset}

    directory.publish(directory.write(next_offset, describe))


def numbers(path: Path, document: dict[str, Any], pieces: PieceReader) -> tuple[str, int, int]:
    return path.name, document["small"], int(pieces.unpack(document["large"])[-1])


def files(path: Path) -> dict[str, bytes]:
    return {str(each.relative_to(path)): each.read_bytes() for each in path.rglob("*") if each.is_file()}


def test_the_newest_is_read_and_nothing_is_made_where_there_is_none(tmp_path: Path) -> None:
    assert look(tmp_path / "checkpoints", numbers) is None
    assert list(tmp_path.iterdir()) == []
    directory = CheckpointDirectory(tmp_path)
    save(directory, 5)
    save(directory, 70)
    assert look(tmp_path, numbers) == ("00000000000000000070.ckpt", 70, 70)


def test_a_checkpoint_that_is_replaced_while_it_is_read_gives_way_to_the_newer(tmp_path: Path) -> None:
    directory = CheckpointDirectory(tmp_path)
    save(directory, 1)

    def slowly(path: Path, document: dict[str, Any], pieces: PieceReader) -> int:
        if document["small"] == 1:
            for offset in (2, 3, 4):
                save(directory, offset)
        return numbers(path, document, pieces)[2]

    assert look(tmp_path, slowly) == 4


def test_a_damaged_one_is_passed_over_and_left_for_the_run_to_set_aside(tmp_path: Path) -> None:
    directory = CheckpointDirectory(tmp_path)
    save(directory, 1)
    save(directory, 2)
    for piece in (tmp_path / "pieces").iterdir():
        if np.fromfile(piece, np.int64)[0] == 2:
            piece.write_bytes(piece.read_bytes()[:-1])
    before = files(tmp_path)
    assert look(tmp_path, numbers) == ("00000000000000000001.ckpt", 1, 1)
    assert files(tmp_path) == before


def test_where_all_are_damaged_one_is_named(tmp_path: Path) -> None:
    save(CheckpointDirectory(tmp_path), 1)
    (tmp_path / "00000000000000000001.ckpt").write_bytes(b"DENYUTCP")
    with pytest.raises(CheckpointError, match=r"00000000000000000001\.ckpt is cut short"):
        look(tmp_path, numbers)
