import shutil
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.durability import JournalSettings
from ingest.journal.damage import Damage
from ingest.journal.entries import Messages
from ingest.journal.journal import Journal
from ingest.journal.reading import read_backwards, read_entries
from ingest.journal.segment import PAGE_SIZE, log_of, name
from tests.ingest.journal.journals import committed, lost, messages, read, written


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("template")
    written(directory, range(10))
    written(directory, range(10, 40), size=20_000, count=1)
    written(directory, range(40, 50))
    return directory


@pytest.fixture
def three_files(template: Path, tmp_path: Path) -> list[Path]:
    """Entries 0 to 9, 10 to 39 of about 20 KB each, 40 to 49."""
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    return [tmp_path / name(first) for first in (0, 10, 40)]


def test_entries_of_all_files_come_in_order(three_files: list[Path], tmp_path: Path) -> None:
    assert read(tmp_path) == (list(range(50)), [])
    assert read(tmp_path, 25) == (list(range(25, 50)), [])
    assert read(tmp_path, 50) == ([], [])


def test_an_empty_directory_holds_nothing(tmp_path: Path) -> None:
    assert read(tmp_path) == ([], [])
    with pytest.raises(FileNotFoundError):
        next(read_entries(tmp_path / "absent"))


def test_entries_that_have_gone_with_their_time_are_no_damage_unless_they_are_asked_for(
    three_files: list[Path], tmp_path: Path
) -> None:
    three_files[0].unlink()
    assert read(tmp_path) == (list(range(10, 50)), [])
    offsets, damages = read(tmp_path, 4)
    assert offsets == list(range(10, 50))
    assert damages == [Damage(three_files[1], "they are missing", 4, 9)]


def test_a_file_that_is_gone_from_the_middle_is_told_once_with_what_it_held(
    three_files: list[Path], tmp_path: Path
) -> None:
    three_files[1].unlink()
    assert read(tmp_path) == (
        [*range(10), *range(40, 50)],
        [Damage(three_files[0], "they are missing", 10, 39)],
    )


@pytest.mark.parametrize(
    "content", [b"", b"no database at all " * 5000, bytes(200_000)], ids=["empty", "text", "zeros"]
)
def test_a_file_that_is_no_database_costs_no_other(three_files: list[Path], tmp_path: Path, content: bytes) -> None:
    three_files[1].write_bytes(content)
    offsets, damages = read(tmp_path)
    assert offsets == [*range(10), *range(40, 50)]
    assert [(damage.path, damage.first, damage.last) for damage in damages] == [(three_files[1], 10, 39)]


def test_a_folder_in_the_place_of_a_file_costs_no_other(three_files: list[Path], tmp_path: Path) -> None:
    three_files[1].unlink()
    three_files[1].mkdir()
    offsets, damages = read(tmp_path)
    assert offsets == [*range(10), *range(40, 50)]
    assert [(damage.path, damage.first, damage.last) for damage in damages] == [(three_files[1], 10, 39)]


@pytest.mark.parametrize("page", [1, 2, 3])
def test_of_a_file_whose_first_pages_are_zero_everything_is_read_all_the_same(
    three_files: list[Path], tmp_path: Path, page: int
) -> None:
    """The header, the root of the entries, and a page with acknowledgements or entries."""
    overwrite(three_files[1], (page - 1) * PAGE_SIZE, bytes(PAGE_SIZE))
    offsets, damages = read(tmp_path)
    assert set(offsets) | lost(damages) == set(range(50))
    assert len(offsets) >= 50 - 2
    assert all(damage.path == three_files[1] for damage in damages)
    assert damages or page == 3


@pytest.mark.parametrize("quarter", [0, 1, 2, 3])
def test_a_file_cut_off_gives_what_is_before_the_cut_and_names_the_rest(
    three_files: list[Path], tmp_path: Path, quarter: int
) -> None:
    size = three_files[1].stat().st_size
    with three_files[1].open("r+b") as file:
        file.truncate(size * quarter // 4 + 100)
    offsets, damages = read(tmp_path)
    assert set(offsets) | lost(damages) == set(range(50))
    assert {*range(10), *range(40, 50)} <= set(offsets)
    assert len(offsets) >= 20 + 30 * quarter // 4 - 4
    assert {damage.path for damage in damages} == {three_files[1]}
    assert lost(damages).isdisjoint(offsets)


@pytest.mark.parametrize("place", range(0, 100, 4))
def test_a_flipped_byte_costs_one_entry_at_most_and_is_named(
    three_files: list[Path], tmp_path: Path, place: int
) -> None:
    position = three_files[1].stat().st_size * place // 100 + 7 * place
    byte = three_files[1].read_bytes()[position]
    overwrite(three_files[1], position, bytes([byte ^ 0x55]))
    offsets, damages = read(tmp_path)
    assert set(offsets) | lost(damages) == set(range(50))
    assert len(offsets) >= 49
    assert lost(damages).isdisjoint(offsets)
    assert len(damages) <= 1


def test_damage_in_two_places_of_a_file_is_told_in_order_and_what_is_between_is_read(
    three_files: list[Path], tmp_path: Path
) -> None:
    size = three_files[1].stat().st_size
    overwrite(three_files[1], size // 3, bytes(40_000))
    overwrite(three_files[1], 2 * size // 3, bytes(40_000))
    offsets, damages = read(tmp_path)
    assert set(offsets) | lost(damages) == set(range(50))
    assert sum((damage.last or 0) - (damage.first or 0) + 1 for damage in damages) == len(lost(damages))
    assert [damage.first for damage in damages] == sorted(damage.first or 0 for damage in damages)
    assert len(damages) >= 2
    assert len(offsets) >= 50 - 10


def test_a_second_writer_of_the_same_entries_wins(tmp_path: Path) -> None:
    """A commit whose fsync failed may be in the old file all the same; it was made again in a new one."""
    written(tmp_path, range(10))
    other = tmp_path / "other"
    journal = Journal(other, JournalSettings(), first_offset=6)
    journal.start()
    committed(journal, [messages(number) for number in range(6, 12)])
    journal.stop(10)
    shutil.copy(other / name(6), tmp_path / name(6))
    shutil.rmtree(other)
    assert read(tmp_path) == (list(range(12)), [])


def test_a_journal_is_read_while_it_is_written_without_touching_it(tmp_path: Path) -> None:
    journal = Journal(tmp_path, JournalSettings())
    journal.start()
    assert read(tmp_path) == ([], [])
    committed(journal, [messages(number) for number in range(5)])
    assert read(tmp_path) == ([0, 1, 2, 3, 4], [])
    reading = read_entries(tmp_path)
    assert next(reading)[0] == 0
    committed(journal, [messages(number) for number in range(5, 40)])
    assert [offset for offset, _ in reading] == list(range(1, 40))
    assert journal.stop(10)
    assert read(tmp_path) == (list(range(40)), [])


def test_a_reader_beside_a_busy_writer_sees_an_unbroken_row(tmp_path: Path) -> None:
    journal = Journal(tmp_path, JournalSettings(max_size=1))
    journal.start()
    seen: list[int] = []
    is_over = threading.Event()

    def look() -> None:
        while not is_over.is_set():
            offsets, damages = read(tmp_path)
            assert damages == []
            assert offsets == list(range(len(offsets)))
            seen.append(len(offsets))

    looking = threading.Thread(target=look)
    looking.start()
    try:
        committed(journal, (messages(number, count=1, size=10_000) for number in range(150)))
    finally:
        is_over.set()
        looking.join()
        journal.stop(10)
    assert len(list(tmp_path.glob("*.db"))) > 10
    assert seen == sorted(seen)
    assert read(tmp_path) == (list(range(150)), [])


def test_files_that_go_while_one_reads_are_passed_over(three_files: list[Path], tmp_path: Path) -> None:
    damages: list[Damage] = []
    reading = read_entries(tmp_path, on_damage=damages.append)
    assert next(reading)[0] == 0
    three_files[0].unlink()
    three_files[1].unlink()
    offsets = [offset for offset, _ in reading]
    assert offsets[-10:] == list(range(40, 50))


def test_a_log_that_a_killed_run_has_left_is_read(tmp_path: Path) -> None:
    left = left_by_a_killed_run(tmp_path)
    assert log_of(left).stat().st_size > 0
    assert read(tmp_path) == (list(range(20)), [])


def test_a_flipped_byte_in_the_log_costs_what_it_hits_and_not_what_follows(tmp_path: Path) -> None:
    log = log_of(left_by_a_killed_run(tmp_path))
    overwrite(log, log.stat().st_size // 2, b"\x55")
    offsets, damages = read(tmp_path)
    assert set(offsets) | lost(damages) == set(range(20))
    assert len(offsets) >= 19
    assert len(damages) == 1


def test_of_a_log_cut_off_what_is_before_the_cut_is_read(tmp_path: Path) -> None:
    log = log_of(left_by_a_killed_run(tmp_path))
    with log.open("r+b") as file:
        file.truncate(log.stat().st_size // 2)
    offsets, damages = read(tmp_path)
    assert offsets == list(range(len(offsets)))
    assert 8 <= len(offsets) <= 11
    assert damages == []
    written(tmp_path, range(len(offsets), 25))
    assert read(tmp_path) == (list(range(25)), [])


def test_entries_that_a_cut_log_has_lost_are_told_once_a_later_file_begins_after_them(tmp_path: Path) -> None:
    left = left_by_a_killed_run(tmp_path)
    with log_of(left).open("r+b") as file:
        file.truncate(log_of(left).stat().st_size // 2)
    kept, _ = read(tmp_path)
    journal = Journal(tmp_path, JournalSettings(), first_offset=20, on_damage=lambda damage: None)
    journal.stop(10)
    assert read(tmp_path) == (kept, [Damage(left, "they are missing", len(kept), 19)])


def backwards(directory: Path, before: int) -> list[int]:
    offsets = []
    for offset, entry in read_backwards(directory, before):
        assert isinstance(entry, Messages)
        assert entry.batch.payloads[0].startswith(b"%d/0 " % offset)
        offsets.append(offset)
    return offsets


def test_entries_come_backwards_from_where_one_asks(three_files: list[Path], tmp_path: Path) -> None:
    assert backwards(tmp_path, 50) == list(range(49, -1, -1))
    assert backwards(tmp_path, 42) == list(range(41, -1, -1))
    assert backwards(tmp_path, 10) == list(range(9, -1, -1))
    assert backwards(tmp_path, 0) == []


def test_backwards_too_damage_costs_what_it_hits(three_files: list[Path], tmp_path: Path) -> None:
    overwrite(three_files[1], PAGE_SIZE, bytes(PAGE_SIZE))
    overwrite(three_files[1], 20 * PAGE_SIZE, bytes(PAGE_SIZE))
    three_files[2].write_bytes(b"no database")
    offsets = backwards(tmp_path, 50)
    assert offsets == sorted(offsets, reverse=True)
    assert offsets[-10:] == list(range(9, -1, -1))
    assert 36 <= len(offsets) <= 39


def test_backwards_while_one_writes(tmp_path: Path) -> None:
    journal = Journal(tmp_path, JournalSettings())
    journal.start()
    committed(journal, [messages(number) for number in range(40)])
    assert backwards(tmp_path, journal.next_offset) == list(range(39, -1, -1))
    assert journal.stop(10)


DAMAGE = ("flip", "zero", "cut", "lengthen", "remove")


@pytest.fixture(scope="module")
def with_a_log(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three files, and one with a log that a killed run has left: entries 50 to 69."""
    directory = tmp_path_factory.mktemp("with_a_log")
    shutil.copytree(template, directory, dirs_exist_ok=True)
    left_by_a_killed_run(directory, 50, 70)
    return directory


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    wounds=st.lists(st.tuples(st.sampled_from(DAMAGE), st.integers(0, 20), st.floats(0, 1)), min_size=1, max_size=6),
    from_offset=st.sampled_from([0, 0, 5, 40]),
)
def test_whatever_is_damaged_nothing_is_wrong_or_goes_unnamed_and_one_can_write_on(
    with_a_log: Path, tmp_path: Path, wounds: list[tuple[str, int, float]], from_offset: int
) -> None:
    shutil.rmtree(tmp_path)
    shutil.copytree(with_a_log, tmp_path)
    for how, which, where in wounds:
        files = sorted(tmp_path.glob("*.db*"))
        wound(files[which % len(files)], how, where)
    offsets, damages = read(tmp_path, from_offset)
    assert offsets == sorted(set(offsets))
    assert lost(damages).isdisjoint(offsets)
    if offsets:
        assert set(range(from_offset, offsets[-1] + 1)) <= {*offsets, *lost(damages)}
    journal = Journal(tmp_path, JournalSettings(), on_damage=lambda damage: None)
    journal.start()
    (new,) = committed(journal, [messages(journal.next_offset)])
    assert journal.stop(10)
    assert not offsets or new > offsets[-1]
    again, damages = read(tmp_path, min(from_offset, new))
    assert again == [*offsets, new]
    assert set(range(again[0], new)) <= {*again, *lost(damages)}


def wound(path: Path, how: str, where: float) -> None:
    content = bytearray(path.read_bytes())
    position = int(where * len(content))
    if how == "remove":
        # A log without its file is no file of the journal any more.
        if path.suffix != ".db":
            path.unlink()
        return
    if how == "flip" and position < len(content):
        content[position] ^= 1 << position % 8
    elif how == "zero":
        content[position : position + 20_000] = bytes(len(content[position : position + 20_000]))
    elif how == "cut":
        del content[position:]
    elif how == "lengthen":
        content += content[: position // 8]
    path.write_bytes(content)


def left_by_a_killed_run(directory: Path, first: int = 0, end: int = 20) -> Path:
    """The files as they are before anything was carried over from the log; entries of about 20 KB."""
    journal = Journal(directory / "live", JournalSettings(), first, on_damage=lambda damage: None)
    journal.start()
    committed(journal, [messages(number, count=1, size=20_000) for number in range(first, end)])
    path = directory / "live" / name(first)
    for part in (path, log_of(path)):
        shutil.copy(part, directory / part.name)
    journal.stop(10)
    shutil.rmtree(directory / "live")
    return directory / path.name


def overwrite(path: Path, position: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(position)
        file.write(content)
