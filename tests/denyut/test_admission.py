"""Journal, then acknowledgement, then processing; and what happens to an entry that cannot be processed."""

import asyncio
import json
from pathlib import Path

import pytest

from config.durability import JournalSettings
from config.settings import Settings
from denyut.admission import Admission
from denyut.intake import Intake
from denyut.pipeline import Pipeline
from denyut.set_aside import FILE_NAME, SetAside
from ingest.journal.entries import Entry, Messages
from ingest.journal.journal import Journal
from ingest.journal.reading import read_entries
from ingest.kept_letters import Selection, read_letters
from ingest.reasons import Reason
from tests.denyut.live_batches import message, messages, started, stopped

GOOD = Messages("mqtt", messages([message("city/c/air/A1", {"pm25": 1}, "10:00:01")], "10:00:02"))
BAD = Messages("mqtt", messages([message("city/c/air/A2", {"pm25": n}, f"10:00:0{n}") for n in (1, 2)], "10:00:03"))


class Mistaken(Intake):
    """With a mistake that shows at the second entry."""

    def apply(self, offset: int, entry: Entry) -> None:
        if offset == 1:
            raise ZeroDivisionError
        super().apply(offset, entry)


def with_mistake(pipeline: Pipeline) -> Intake:
    pipeline.intake.__class__ = Mistaken
    return pipeline.intake


def journal_of(data_dir: Path) -> Journal:
    journal = Journal(data_dir / "journal", JournalSettings())
    journal.start()
    return journal


def test_an_acknowledgement_follows_the_commit_and_comes_before_the_processing(tmp_path: Path) -> None:
    order: list[tuple[str, int, int]] = []

    async def run() -> None:
        pipeline = started(Settings(), tmp_path)
        journal = journal_of(tmp_path)
        admission = Admission(journal, pipeline.intake, SetAside(tmp_path))

        def note(what: str) -> None:
            order.append((what, len(list(read_entries(tmp_path / "journal"))), pipeline.ledger.received))

        admission.take(GOOD, lambda: note("acknowledged"))
        note("taken")
        await asyncio.to_thread(journal.stop, 5)
        note("done")
        stopped(pipeline, tmp_path)

    asyncio.run(run())
    assert order == [("taken", 0, 0), ("acknowledged", 1, 0), ("done", 1, 1)]


def test_the_lag_is_the_age_of_the_oldest_entry_that_is_not_processed_and_nothing_on_an_idle_system(
    tmp_path: Path,
) -> None:
    async def run() -> None:
        pipeline = started(Settings(), tmp_path)
        journal = journal_of(tmp_path)
        admission = Admission(journal, pipeline.intake, SetAside(tmp_path))
        assert admission.lag_s == 0.0
        admission.take(GOOD)
        await asyncio.to_thread(journal.stop, 5)
        # The message is from 2025 and committed; what counts is how long it has waited here.
        assert pipeline.ledger.received == 1
        assert admission.lag_s == 0.0
        stopped(pipeline, tmp_path)

    asyncio.run(run())


def test_the_lag_grows_while_the_journal_does_not_commit(tmp_path: Path) -> None:
    async def run() -> None:
        pipeline = started(Settings(), tmp_path)
        journal = Journal(tmp_path / "journal", JournalSettings())
        admission = Admission(journal, pipeline.intake, SetAside(tmp_path))
        admission.take(GOOD)
        await asyncio.sleep(0.05)
        admission.take(GOOD)
        assert 0.05 <= admission.lag_s < 5.0, "the older of the two"
        journal.start()
        await asyncio.to_thread(journal.stop, 5)
        assert (pipeline.ledger.received, admission.lag_s) == (2, 0.0)
        stopped(pipeline, tmp_path)

    asyncio.run(run())


def test_an_entry_that_ends_a_run_is_rejected_by_the_next_and_costs_no_other(tmp_path: Path) -> None:
    async def ends() -> None:
        pipeline = started(Settings(), tmp_path)
        journal = journal_of(tmp_path)
        admission = Admission(journal, with_mistake(pipeline), SetAside(tmp_path))
        for entry in (GOOD, BAD, GOOD):
            admission.take(entry)
        await asyncio.to_thread(journal.stop, 5)
        with pytest.raises(ZeroDivisionError):
            admission.failed.result()
        assert pipeline.ledger.received == 1, "nothing is applied after the failure"
        pipeline.stop(5)

    async def goes_on() -> None:
        pipeline = started(Settings(), tmp_path)
        admission = Admission(None, with_mistake(pipeline), SetAside(tmp_path))
        for offset, entry in read_entries(tmp_path / "journal"):
            admission.apply(offset, entry)
        ledger = pipeline.ledger
        assert not admission.failed.done()
        assert (ledger.received, ledger.accepted, ledger.duplicate, ledger.rejected) == (4, 1, 1, {Reason.FAILED: 2})
        stopped(pipeline, tmp_path)
        assert [letter.payload for letter in read_letters(tmp_path, Selection())] == list(BAD.batch.payloads)

    asyncio.run(ends())
    assert json.loads((tmp_path / FILE_NAME).read_text()) == [1]
    asyncio.run(goes_on())


def test_without_a_journal_an_entry_is_processed_at_once(tmp_path: Path) -> None:
    acknowledged: list[int] = []

    async def run() -> None:
        pipeline = started(Settings(), tmp_path)
        admission = Admission(None, pipeline.intake, SetAside(tmp_path))
        admission.take(GOOD, lambda: acknowledged.append(pipeline.ledger.received))
        assert (acknowledged, pipeline.ledger.received, admission.bytes_waiting) == ([0], 1, 0)
        stopped(pipeline, tmp_path)

    asyncio.run(run())
