"""A start goes on from the newest checkpoint and the journal behind it."""

import asyncio
import logging
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alerts.record.reading import RecordReader
from config.alert_rules import Rule
from config.durability import JournalSettings
from config.settings import Kind, Quantity, Retention, Settings, Source
from denyut.admission import Admission
from denyut.durability import Durability
from denyut.pipeline import build
from denyut.set_aside import SetAside
from ingest.dead_letter_file import FILE_NAME
from ingest.journal.entries import Entry, Messages, Tick
from ingest.journal.journal import Journal
from ingest.journal.segment import name
from ingest.kept_letters import Selection, read_letters
from ingest.ledger import Ledger
from ingest.letter_store import LetterStore
from ingest.messages import MessageBatch
from ingest.reasons import Reason
from tests.denyut.live_batches import at, message, messages, stored
from tests.ingest.journal.journals import committed
from tests.ingest.locking import locked_by_another_process


def air(device: str, value: float, clock: str, source: str = "mqtt") -> Messages:
    return Messages(source, messages([message(f"city/c/air/{device}", {"pm25": value}, clock)], clock))


def run(settings: Settings, data_dir: Path, entries: list[Entry], *, killed: bool) -> tuple[Ledger, int]:
    """The ledger at the end, and how many messages were known before the first new one."""

    async def live() -> tuple[Ledger, int]:
        data_dir.mkdir(exist_ok=True)
        durability = Durability(settings, data_dir)
        pipeline = build(settings, data_dir, durability.saved)
        durability.attach(pipeline)
        admission = Admission(durability.journal, pipeline.intake, SetAside(data_dir))
        pipeline.start()
        await durability.recover(admission, asyncio.Event())
        durability.begin()
        known = pipeline.ledger.received
        for entry in entries:
            admission.take(entry)
        await durability.end_journal()
        if not killed:
            assert durability.save_now(5)
        else:
            durability.checkpoints.stop()
        assert pipeline.stop(20)
        return pipeline.ledger, known

    return asyncio.run(live())


def test_what_was_committed_after_the_last_checkpoint_is_applied_again(tmp_path: Path) -> None:
    run(Settings(), tmp_path, [air("A1", 10, "10:00:01")], killed=False)
    run(Settings(), tmp_path, [air("A1", 20, "10:00:02"), air("A2", 1, "10:00:02")], killed=True)
    ledger, known = run(Settings(), tmp_path, [air("A1", 30, "10:00:03"), Tick(at("10:00:13"))], killed=False)
    assert known == 3
    assert (ledger.received, ledger.accepted, ledger.balanced) == (4, 4, True)
    first, second = stored(tmp_path, "window", size="10s")
    assert (first.fields["pm25_count"], first.fields["pm25_mean"]) == (3, 20)
    assert second.fields["pm25_count"] == 1


def test_no_checkpoint_is_taken_past_letters_that_are_not_on_disk_and_the_next_start_has_them(tmp_path: Path) -> None:
    broken = Messages("mqtt", messages([message("city/c/air/A1", b"{", None)], "10:00:01"))

    async def locked() -> None:
        durability = Durability(Settings(), tmp_path)
        pipeline = build(Settings(), tmp_path, durability.saved)
        durability.attach(pipeline)
        admission = Admission(durability.journal, pipeline.intake, SetAside(tmp_path))
        pipeline.start()
        await durability.recover(admission, asyncio.Event())
        durability.begin()
        with locked_by_another_process(tmp_path / FILE_NAME):
            admission.take(broken)
            await durability.end_journal()
            assert (pipeline.ledger.received, durability.save_now(1.0)) == (1, False)
            assert durability.hindrance == "database is locked"
            assert not pipeline.stop(0)

    asyncio.run(locked())
    assert list(read_letters(tmp_path, Selection())) == []
    ledger, known = run(Settings(), tmp_path, [], killed=False)
    assert (known, ledger.rejected) == (1, {Reason.INVALID_JSON: 1})
    assert [letter.payload for letter in read_letters(tmp_path, Selection())] == [b"{"]


def test_no_checkpoint_is_taken_past_alerts_that_are_not_on_disk_and_the_next_start_has_them(tmp_path: Path) -> None:
    rule = Rule(id="dusty", kind="air", quantity="pm25", enter=100)
    settings = Settings(rules=(rule,))
    record = tmp_path / "alerts.db"

    async def locked() -> None:
        durability = Durability(settings, tmp_path)
        pipeline = build(settings, tmp_path, durability.saved)
        durability.attach(pipeline)
        admission = Admission(durability.journal, pipeline.intake, SetAside(tmp_path))
        pipeline.start()
        await durability.recover(admission, asyncio.Event())
        durability.begin()
        with locked_by_another_process(record):
            admission.take(air("A1", 150, "10:00:01"))
            await durability.end_journal()
            assert (pipeline.alerts.active, durability.save_now(1.0)) == (1, False)
            assert durability.hindrance == f"{record} is locked by another process"
            assert not pipeline.stop(0)

    asyncio.run(locked())
    assert RecordReader(record).alerts() == []
    _, known = run(settings, tmp_path, [], killed=False)
    assert known == 1
    assert [(alert.rule, alert.device) for alert in RecordReader(record).alerts()] == [("dusty", "A1")]


def test_windows_that_closed_before_the_kill_are_not_revised_by_closing_again(tmp_path: Path) -> None:
    entries: list[Entry] = [air("A1", 10, "10:00:01"), Tick(at("10:00:13"))]
    for_ever = Settings(retention=Retention(window=None))
    run(for_ever, tmp_path, entries, killed=True)
    run(for_ever, tmp_path, [Tick(at("10:00:25"))], killed=False)
    (point,) = stored(tmp_path, "window", size="10s")
    assert (point.fields["pm25_count"], point.fields["revision"]) == (1, 0)


def test_an_old_reading_on_a_fresh_directory_is_stored_once_and_no_kill_doubles_or_replaces_it(tmp_path: Path) -> None:
    for_ever = Settings(retention=Retention(window=None))

    def old(value: float, own: str, clock: str) -> Messages:
        return Messages("mqtt", messages([message("city/c/air/A1", {"pm25": value}, own)], clock))

    run(for_ever, tmp_path, [old(10, "00:00:01", "10:00:02"), Tick(at("10:00:13"))], killed=True)
    (written,) = stored(tmp_path, "window", size="10s")
    assert (written.time_ns, written.fields["pm25_count"], written.fields["revision"]) == (at("00:00:10"), 1, 0)
    late: list[Entry] = [old(99, "00:00:02", "10:00:14"), old(10, "00:00:01", "10:00:15"), Tick(at("10:16:00"))]
    ledger, known = run(for_ever, tmp_path, late, killed=False)
    assert (known, ledger.duplicate, ledger.rejected, ledger.balanced) == (1, 1, {Reason.TOO_LATE: 1}, True)
    assert stored(tmp_path, "window", size="10s") == [written]


def test_what_comes_late_after_a_kill_and_a_change_stands_in_no_whole_windows_place(tmp_path: Path) -> None:
    for_ever = Settings(retention=Retention(window=None))
    run(for_ever, tmp_path, [air("A1", 10, "10:00:01")], killed=False)
    run(for_ever, tmp_path, [air("A1", 20, "10:00:08"), Tick(at("10:00:13"))], killed=True)
    (written,) = stored(tmp_path, "window", size="10s")
    counted = for_ever.model_copy(update={"kinds": {"air": Kind(quantities={"pm25": Quantity(kind="counter")})}})
    late = Messages("mqtt", messages([message("city/c/air/A1", {"pm25": 30}, "10:00:09")], "10:00:14"))
    entries: list[Entry] = [late, air("A1", 40, "10:00:21"), Tick(at("10:16:00"))]
    ledger, _ = run(counted, tmp_path, entries, killed=False)
    first, second = stored(tmp_path, "window", size="10s")
    assert (first, written.fields["pm25_count"], written.fields["pm25_mean"]) == (written, 2, 15)
    assert (second.time_ns, second.fields["pm25_count"]) == (at("10:00:30"), 1)
    # Of the minute and the quarter of an hour, what was held is not known any more.
    assert stored(tmp_path, "window", size="1m") == stored(tmp_path, "window", size="15m") == []
    assert (ledger.received, ledger.rejected, ledger.balanced) == (4, {Reason.TOO_LATE: 2}, True)


def test_messages_of_a_source_that_is_gone_are_kept_aside_by_name(tmp_path: Path) -> None:
    run(Settings(), tmp_path, [air("A1", 10, "10:00:01")], killed=True)
    ledger, _ = run(Settings(sources=(Source(name="other"),)), tmp_path, [], killed=False)
    assert (ledger.received, ledger.rejected) == (1, {Reason.SOURCE_UNKNOWN: 1})


def test_entries_that_are_missing_are_named(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    run(Settings(), tmp_path, [air("A1", 10, "10:00:01")], killed=True)
    run(Settings(), tmp_path, [air("A1", 11, "10:00:02")], killed=True)
    first = min((tmp_path / "journal").glob("*.db"))
    for file in (tmp_path / "journal").glob(f"{first.name}*"):
        file.unlink()
    with caplog.at_level(logging.ERROR):
        ledger, known = run(Settings(), tmp_path, [], killed=False)
    assert (known, ledger.received) == (1, 1)
    assert "journal entries 0 to 0 are missing" in caplog.text


def test_a_journal_that_was_removed_is_no_loss_where_a_checkpoint_holds_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run(Settings(), tmp_path, [air("A1", 10, "10:00:01"), air("A1", 11, "10:00:02")], killed=False)
    shutil.rmtree(tmp_path / "journal")
    ledger, known = run(Settings(), tmp_path, [air("A1", 12, "10:00:03")], killed=False)
    assert (known, ledger.accepted) == (2, 3)
    assert caplog.messages == [
        f"{tmp_path / 'journal'} is not whole, but the checkpoint holds what it lacks: it cannot be replayed"
    ]


def test_what_neither_the_journal_nor_the_checkpoint_holds_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run(Settings(), tmp_path, [air("A1", 10, "10:00:01")], killed=False)
    run(Settings(), tmp_path, [air("A1", 11, "10:00:02"), Tick(at("10:00:13"))], killed=True)
    shutil.rmtree(tmp_path / "journal")
    _, known = run(Settings(), tmp_path, [], killed=False)
    assert known == 1
    assert caplog.messages == [
        f"journal damaged: {tmp_path / 'journal' / name(3)}: entries 1 to 2 lost: they are missing"
    ]


@pytest.mark.parametrize("harm", ["removed", "older"])
def test_an_outbox_that_lost_what_it_held_is_told(harm: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    run(Settings(), tmp_path, [air("A1", 10, "10:00:01"), Tick(at("10:00:13"))], killed=False)
    shutil.copy(tmp_path / "outbox.db", tmp_path / "older.db")
    run(Settings(), tmp_path, [Tick(at("10:16:00"))], killed=False)
    run(Settings(), tmp_path, [], killed=False)
    assert caplog.messages == []
    (tmp_path / "outbox.db").unlink()
    if harm == "older":
        (tmp_path / "older.db").rename(tmp_path / "outbox.db")
    run(Settings(), tmp_path, [], killed=False)
    assert caplog.messages == [
        "the outbox is older than the checkpoint (removed, cut short or restored from a copy): "
        "points that no store had taken yet may be lost"
    ]


def test_dead_letters_that_are_gone_are_told_but_not_those_whose_time_is_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = Messages("mqtt", messages([message("city/c/air/A1", b"{", None)], "10:00:01"))
    run(Settings(), tmp_path, [broken, broken], killed=False)
    letters = LetterStore(tmp_path, keep_ns=1)
    letters.expire(at("10:00:02"))
    assert len(letters) == 0
    letters.close()
    run(Settings(), tmp_path, [air("A1", 1, "10:00:03")], killed=False)
    assert caplog.messages == []
    (tmp_path / FILE_NAME).unlink()
    run(Settings(), tmp_path, [], killed=False)
    assert caplog.messages == [
        "the dead letters are older than the checkpoint (removed, cut short or restored from a copy): "
        "some letters may be lost"
    ]


def test_without_a_journal_a_stop_is_gone_on_from_and_a_kill_begins_anew(tmp_path: Path) -> None:
    settings = Settings(journal=JournalSettings(enabled=False))
    run(settings, tmp_path, [air("A1", 10, "10:00:01")], killed=False)
    _, known = run(settings, tmp_path, [air("A1", 20, "10:00:02")], killed=True)
    assert known == 1
    _, known = run(settings, tmp_path, [], killed=False)
    assert known == 0


def test_a_journal_is_applied_before_it_is_given_up(tmp_path: Path) -> None:
    run(Settings(), tmp_path, [air("A1", 10, "10:00:01")], killed=True)
    without = Settings(journal=JournalSettings(enabled=False))
    ledger, known = run(without, tmp_path, [air("A1", 20, "10:00:02")], killed=False)
    assert (known, ledger.accepted) == (1, 2)
    assert not (tmp_path / "journal").exists()


def identified(device: str, clock: str, source: str = "mqtt", count: int = 1) -> Messages:
    """A batch at QoS 1."""
    batch = messages([message(f"city/c/air/{device}", {"pm25": 1}, clock)] * count, clock)
    return Messages(source, replace(batch, packet_ids=(np.arange(count) % 65_535 + 1).astype(np.uint16)))


def perhaps_unacknowledged(data_dir: Path, entries: list[Entry], acknowledged_until: int) -> list[bytes]:
    """The first topic of each batch that a start hands to the connection, after a run with these entries."""
    journal = Journal(data_dir / "journal", JournalSettings())
    for entry in entries:
        journal.append(entry, lambda offset: None)
    journal.acknowledged(acknowledged_until)
    journal.start()
    assert journal.stop(30)

    async def held() -> dict[str, list[MessageBatch]]:
        durability = Durability(Settings(), data_dir)
        pipeline = build(Settings(), data_dir, durability.saved)
        durability.attach(pipeline)
        pipeline.start()
        batches = {source: list(batches) for source, batches in durability.unacknowledged().items()}
        await durability.end_journal()
        pipeline.stop(5)
        return batches

    return [batch.topics[0] for batch in asyncio.run(held()).get("mqtt", [])]


def test_batches_whose_acknowledgement_perhaps_never_arrived_are_known_in_their_order(tmp_path: Path) -> None:
    entries: list[Entry] = [
        identified("A1", "10:00:00"),
        identified("A2", "10:01:00"),
        Tick(at("10:01:30")),
        identified("B1", "10:02:00", source="other"),
        identified("A3", "10:02:30"),
    ]
    # That of A2 was sent, and may have stayed in the socket.
    assert perhaps_unacknowledged(tmp_path, entries, 4) == [b"city/c/air/A2", b"city/c/air/A3"]


def test_batches_that_were_never_acknowledged_are_known_whatever_their_age(tmp_path: Path) -> None:
    entries: list[Entry] = [identified("A1", "10:00:00"), identified("A2", "10:30:00"), identified("A3", "11:00:00")]
    assert perhaps_unacknowledged(tmp_path, entries, 0) == [b"city/c/air/A2", b"city/c/air/A3"]


def test_no_more_batches_are_looked_at_than_a_broker_may_have_in_flight(tmp_path: Path) -> None:
    entries: list[Entry] = [identified(f"A{number}", "10:00:00", count=120_000) for number in range(5)]
    assert perhaps_unacknowledged(tmp_path, entries, 4) == [b"city/c/air/A2", b"city/c/air/A3", b"city/c/air/A4"]


def test_messages_without_an_identifier_cannot_come_again(tmp_path: Path) -> None:
    assert perhaps_unacknowledged(tmp_path, [air("A1", 10, "10:00:01")], -1) == []


@pytest.mark.parametrize(("newest", "stays"), [("10:02:00", True), ("10:02:01", False)])
def test_what_a_broker_may_send_again_outlasts_a_short_keep(tmp_path: Path, newest: str, stays: bool) -> None:
    settings = Settings(journal=JournalSettings(keep="1s", max_size=1))
    run(settings, tmp_path, [identified("A1", "10:00:00")], killed=False)
    (segment,) = (tmp_path / "journal").glob("*.db")

    async def trim() -> None:
        durability = Durability(settings, tmp_path)
        pipeline = build(settings, tmp_path, durability.saved)
        durability.attach(pipeline)
        assert durability.journal is not None
        durability.begin()
        committed(durability.journal, [Tick(at(newest))])
        durability.journal.trim(durability.journal.next_offset)
        await durability.end_journal()

    asyncio.run(trim())
    assert segment.exists() is stays
