"""What a checkpoint holds beside the state: a million topics and devices are not written again each time."""

from pathlib import Path
from typing import Any

import pytest

from config.settings import Settings, Source
from denyut.saved_state import SavedState
from denyut.snapshot import Snapshot
from ingest.decoding import SourceDecoder
from ingest.devices import DeviceTable
from ingest.ledger import Ledger
from processors.checkpoints.directory import CheckpointDirectory, Written
from processors.checkpoints.pieces import PieceWriter
from processors.duplicates import SeenReadings
from processors.processor import Processor, State
from processors.sequences import Sequences
from processors.state import StateError

SETTINGS = Settings()


def of_topics(count: int, parts: dict[str, bytes] | None = None, state: State | None = None) -> Snapshot:
    devices = DeviceTable()
    decoder = SourceDecoder(Source(), "c", devices, {}, [f"city/c/air/d{number}".encode() for number in range(count)])
    processor = Processor(SETTINGS.windows, {}, devices, state=state)
    return Snapshot(processor, Ledger(), devices, {"mqtt": decoder}, lambda: parts or {})


def save(directory: CheckpointDirectory, next_offset: int, snapshot: Snapshot) -> Written:
    written = directory.write(next_offset, snapshot.describe)
    directory.publish(written)
    return written


def newest(directory: CheckpointDirectory) -> SavedState:
    return SavedState.newest(directory, SETTINGS.windows, {})


@pytest.mark.parametrize("count", [0, 1, 4, 5, 9])
def test_topics_and_devices_come_back_in_order_whole_blocks_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr("denyut.snapshot.BLOCK", 4)
    directory = CheckpointDirectory(tmp_path)
    save(directory, 3, of_topics(count))
    saved = newest(directory)
    assert saved.topics == {"mqtt": [f"city/c/air/d{number}".encode() for number in range(count)]}
    assert saved.devices == [["c", "air", f"d{number}", "unassigned"] for number in range(count)]
    assert saved.next_offset == 3


def test_a_full_block_is_written_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("denyut.snapshot.BLOCK", 4)
    directory = CheckpointDirectory(tmp_path)
    assert [len(save(directory, offset, of_topics(count)).new) for offset, count in ((1, 7), (2, 7), (3, 8))] == [
        2,
        0,
        2,
    ]


def test_named_parts_come_back_as_the_bytes_they_were(tmp_path: Path) -> None:
    directory = CheckpointDirectory(tmp_path)
    save(directory, 1, of_topics(0, {"rules": b"\x00\xff", "empty": b""}))
    assert newest(directory).parts == {"rules": b"\x00\xff", "empty": b""}


def test_what_a_source_sent_that_was_not_configured_for_a_while_is_forgotten(tmp_path: Path) -> None:
    directory = CheckpointDirectory(tmp_path)
    names = ("mqtt", "left out")
    state = State(seen={name: SeenReadings() for name in names}, sequences={name: Sequences() for name in names})
    save(directory, 1, of_topics(0, state=state))
    saved = newest(directory).state
    assert (list(saved.seen), list(saved.sequences)) == (["mqtt"], ["mqtt"])


def test_where_there_is_none_everything_begins_anew(tmp_path: Path) -> None:
    saved = newest(CheckpointDirectory(tmp_path))
    assert (saved.next_offset, saved.topics, saved.devices, saved.parts) == (0, {}, [], {})


@pytest.mark.parametrize("part", ["state", "ledger", "topics", "devices", "parts"])
def test_a_document_that_lacks_a_part_is_one_sentence(tmp_path: Path, part: str) -> None:
    directory, snapshot = CheckpointDirectory(tmp_path), of_topics(1)

    def describe(pieces: PieceWriter) -> dict[str, Any]:
        return {name: held for name, held in snapshot.describe(pieces).items() if name != part}

    directory.publish(directory.write(6, describe))
    with pytest.raises(StateError, match=rf"^checkpoint 6 holds what this program cannot read: '{part}'$"):
        newest(directory)
