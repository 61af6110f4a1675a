"""A state written piece by piece, again and again, is at each time the state that its bytes say it is."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given

import processors.checkpoints.pieces
import processors.duplicates
import processors.kind_windows
from processors.checkpoints.directory import CheckpointDirectory
from processors.checkpoints.pieces import PieceReader, PieceWriter
from processors.processor import State
from processors.state import describe, dump, restore
from tests.processors.batches import SECOND_NS, Fed, Row, windows
from tests.processors.test_state import BEGIN, EVERY_KIND, STEPS


@given(steps=STEPS)
def test_what_a_stamp_says_is_unchanged_is_unchanged(
    steps: list[tuple[list[tuple[int, int, dict[str, float]]] | None, int]],
) -> None:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(processors.kind_windows, "FOLD_AT", 5)
        patch.setattr(processors.duplicates, "_CHUNK", 8)
        patch.setattr(processors.checkpoints.pieces, "LARGE", 1)
        patch.setattr("os.fsync", lambda file: None)
        fed = Fed(windows("10s", "20s/10s", "1m", delay="2s", lateness="20s"), EVERY_KIND, kind="traffic")
        directory, clock = CheckpointDirectory(Path(folder)), BEGIN
        for number, (rows, pause) in enumerate(steps):
            clock += pause * SECOND_NS
            if rows is None:
                fed.advance(clock)
            else:
                fed.take(
                    *(Row(device, clock + after * SECOND_NS, values) for device, after, values in rows), received=clock
                )
            save(directory, number + 1, fed.processor.state)
            assert dump(through(directory, fed)) == dump(fed.processor.state)


def save(directory: CheckpointDirectory, offset: int, state: State) -> None:
    directory.publish(directory.write(offset, lambda pieces: {"state": describe(state, pieces.pack)}))


def through(directory: CheckpointDirectory, fed: Fed) -> State:
    def read(offset: int, document: dict[str, Any], pieces: PieceReader) -> State:
        return restore(document["state"], fed.settings, fed.kinds, pieces.unpack)

    state = directory.newest(read)
    assert state is not None
    return state


def test_a_document_of_pieces_holds_no_large_bytes(tmp_path: Path) -> None:
    fed = Fed(windows("10s"), devices=10_000)
    fed.take(*(Row(device, BEGIN, {"speed": float(device)}) for device in range(10_000)), received=BEGIN)
    fed.advance(BEGIN + 10 * SECOND_NS)
    pieces = PieceWriter(tmp_path)
    document = msgspec.msgpack.encode(describe(fed.processor.state, pieces.pack))
    assert len(document) < 150_000
    assert pieces.bytes_written > 1_000_000
