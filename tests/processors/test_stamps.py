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
        sizes = windows("10s", "20s/10s", "1m", delay="2s", lateness="20s", civil=("hour", "day"))
        fed = Fed(sizes, EVERY_KIND, kind="traffic")
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
    assert len(document) < 160_000
    assert pieces.bytes_written > 1_000_000


def test_an_open_month_is_written_again_only_when_a_day_has_gone_into_it(tmp_path: Path) -> None:
    fed = Fed(windows("10s", civil=("day", "month")), devices=10_000)
    directory = CheckpointDirectory(tmp_path)

    def month_is_written(day: int, hour: int) -> bool:
        """By the checkpoint that is taken after all devices have spoken, and their window has closed."""
        clock = BEGIN + (24 * day + hour) * 3600 * SECOND_NS
        fed.take(*(Row(device, clock, {"speed": float(device)}) for device in range(10_000)), received=clock)
        fed.advance(clock + 10 * SECOND_NS)
        made = directory.write(clock, lambda pieces: {"state": describe(fed.processor.state, pieces.pack)})
        directory.publish(made)
        kept = fed.processor.state.kinds[fed.kind]
        (month,) = [window for (shape, _), window in kept.windows.items() if kept.shapes[shape].size == "1mo"]
        (name,) = [made.stamps[key] for key in made.stamps if key.startswith(f"pane {month.pane.stamp} numbers")]
        return name in made.new

    day_before = BEGIN - 86_400 * SECOND_NS
    fed.take(*(Row(device, day_before, {"speed": 1.0}) for device in range(10_000)), received=day_before)
    assert [month_is_written(*when) for when in ((1, 0), (1, 1), (1, 2), (2, 0), (2, 1))] == [
        True,
        False,
        False,
        True,
        False,
    ]
