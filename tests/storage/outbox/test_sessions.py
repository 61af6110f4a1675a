import sqlite3
from pathlib import Path

import pytest

from storage.outbox.schema import open_for_writing
from storage.outbox.sessions import Session, Tables, decode_block, encode_block
from storage.points import SeriesTable


def grown(table: SeriesTable, names: list[str], zone: str = "kota") -> SeriesTable:
    table.extend("window", {"zone": zone, "size": "10s"}, "device", names)
    return table


def test_only_what_a_table_has_gained_is_put_into_the_next_block() -> None:
    table = grown(SeriesTable(), ["a", "b"])
    table.index("indicator", {"zone": "all"})
    session, first = Session(3, table).next_block()
    assert first is not None
    assert (session.series, session.families) == (3, 2)
    assert session.next_block() == (session, None)
    grown(table, ["c"])
    grown(table, ["d", "e"], zone="pasar 市 \ud83d")
    later, second = session.next_block()
    assert second is not None
    copy = SeriesTable()
    for content in (first, second):
        copy.append_block(decode_block(content))
    assert len(copy) == 6
    assert [copy[index] for index in range(6)] == [table[index] for index in range(6)]
    assert (later.number, later.series, later.families) == (3, 6, 3)


def test_the_table_that_is_written_to_is_the_one_that_is_read_with(tmp_path: Path) -> None:
    tables, table = Tables(), grown(SeriesTable(), ["a"])
    tables.add(Session(1, table))
    database = sqlite3.connect(tmp_path / "empty.db")
    assert tables.find(1, database) is table
    database.close()


def test_the_table_of_an_ended_process_is_put_together_once_for_all_who_read(tmp_path: Path) -> None:
    database = open_for_writing(tmp_path, durable=True)
    table = SeriesTable()
    session = Session(7, table)
    for names in (["a", "b"], ["c"]):
        first = session.series
        session, content = Session(7, grown(table, names), session.series, session.families).next_block()
        database.execute("INSERT INTO series VALUES (7, ?, ?)", (first, content))
    tables = Tables()
    found = tables.find(7, database)
    assert tables.find(7, database) is found
    assert [found[index] for index in range(3)] == [table[index] for index in range(3)]
    database.execute("DELETE FROM series WHERE first = 0")
    with pytest.raises(ValueError, match="series 0 to 2 of session 7 are not there"):
        Tables().find(7, database)
    database.close()


@pytest.mark.parametrize("content", [b"", b"text", encode_block(SeriesTable().block(0, 0, 0))[:-3]])
def test_a_damaged_block_is_refused(content: bytes) -> None:
    with pytest.raises(ValueError, match="no block of series"):
        decode_block(content)


def test_a_million_series_take_few_bytes() -> None:
    table = grown(SeriesTable(), [f"dev{number:07}" for number in range(1_000_000)])
    _, content = Session(1, table).next_block()
    assert content is not None
    assert len(content) < 4_000_000
