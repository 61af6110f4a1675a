from collections import Counter
from dataclasses import replace
from pathlib import Path

from config.alert_rules import Rule
from config.settings import Kind, Quantity, Settings, Source
from ingest.kept_letters import Selection, read_letters
from ingest.reasons import Reason
from tests.denyut.live_batches import message, messages, started, stopped, stored, take


def test_raw_readings_without_a_time_that_come_together_are_all_stored(tmp_path: Path) -> None:
    pipeline = started(Settings(sources=(Source(raw=True),)), tmp_path)
    topic = "city/c/air/A1"
    sent = [message(topic, {"pm25": value}) for value in (1, 2, 3)] + [message(topic, {"pm25": 9}, "10:00:01")]
    take(pipeline, messages(sent, "10:00:02"))
    stopped(pipeline, tmp_path)
    rows = stored(tmp_path, "reading", device="A1")
    assert [row.fields["pm25"] for row in rows] == [9, 1, 2, 3]
    assert [row.time_ns - rows[1].time_ns for row in rows] == [-1_000_000_000, 0, 1, 2]


def test_a_dead_letter_names_the_field_that_rejected_its_message(tmp_path: Path) -> None:
    air = Kind(quantities={"pm25": Quantity()})
    pipeline = started(Settings(kinds={"air": air}), tmp_path)
    sent = [
        message("city/c/air/A1", b'{"pm25":"41.2"}', None),
        message("city/c/air/A1", b'{"pm25":"rusak"}', None),
        message("city/c/air/A1", b'{"note":"calm"}', None),
        message("elsewhere/A1", b'{"pm25":"41.2"}', None),
    ]
    take(pipeline, messages(sent, "10:00:02"))
    stopped(pipeline, tmp_path)
    letters = sorted(read_letters(tmp_path, Selection()), key=lambda letter: letter.message)
    assert [(letter.reason, letter.detail) for letter in letters] == [
        (Reason.NUMBER_IN_STRING, "pm25: '41.2'"),
        (Reason.TEXT_FOR_NUMBER, "pm25: 'rusak'"),
        (Reason.NO_QUANTITY, ""),
        (Reason.TOPIC_UNKNOWN, ""),
    ]


def test_of_many_that_come_together_only_the_first_are_looked_at_closely(tmp_path: Path) -> None:
    pipeline = started(Settings(), tmp_path)
    take(pipeline, messages([message("city/c/air/A1", b'{"pm25":"41.2"}', None)] * 150, "10:00:02"))
    stopped(pipeline, tmp_path)
    details = Counter(letter.detail for letter in read_letters(tmp_path, Selection()))
    assert details == {"pm25: '41.2'": 100, "": 50}


FLOOD = Rule(id="flood", kind="water", quantity="level", when=">=", enter=950, exit=900)


def test_a_rule_on_readings_fires_before_any_window_closes_and_a_backlog_calls_nobody(tmp_path: Path) -> None:
    pipeline = started(Settings(rules=(FLOOD,)), tmp_path)
    told: list[tuple[str, str]] = []
    pipeline.intake.told = lambda events: told.extend((each.asset.device, each.change.value) for each in events)
    high = [message(f"city/c/water/W{number}", {"level": 960}, "10:00:01") for number in range(5)]
    take(pipeline, replace(messages(high[:1], "10:00:02"), behind=True))
    assert told == []
    take(pipeline, messages(high[1:2], "10:16:02"))
    assert told == []
    take(pipeline, messages([message("city/c/water/W2", {"level": 960}, "10:16:01")], "10:16:03"))
    assert told == [("W2", "firing")]
    stopped(pipeline, tmp_path)


def test_of_what_is_not_news_no_rule_on_readings_hears(tmp_path: Path) -> None:
    water = Kind(quantities={"level": Quantity(min=0, max=2_000)})
    pipeline = started(Settings(rules=(FLOOD,), kinds={"water": water}), tmp_path)
    told: list[tuple[str, float]] = []
    pipeline.intake.told = lambda events: told.extend((each.change.value, each.value) for each in events)
    normal = message("city/c/water/W1", {"level": 700}, "10:00:05")
    older = message("city/c/water/W1", {"level": 960}, "10:00:04")
    ahead = message("city/c/water/W2", {"level": 960}, "11:00:00")
    implausible = message("city/c/water/W3", {"level": 99_999, "battery": 3.6}, "10:00:05")
    take(pipeline, messages([normal], "10:00:06"))
    take(pipeline, messages([older, ahead, implausible], "10:00:07"))
    assert told == []
    high = message("city/c/water/W1", {"level": 960}, "10:00:07")
    take(pipeline, messages([high], "10:00:08"))
    take(pipeline, messages([high], "10:00:09"))
    assert told == [("firing", 960.0)]
    stopped(pipeline, tmp_path)
