"""Replays in which alerts reach people: what the journal says of other rules is passed over, and the clock goes on."""

from collections.abc import Sequence
from pathlib import Path

from alerts.acts import Acknowledge, Measured, encode
from config.alert_rules import Rule
from config.channels import Channel
from config.durability import JournalSettings
from config.duty import Contact, Ladder, Notification, Office, Officer, Route, Step
from config.settings import Settings, Window, Windows
from denyut.journal_replay import JournalReplay
from denyut.rehearsal import Rehearsal
from ingest.journal.entries import Act, Entry, Messages, Tick
from ingest.journal.journal import Journal
from tests.denyut.live_batches import at, message, messages

SECOND = 10**9
SETTINGS = Settings(
    windows=Windows(sizes=(Window(size=60 * SECOND),)),
    rules=(
        Rule(id="flood", kind="water", quantity="level", enter=950, exit=900, severity="critical"),
        Rule(id="lag", indicator="denyut_journal_lag_s", size="1m", enter=5),
    ),
    offices=(Office(id="sda", kinds=("water",), head="rini"),),
    channels=(Channel(id="hook", kind="webhook", url="http://127.0.0.1:1/"),),
    officers=(
        Officer(id="ayu", office="sda", contacts=(Contact(channel="hook"),)),
        Officer(id="rini", office="sda", contacts=(Contact(channel="hook"),), may_operate=True),
    ),
    ladders=(Ladder(id="fast", steps=(Step(to=("officer:ayu",)), Step(after=30 * SECOND, to=("head",)))),),
    routes=(Route(ladder="fast"),),
    notification=Notification(tell_resolved=False),
)


def level(clock: str, value: float) -> Messages:
    return Messages("mqtt", messages([message("city/c/water/W1", {"level": value}, clock)], clock))


def rehearsed(folder: Path, entries: Sequence[Entry], acknowledged_after_ns: int | None = None) -> Rehearsal:
    journal = Journal(folder / "run" / "journal", JournalSettings())
    journal.start()
    for entry in entries:
        journal.append(entry, lambda offset: None)
    assert journal.stop(30)
    (folder / "again").mkdir()
    replay = JournalReplay(SETTINGS, folder / "run" / "journal", folder / "again")
    replay.rehearsal = Rehearsal(SETTINGS, acknowledged_after_ns)
    for _ in replay.run():
        pass
    return replay.rehearsal


def told(rehearsal: Rehearsal) -> list[tuple[str, float]]:
    begin_ns = at("10:00:00")
    return [(page.recipient, (page.at_ns - begin_ns) / SECOND) for page in rehearsal.pages.told]


def test_a_ladder_climbs_at_its_time_though_the_journal_has_no_tick_then(tmp_path: Path) -> None:
    entries: list[Entry] = [level("10:00:05", 960), Tick(at("10:02:00"))]
    assert told(rehearsed(tmp_path, entries)) == [("ayu", 5), ("rini", 35)]


def test_who_acknowledged_in_the_run_says_nothing_of_these_rules(tmp_path: Path) -> None:
    real = Act(encode(Acknowledge(alert=1, who="somebody")), at("10:00:10"))
    entries: list[Entry] = [level("10:00:05", 960), real, Tick(at("10:02:00"))]
    assert told(rehearsed(tmp_path, entries)) == [("ayu", 5), ("rini", 35)]


def test_an_alert_is_acknowledged_as_long_after_it_was_told_as_was_asked_for(tmp_path: Path) -> None:
    entries: list[Entry] = [level("10:00:05", 960), Tick(at("10:02:00"))]
    assert told(rehearsed(tmp_path, entries, 20 * SECOND)) == [("ayu", 5)]


def test_what_the_run_measured_of_itself_is_judged_again(tmp_path: Path) -> None:
    measured = Act(encode(Measured(who="denyut", figures={"denyut_journal_lag_s": 7.5})), at("10:01:02"))
    rehearsal = rehearsed(tmp_path, [measured, Tick(at("10:01:10"))])
    assert [(each.rule.id, each.asset.zone, each.value) for each in rehearsal.episodes.told] == [("lag", "denyut", 7.5)]
    assert rehearsal.span_ns == (at("10:01:02"), at("10:01:10"))
