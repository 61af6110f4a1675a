import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from config.settings import Retention
from storage.points import PointBatch, SeriesTable
from storage.sqlite_schema import FILE_NAME
from storage.sqlite_store import SqliteStore
from storage.store import Query, Store, StoreRefused, StoreUnavailable, StoreUnusable
from tests.storage.store_conformance import SECOND, T0, StoreConformance, points

ROOT = Path(__file__).parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path)
    yield opened
    opened.close()


class TestSqliteStore(StoreConformance):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        opened = SqliteStore(tmp_path)
        yield opened
        opened.close()


def test_points_survive_and_the_same_series_goes_on(tmp_path: Path) -> None:
    for at in range(2):
        store = SqliteStore(tmp_path)
        store.write([points([("a", T0 + at, {"x": float(at)})])])
        store.close()
    store = SqliteStore(tmp_path, read_only=True)
    assert [row.fields["x"] for row in store.query(Query("window"))] == [0.0, 1.0]
    assert len(store.latest("window")) == 1
    store.close()


def test_a_reader_sees_what_a_writer_has_committed(store: SqliteStore, tmp_path: Path) -> None:
    store.write([points([("a", T0, {"x": 1.0})])])
    reader = SqliteStore(tmp_path, read_only=True)
    store.write([points([("a", T0 + 1, {"x": 2.0, "new": 3.0})])])
    assert [row.fields for row in reader.query(Query("window"))] == [{"x": 1.0}, {"x": 2.0, "new": 3.0}]
    with pytest.raises(StoreUnavailable, match="readonly"):
        reader.write([points([("a", T0 + 2, {"x": 1.0})])])
    reader.close()


@pytest.mark.parametrize("ends", ["closed", "killed", "open"])
def test_a_reader_needs_no_right_to_write(ends: str) -> None:
    data_dir = Path(tempfile.mkdtemp())
    writer = (
        "import sys, time; from pathlib import Path; from storage.sqlite_store import SqliteStore;"
        "from tests.storage.store_conformance import points, T0; store = SqliteStore(Path(sys.argv[1]));"
        "store.write([points([('a', T0, {'x': 1.5})])]);"
        + ("store.close();" if ends == "closed" else "")
        + "print('written', flush=True); time.sleep(60)"
    )
    reader = (
        "import os, sys; from pathlib import Path; from storage.sqlite_store import SqliteStore;"
        "from storage.store import Query; os.geteuid() or os.setuid(65534);"
        "store = SqliteStore(Path(sys.argv[1]), read_only=True); print(store.query(Query('window'))[0].fields['x'])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", writer, str(data_dir)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        if ends != "open":
            process.kill()
            process.wait()
        data_dir.chmod(0o555)
        found = subprocess.run(
            [sys.executable, "-c", reader, str(data_dir)], cwd=ROOT, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert (found.stdout, found.stderr) == ("1.5\n", "")
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
        data_dir.chmod(0o755)
        shutil.rmtree(data_dir)


def test_reading_where_nothing_was_stored_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="holds no stored points"):
        SqliteStore(tmp_path / "absent", read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_newer_schema_is_refused(store: SqliteStore, tmp_path: Path) -> None:
    changer = sqlite3.connect(tmp_path / FILE_NAME)
    changer.execute("PRAGMA user_version = 99")
    changer.close()
    for read_only in (False, True):
        with pytest.raises(StoreUnusable, match=r"newer Denyut \(schema 99; this one knows 1\)"):
            SqliteStore(tmp_path, read_only)


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / FILE_NAME)
    other.execute("CREATE TABLE theirs (x)")
    other.close()
    with pytest.raises(StoreUnusable, match="of another program"):
        SqliteStore(tmp_path)


@pytest.mark.parametrize("content", [b"this is no database at all, it only has the name of one " * 40, b"\0" * 8192])
def test_a_file_that_is_no_database_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(StoreUnusable, match=r"denyut\.db"):
        SqliteStore(tmp_path, read_only=True)


def test_a_damaged_page_is_refused_by_name(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store.write([points([(f"device-{at}", T0, {"x": float(at)}) for at in range(5000)])])
    store.close()
    path = tmp_path / FILE_NAME
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xa5" * (len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises((StoreRefused, StoreUnusable), match="damaged"):
        SqliteStore(tmp_path, read_only=True).query(Query("window"))


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    with pytest.raises(StoreUnusable, match="cannot be made"):
        SqliteStore(tmp_path / "file" / "data")


def test_a_full_disk_is_unavailable_and_loses_nothing(store: SqliteStore) -> None:
    store.write([points([("a", T0, {"x": 1.0})])])
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    many = points([(f"device-{at}", T0, {"x": 2.0}) for at in range(3000)])
    with pytest.raises(StoreUnavailable, match="no space is left"):
        store.write([many])
    assert len(store.query(Query("window"))) == 1
    store._db.execute("PRAGMA max_page_count = 1000000")
    assert store.write([many]) == 3000
    assert len(store.latest("window")) == 3001


def test_a_file_that_is_removed_while_it_is_used_begins_anew_and_the_log_says_so(
    store: SqliteStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store.write([points([("a", T0, {"x": 1.0})])])
    for path in tmp_path.glob("denyut.db*"):
        path.unlink()
    store.write([points([("a", T0 + SECOND, {"x": 2.0})])])
    reader = SqliteStore(tmp_path, read_only=True)
    assert [row.fields for row in reader.query(Query("window"))] == [{"x": 2.0}]
    reader.close()
    assert caplog.messages == [
        f"{tmp_path / 'denyut.db'} was removed or replaced while it was used; points go on into a new one"
    ]


def test_a_store_made_in_one_thread_writes_in_another(store: SqliteStore) -> None:
    written: list[int] = []
    worker = threading.Thread(target=lambda: written.append(store.write([points([("a", T0, {"x": 1.0})])])))
    worker.start()
    worker.join()
    assert written == [1]


def test_many_series_and_fields_come_back_as_they_went(store: SqliteStore) -> None:
    random = np.random.default_rng(7)
    table = SeriesTable()
    series = [table.index("window", {"device": f"d{at:05}", "size": "10s"}) for at in range(3000)]
    columns = {f"q{at}": random.normal(size=3000) for at in range(29)}
    columns["q3"][::2] = np.nan
    for step in range(3):
        time_ns = np.full(3000, T0 + step * 10 * SECOND)
        store.write([PointBatch(table, np.array(series, dtype=np.int32), time_ns, columns)])
    rows = store.query(Query("window", (("device", "d01233"),)))
    assert [row.time_ns for row in rows] == [T0, T0 + 10 * SECOND, T0 + 20 * SECOND]
    assert rows[2].fields == {name: values[1233] for name, values in columns.items()}
    assert len(store.query(Query("window"))) == 9000
    assert "q3" not in store.latest("window", [("device", "d00002")])[0].fields


def test_retention_gives_space_back_to_the_disk(store: SqliteStore, tmp_path: Path) -> None:
    store.write([points([(f"device-{at}", T0, {"x": 1.0}) for at in range(20_000)])])
    store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    full = (tmp_path / FILE_NAME).stat().st_size
    store.apply_retention(Retention(window="1s"), T0 + 2 * SECOND)
    store._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert (tmp_path / FILE_NAME).stat().st_size < full / 4
    assert store.query(Query("window")) == []


def test_points_before_1970_keep_their_place(store: SqliteStore) -> None:
    store.write([points([("a", -90 * SECOND, {"x": 1.0}), ("a", -30 * SECOND, {"x": 2.0})])])
    assert [row.time_ns // SECOND for row in store.query(Query("window", to_ns=0))] == [-90, -30]
    assert [row.fields["x"] for row in store.latest("window")] == [2.0]


def test_a_name_that_is_no_valid_unicode_costs_no_neighbour(store: SqliteStore) -> None:
    assert store.write([points([("a", T0, {"x": 1.0}), ("half \ud83d", T0, {"x": 2.0})])]) == 2
    assert [row.fields for row in store.query(Query("window", (("device", "a"),)))] == [{"x": 1.0}]
    assert len(store.latest("window")) == 2


def test_a_file_that_has_just_been_made_is_worth_another_look(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch()
    with pytest.raises(StoreUnavailable, match="holds nothing yet"):
        SqliteStore(tmp_path, read_only=True)


def test_a_damaged_cell_is_refused_by_name(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path)
    store.write([points([("a", T0, {"x": 1.0, "y": 2.0})])])
    store.close()
    with sqlite3.connect(tmp_path / "denyut.db") as database:
        database.execute("UPDATE point SET cells = x'0102'")
    database.close()
    damaged = SqliteStore(tmp_path, read_only=True)
    with pytest.raises(StoreRefused, match="damaged"):
        damaged.query(Query("window"))
    damaged.close()
