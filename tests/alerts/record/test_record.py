import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.assets import Asset
from alerts.book import Alert
from alerts.consequences import Consequences
from alerts.lifecycle import Change
from alerts.record.marking import interrupted, sending, tried
from alerts.record.reading import Chosen, Page, RecordReader
from alerts.record.record import AlertRecord
from alerts.record.schema import RecordUnavailableError, RecordUnusableError
from tests.alerts.record.notices import MARKET, NINE, SECOND, entry, event, notice, order, told
from tests.flow.test_run import wait_for


@contextmanager
def recording(path: Path, **options: int) -> Iterator[AlertRecord]:
    record = AlertRecord(path, **options)
    record.start()
    try:
        yield record
    finally:
        record.stop(5)


def test_an_alert_fires_is_acknowledged_and_ends_in_one_row(tmp_path: Path) -> None:
    with recording(tmp_path / "alerts.db") as record:
        record.append(5, Consequences([event(Change.FIRING)], [entry("firing")]))
        record.append(6, Consequences([event(Change.ACKNOWLEDGED, at_ns=NINE + 60 * SECOND)]))
        record.append(9, Consequences([event(Change.RESOLVED, at_ns=NINE + 300 * SECOND)]))
        wait_for(lambda: record.settled(9), "the record")
    (alert,) = RecordReader(tmp_path / "alerts.db").alerts()
    assert (alert.number, alert.rule, alert.zone, alert.value) == (1, "parking_full", "market", 0.97)
    assert alert.acknowledged_ns == NINE + 61 * SECOND
    assert (alert.ended_ns, alert.ending) == (NINE + 300 * SECOND, "resolved")


def test_what_comes_again_for_an_offset_is_ignored_also_after_a_start(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    brought = Consequences([event(Change.FIRING)], [entry("firing")], [notice(1)], [order(1)])
    for _ in range(2):
        with recording(path) as record:
            record.append(7, brought)
            record.append(7, brought)
    reader = RecordReader(path)
    assert (len(reader.alerts()), len(reader.log()), len(reader.deliveries()), len(reader.commands())) == (1, 1, 1, 1)


def test_the_key_of_a_notice_is_that_of_the_directory_its_time_and_its_number_and_stays_after_a_start(
    tmp_path: Path,
) -> None:
    with recording(tmp_path / "alerts.db") as record:
        identity = record.identity
        record.append(1, told(notice(12)))
    with recording(tmp_path / "alerts.db") as record:
        assert record.identity == identity
        assert record.appended_until == 1
    assert [each.key for each in RecordReader(tmp_path / "alerts.db").deliveries()] == [
        f"{identity}-{NINE // 10**6:x}-12"
    ]
    with recording(tmp_path / "other.db") as record:
        assert record.identity != identity


def test_a_run_that_lost_its_state_counts_anew_and_no_notice_is_lost(tmp_path: Path) -> None:
    with recording(tmp_path / "alerts.db") as record:
        record.append(1, told(notice(1)))
        record.append(8, told(notice(1)))
        wait_for(lambda: record.settled(8), "the record")
        assert record.deliveries.waiting == 2
    keys = [each.key for each in RecordReader(tmp_path / "alerts.db").deliveries()]
    first = f"{record.identity}-{NINE // 10**6:x}-1"
    assert keys == [f"{first}.8", first]


def test_an_alert_that_is_open_is_open_once(tmp_path: Path) -> None:
    with recording(tmp_path / "alerts.db") as record:
        record.append(1, Consequences([event(Change.FIRING, 1)]))
        record.append(2, Consequences([event(Change.FIRING, 2, NINE + SECOND)]))
    opened = RecordReader(tmp_path / "alerts.db").alerts()
    assert [(alert.number, alert.ending) for alert in opened] == [(2, ""), (1, "dropped")]
    db = sqlite3.connect(tmp_path / "alerts.db")
    with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
        db.execute(
            "INSERT INTO alert (number, rule, severity, city, zone, kind, device, fired_ns, learned_ns)"
            " VALUES (9, 'parking_full', 'info', 'bjn', 'market', '', '', 1, 1)"
        )
    db.close()


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'nobody'", "DELETE FROM audit"])
def test_the_log_is_only_ever_appended_to(tmp_path: Path, statement: str) -> None:
    with recording(tmp_path / "alerts.db") as record:
        record.append(1, Consequences(entries=[entry("firing")]))
    db = sqlite3.connect(tmp_path / "alerts.db")
    with pytest.raises(sqlite3.IntegrityError, match="the log of alerts is only ever appended to"):
        db.execute(statement)
    db.close()


def test_after_a_start_the_open_alerts_are_those_of_the_desk(tmp_path: Path) -> None:
    harbour = Asset("bjn", "harbour")
    with recording(tmp_path / "alerts.db") as record:
        record.append(1, Consequences([event(Change.FIRING, 1), event(Change.FIRING, 2, asset=harbour)]))
        still = Alert(2, "parking_full", "warning", harbour, NINE, NINE, 0.97, 1.0)
        unknown = Alert(3, "heat", "critical", MARKET, NINE, NINE, 36.0, 1.0)
        record.reconcile([still, unknown], NINE + 60 * SECOND)
    reader = RecordReader(tmp_path / "alerts.db")
    assert sorted((alert.number, alert.ending) for alert in reader.alerts()) == [(1, "dropped"), (2, ""), (3, "")]
    assert [(line.what, line.alert) for line in reader.log()] == [("dropped", 1)]


def test_the_alert_of_a_device_that_was_moved_goes_on_in_its_row(tmp_path: Path) -> None:
    device = Asset("bjn", "market", "parking", "P1")
    with recording(tmp_path / "alerts.db") as record:
        record.append(1, Consequences([replace(event(Change.FIRING), asset=device)]))
        moved = Alert(1, "parking_full", "warning", device._replace(zone="north"), NINE, NINE, 0.97, 1.0)
        record.reconcile([moved], NINE + 60 * SECOND)
    reader = RecordReader(tmp_path / "alerts.db")
    assert [(alert.number, alert.zone, alert.ending) for alert in reader.alerts()] == [(1, "north", "")]
    assert reader.log() == []


def test_deliveries_are_counted_by_their_state(tmp_path: Path) -> None:
    with recording(tmp_path / "alerts.db") as record:
        record.append(1, told(notice(1), notice(2), notice(3)))
        record.mark(sending([1, 2])).result(5)
        assert (record.deliveries.waiting, record.deliveries.sent) == (3, 0)
        record.mark(tried(1, notice(1), "sent", NINE)).result(5)
        record.mark(tried(2, notice(2), "failed", NINE, error="gone")).result(5)
        assert (record.deliveries.waiting, record.deliveries.sent, record.deliveries.failed) == (1, 1, 1)
        assert record.deliveries.oldest_ns is not None
    with recording(tmp_path / "alerts.db") as record:
        assert (record.deliveries.waiting, record.deliveries.sent, record.deliveries.failed) == (1, 1, 1)
    log = RecordReader(tmp_path / "alerts.db").log()
    assert [(line.what, line.alert, line.why) for line in log] == [("undelivered", 2, "gone"), ("delivered", 1, "")]


def test_what_was_under_way_when_a_run_ended_waits_again(tmp_path: Path) -> None:
    with recording(tmp_path / "alerts.db") as record:
        record.append(1, told(notice(1)))
        record.mark(sending([1])).result(5)
    with recording(tmp_path / "alerts.db") as record:
        record.mark(interrupted).result(5)
    assert [each.state for each in RecordReader(tmp_path / "alerts.db").deliveries()] == ["waiting"]


def test_who_leaves_while_the_disk_is_slow_takes_nobody_along(tmp_path: Path) -> None:
    with recording(tmp_path / "alerts.db") as record:
        other = sqlite3.connect(tmp_path / "alerts.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        left, stays = record.mark(sending([1])), record.mark(sending([2]))
        assert left.cancel()
        other.execute("ROLLBACK")
        other.close()
        stays.result(5)
        assert record.last_error == ""


def test_old_deliveries_go_and_the_log_stays(tmp_path: Path) -> None:
    with recording(tmp_path / "alerts.db") as record:
        record.append(1, Consequences(entries=[entry("told")], notices=[notice(1), notice(2)]))
        record.mark(tried(1, notice(1), "sent", NINE)).result(5)
    with recording(tmp_path / "alerts.db", keep_ns=1):
        reader = RecordReader(tmp_path / "alerts.db")
        wait_for(lambda: len(reader.deliveries()) == 1, "the end of what is old")
    assert [each.state for each in reader.deliveries()] == ["waiting"]
    assert [line.what for line in reader.log()] == ["delivered", "told"]


def test_the_record_is_asked_by_page_by_column_and_by_alert(tmp_path: Path) -> None:
    with recording(tmp_path / "alerts.db") as record:
        record.append(1, Consequences(entries=[entry("firing", 1), entry("firing", 2), entry("resolved", 1)]))
        record.append(2, told(notice(1), notice(2, officer="budi")))
    reader = RecordReader(tmp_path / "alerts.db")
    assert [line.what for line in reader.log(Chosen({"alert": 1}))] == ["resolved", "firing"]
    assert [line.id for line in reader.log(page=Page(limit=2))] == [3, 2]
    assert [line.id for line in reader.log(page=Page(before=2, limit=2))] == [1]
    assert reader.log(Chosen(since_ns=NINE + 1)) == []
    assert [each.notice.number for each in reader.deliveries(alert=2)] == [2]
    assert [each.notice.number for each in reader.deliveries(Chosen({"officer": "sari"}))] == [1]
    with pytest.raises(ValueError, match="nothing can be chosen by detail; by alert, city"):
        reader.log(Chosen({"detail": "1 OR 1"}))


def test_a_file_of_another_program_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE own (a)")
    db.close()
    with pytest.raises(RecordUnusableError, match=r"alerts\.db is a database of another program: move it away"):
        AlertRecord(path)


def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    AlertRecord(path).stop(1)
    db = sqlite3.connect(path)
    db.execute("PRAGMA user_version = 7")
    db.close()
    with pytest.raises(RecordUnusableError, match=r"newer Denyut \(schema 7; this one knows 1\): upgrade Denyut"):
        AlertRecord(path)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(RecordUnusableError, match=r"alerts\.db is damaged .*: restore it from a copy or move it away"):
        AlertRecord(path)


def test_a_locked_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.record.schema.BUSY_SECONDS", 0.05)
    path = tmp_path / "alerts.db"
    AlertRecord(path).stop(1)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(RecordUnavailableError, match=r"alerts\.db is locked by another process"):
        AlertRecord(path)
    holder.close()


def test_a_file_that_is_removed_while_it_is_used_is_told_and_nothing_counts_as_durable(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    with recording(path) as record:
        record.append(1, told(notice(1)))
        wait_for(lambda: record.settled(1), "the record")
        path.unlink()
        record.append(2, told(notice(2)))
        wait_for(lambda: record.last_error, "the error")
        assert record.last_error == f"{path} was removed or replaced while it was used; stop the run and start it again"
        assert not record.settled(2)
        assert record.settled(1)


def test_a_copy_of_the_file_can_be_gone_on_from(tmp_path: Path) -> None:
    path = tmp_path / "alerts.db"
    with recording(path) as record:
        record.append(1, told(notice(1)))
    shutil.copy(path, tmp_path / "copy.db")
    with recording(path) as record:
        record.append(2, told(notice(2)))
    shutil.copy(tmp_path / "copy.db", path)
    with recording(path) as record:
        assert record.appended_until == 1
        record.append(2, told(notice(2)))
    assert [each.notice.number for each in RecordReader(path).deliveries()] == [2, 1]


def test_a_full_disk_keeps_what_comes_in_memory_until_there_is_room(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    path = tmp_path / "alerts.db"
    with recording(path) as record:
        record.append(1, told(notice(1)))
        wait_for(lambda: record.settled(1), "the record")
        size = sum(each.stat().st_size for each in tmp_path.iterdir())
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, hard))
            record.append(2, told(*(notice(number) for number in range(2, 400))))
            wait_for(lambda: record.last_error, "the error")
            assert not record.settled(2)
            assert str(path) in record.last_error
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        wait_for(lambda: record.settled(2), "the record")
        assert record.last_error == ""
    assert len(RecordReader(path).deliveries(page=Page(limit=1000))) == 399
