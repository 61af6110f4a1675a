"""What a journal gives when it is replayed, held to what came out of the run that wrote it."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from config.durability import JournalSettings
from config.settings import Mirror, Settings, Source, StoreSettings
from denyut.journal_replay import JournalReplay, NoJournalError, journal_in, settings_for_journal
from denyut.set_aside import SetAside
from ingest.journal.entries import Entry, Messages, Shed, Tick
from ingest.journal.journal import Journal
from ingest.journal.segment import listed
from ingest.kept_letters import Selection, read_letters
from tests.denyut.live_batches import at, message, messages, started, stored

Points = list[tuple[str, int, object, object]]
MINUTE = [f"10:00:{second:02}" for second in range(60)]


def heard(clock: str, *values: float) -> Messages:
    """One reading of each of some air stations, received when it was measured."""
    each = [message(f"city/c/air/A{number}", {"pm25": value}, clock) for number, value in enumerate(values)]
    return Messages("mqtt", messages(each, clock))


def a_minute() -> list[Entry]:
    """Readings every second, ticks every ten, something shed, something that is no reading."""
    entries: list[Entry] = []
    for second, clock in enumerate(MINUTE):
        entries.append(heard(clock, second, 2.5 * second))
        if second % 10 == 9:
            entries.append(Tick(at(clock)))
    entries.insert(20, Shed("mqtt", [b"city/c/air/A1", b"city/c/air/A1"], at("10:00:20")))
    entries.insert(30, Messages("mqtt", messages([message("city/c/air/A0", b"no json")], "10:00:30")))
    return entries


def record(data_dir: Path, entries: Sequence[Entry]) -> Path:
    """The journal of a run that took these in."""
    data_dir.mkdir(exist_ok=True)
    journal = Journal(data_dir / "journal", JournalSettings())
    journal.start()
    for entry in entries:
        journal.append(entry, lambda offset: None)
    assert journal.stop(30)
    return data_dir / "journal"


def run_live(data_dir: Path, entries: Sequence[Entry]) -> None:
    """As `denyut run` applies them, its store in the data directory."""
    pipeline = started(Settings(), data_dir)
    for offset, entry in enumerate(entries):
        pipeline.intake.apply(offset, entry)
    assert pipeline.stop(30)


def points(data_dir: Path) -> Points:
    return [
        (measurement, row.time_ns, sorted(row.tags.items()), sorted(row.fields.items()))
        for measurement in ("window", "indicator")
        for row in stored(data_dir, measurement)
    ]


def replayed(journal: Path, data_dir: Path, clocks: tuple[str | None, str | None] = (None, None)) -> JournalReplay:
    data_dir.mkdir()
    times = [None if clock is None else at(clock) for clock in clocks]
    replay = JournalReplay(Settings(), journal, data_dir, *times)
    for _ in replay.run():
        pass
    assert replay.balanced
    return replay


def test_a_replayed_journal_gives_every_point_of_the_run_and_closes_what_was_open(tmp_path: Path) -> None:
    entries = a_minute()
    journal = record(tmp_path / "run", entries)
    run_live(tmp_path / "run", entries)
    replay = replayed(journal, tmp_path / "replay")
    of_run, of_replay = points(tmp_path / "run"), points(tmp_path / "replay")
    assert len(of_run) > 10
    assert [point for point in of_run if point not in of_replay] == []
    assert len(of_replay) > len(of_run)
    assert (replay.entries, replay.entries_lost) == (68, 0)
    assert {name: replay.status[name] for name in ("received", "accepted", "rejected")} == {
        "received": 123,
        "accepted": 120,
        "rejected": {"invalid_json": 1, "shed": 2},
    }


def test_a_journal_may_be_replayed_twice_into_one_directory(tmp_path: Path) -> None:
    journal = record(tmp_path / "run", a_minute())
    replayed(journal, tmp_path / "replay")
    before = points(tmp_path / "replay")
    for _ in JournalReplay(Settings(), journal, tmp_path / "replay").run():
        pass
    assert points(tmp_path / "replay") == before
    assert len(list(read_letters(tmp_path / "replay", Selection()))) == 1


def test_what_a_killed_replay_has_left_does_not_keep_points_back(tmp_path: Path) -> None:
    journal = record(tmp_path / "run", a_minute())
    replayed(journal, tmp_path / "replay")
    (tmp_path / "killed").mkdir()
    killed = JournalReplay(Settings(), journal, tmp_path / "killed")
    for number, _ in enumerate(killed.run()):
        if number == 50:
            break
    assert (tmp_path / "killed" / "replay" / "outbox.db").exists()
    for _ in JournalReplay(Settings(), journal, tmp_path / "killed").run():
        pass
    assert points(tmp_path / "killed") == points(tmp_path / "replay")
    assert not (tmp_path / "killed" / "replay").exists()


def test_a_part_of_the_time_is_what_was_received_in_it(tmp_path: Path) -> None:
    journal = record(tmp_path / "run", a_minute())
    replay = replayed(journal, tmp_path / "replay", ("10:00:20", "10:00:30"))
    assert replay.status["received"] == 2 * 10 + 2
    counts = [row.fields["pm25_count"] for row in stored(tmp_path / "replay", "window", size="10s", device="A0")]
    assert counts == [10]
    later = replayed(journal, tmp_path / "later", ("11:00:00", None))
    assert (later.entries, later.status["received"]) == (0, 0)
    assert later.complaints == [
        "the journal has no entry of the time asked for; "
        "it holds what came from 2025-11-22T10:00:00Z to 2025-11-22T10:00:59Z"
    ]


def test_damage_costs_what_it_hits_and_is_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    data_dir = tmp_path / "run"
    entries = a_minute()
    for part in (entries[:20], entries[20:40], entries[40:]):
        record(data_dir, part)
    (_, path) = listed(data_dir / "journal")[1]
    path.unlink()
    replay = replayed(data_dir / "journal", tmp_path / "replay")
    assert (replay.entries, replay.entries_lost) == (48, 20)
    assert replay.headline.startswith("48 entries of the journal (20 lost), ")
    assert [record_.message for record_ in caplog.records if record_.name == "denyut.journal"] == [
        f"journal damaged: {listed(data_dir / 'journal')[0][1]}: entries 20 to 39 lost: they are missing"
    ]


def test_what_the_run_has_set_aside_is_set_aside_again(tmp_path: Path) -> None:
    journal = record(tmp_path / "run", [heard("10:00:01", 1), heard("10:00:02", 2, 3), heard("10:00:03", 4)])
    SetAside(tmp_path / "run").add(1)
    replay = replayed(journal, tmp_path / "replay")
    assert (replay.status["accepted"], replay.status["rejected"]) == (2, {"failed": 2})


def test_messages_of_a_source_that_is_not_configured_are_rejected_by_name(tmp_path: Path) -> None:
    journal = record(tmp_path / "run", [heard("10:00:01", 1)])
    (tmp_path / "replay").mkdir()
    settings = Settings(sources=(Source(name="other"),))
    replay = JournalReplay(settings, journal, tmp_path / "replay")
    for _ in replay.run():
        pass
    assert replay.status["rejected"] == {"source_unknown": 1}


def test_progress_goes_from_nothing_to_about_everything(tmp_path: Path) -> None:
    journal = record(tmp_path / "run", a_minute())
    (tmp_path / "replay").mkdir()
    steps = list(JournalReplay(Settings(), journal, tmp_path / "replay").run())
    assert len(steps) == 68
    assert [step.read_bytes for step in steps] == sorted(step.read_bytes for step in steps)
    assert all(0 < step.read_bytes <= step.total_bytes for step in steps)
    assert steps[-1].readings == 120


def test_a_replay_at_a_given_speed_takes_its_time(tmp_path: Path) -> None:
    journal = record(tmp_path / "run", [heard("10:00:00", 1), heard("10:00:50", 2)])
    (tmp_path / "replay").mkdir()
    replay = JournalReplay(Settings(), journal, tmp_path / "replay")
    for _ in replay.run(100.0):
        pass
    assert replay.status["uptime_s"] >= 0.5


def test_a_journal_is_found_in_a_data_directory_and_by_its_own_name(tmp_path: Path) -> None:
    journal = record(tmp_path / "run", [])
    record(tmp_path / "run", [heard("10:00:01", 1)])
    assert journal_in(tmp_path / "run") == journal
    assert journal_in(journal) == journal
    (tmp_path / "file").touch()
    for other in ("absent", "file", "."):
        with pytest.raises(NoJournalError, match=r"holds no journal; name the data directory of a run$"):
            journal_in(tmp_path / other)


def test_the_citys_store_is_written_to_only_where_that_is_wanted() -> None:
    store = StoreSettings(kind="influxdb1")
    settings = Settings(store=store, mirrors=(Mirror(name="second", kind="influxdb2"),))
    assert settings_for_journal(settings, into_store=True) == settings
    kept = settings_for_journal(settings, into_store=False)
    assert (kept.store, kept.mirrors) == (StoreSettings(), ())
    assert json.loads(kept.model_dump_json())["windows"] == json.loads(settings.model_dump_json())["windows"]
