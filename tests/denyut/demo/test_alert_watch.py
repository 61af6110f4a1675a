from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest

from alerts.assets import Asset
from alerts.consequences import AuditEntry, Consequences
from alerts.delivery.channel import Telling
from alerts.delivery.mqtt_channel import MqttChannel
from alerts.engine import AlertEvent
from alerts.lifecycle import Change
from alerts.record.marking import sending, tried
from alerts.record.record import AlertRecord
from alerts.texts.rendering import Texts
from config.cities import shipped_city
from config.language import open_language
from config.load import load_settings
from config.settings import Source
from dashboard.live.alert_scene import AlertScene, Firing
from denyut.demo.alert_watch import AlertWatch
from denyut.demo.notice_board import NoticeBoard
from denyut.local_broker import find_mosquitto, start_broker
from processors.indicators.catalogue import UNITS
from tests.alerts.record.notices import NINE, SECOND, notice
from tests.flow.test_run import wait_for
from tests.servers.free_ports import free_port

CITY = load_settings(shipped_city("bojonegoro"), UNITS)
RULES = {rule.id: rule for rule in CITY.rules}
GAUGE = Asset("bojonegoro", "temayang", "water", "TMA-023")
SCRIPT = ("a gate opens",)
NOTICE = msgspec.structs.replace(notice(1, channel="board", to="tono", officer="tono"), office="pu-sda")


@pytest.fixture
def record(tmp_path: Path) -> Iterator[AlertRecord]:
    opened = AlertRecord(tmp_path / "alerts.db")
    opened.start()
    yield opened
    opened.stop(5)


def watch(directory: Path, board: NoticeBoard | None = None, language: str = "en") -> AlertWatch:
    return AlertWatch(directory, CITY, open_language(language), board or NoticeBoard(CITY, free_port()), SCRIPT)


def change(record: AlertRecord, offset: int, what: Change) -> None:
    at_ns = NINE + offset * SECOND
    event = AlertEvent(RULES["pacal-rises"], GAUGE, what, at_ns, at_ns, 254.9, 1.0, number=1)
    entry = AuditEntry(at_ns, what.value, alert=1, rule="pacal-rises", asset=GAUGE, detail={"value": 254.9})
    record.append(offset, Consequences([event], [entry], [NOTICE] if what is Change.FIRING else []))
    wait_for(lambda: record.settled(offset), "the record")


def lines(scene: AlertScene) -> list[str]:
    return [each.text for each in scene.happenings]


def test_before_the_run_has_made_its_record_only_the_script_is_shown(tmp_path: Path) -> None:
    assert watch(tmp_path).scene() == AlertScene(SCRIPT)


def test_an_alert_is_shown_with_its_office_until_it_ends_and_each_change_is_told_once(
    tmp_path: Path, record: AlertRecord
) -> None:
    watching = watch(tmp_path)
    change(record, 1, Change.FIRING)
    scene = watching.scene()
    place = "Kali Pacal, hulu (TMA-023), Temayang"
    title, office = "Kali Pacal rises below the dam", "Dinas Pekerjaan Umum Sumber Daya Air"
    assert scene.firing == (Firing(1, "critical", "CRITICAL", title, place, NINE + SECOND, office, "pu-sda"),)
    assert lines(scene) == lines(watching.scene()) == [f"alert no. 1 began: CRITICAL, {title}, {place}"]
    change(record, 2, Change.RESOLVED)
    scene = watching.scene()
    assert (scene.firing, scene.began) == ((), 1)
    assert lines(scene)[1:] == [f"alert no. 1 is over: {title}, {place}"]


def test_whom_a_channel_has_told_is_named_and_who_still_waits_is_not(tmp_path: Path, record: AlertRecord) -> None:
    watching = watch(tmp_path)
    change(record, 1, Change.FIRING)
    assert watching.scene().firing[0].told == ()
    record.mark(sending([1])).result(5)
    record.mark(tried(1, NOTICE, "sent", NINE)).result(5)
    assert watching.scene().firing[0].told == ("Tono Wijaya",)


def test_an_alert_is_held_back_from_its_muting_to_the_end_of_it(tmp_path: Path, record: AlertRecord) -> None:
    watching = watch(tmp_path)
    change(record, 1, Change.FIRING)
    for offset, (what, is_held_back) in enumerate((("muted", True), ("unmuted", False)), 2):
        record.append(offset, Consequences(entries=[AuditEntry(NINE, what, alert=1, rule="pacal-rises", asset=GAUGE)]))
        wait_for(partial(record.settled, offset), "the record")
        assert watching.scene().firing[0].is_held_back is is_held_back


def test_a_command_in_a_dry_run_is_told_as_such(tmp_path: Path, record: AlertRecord) -> None:
    detail = {"actuator": "light-pacal", "command": "flash"}
    record.append(1, Consequences(entries=[AuditEntry(NINE, "command_dry_run", alert=1, command=1, detail=detail)]))
    wait_for(lambda: record.settled(1), "the record")
    scene = watch(tmp_path).scene()
    assert scene.dry_commands == 1
    assert lines(scene) == ["command flash to Lampu peringatan Kali Pacal: dry run, nothing is sent"]


def test_more_entries_than_a_page_holds_are_all_counted(tmp_path: Path, record: AlertRecord) -> None:
    entry = AuditEntry(NINE, "firing", alert=1, rule="pacal-rises", asset=GAUGE)
    record.append(1, Consequences(entries=[entry] * 450))
    wait_for(lambda: record.settled(1), "the record")
    scene = watch(tmp_path).scene()
    assert (scene.began, len(scene.happenings), scene.happenings[-1].number) == (450, 200, 450)


def test_a_notice_that_arrives_is_told_in_the_language_of_the_viewer(tmp_path: Path) -> None:
    broker = start_broker(tmp_path / "broker", mosquitto=find_mosquitto())
    (card,) = NOTICE.cards
    siaga = msgspec.structs.replace(card, rule="siaga-2", title="Siaga 2 (siaga)", zone_name="Temayang")
    told = msgspec.structs.replace(NOTICE, language="id", severity="critical", cards=(siaga,))
    channel = MqttChannel(next(each for each in CITY.channels if each.id == "board"), Source(broker=broker.url))
    try:
        with NoticeBoard(CITY, broker.port, wall_ns=lambda: NINE) as board:
            watching = watch(tmp_path, board)
            channel.tell(Telling("a1b2-1", told, Texts(CITY).render(told)))
            wait_for(lambda: board.count == 1, "the notice")
            scene = watching.scene()
    finally:
        broker.stop()
    (heard,) = scene.heard
    assert (scene.notices, heard.at_ns, heard.to) == (1, NINE, "Tono Wijaya")
    assert heard.text == "CRITICAL: Siaga 2: a flood threatens, Temayang"
    assert lines(scene) == [f"notice to Tono Wijaya: {heard.text}"]
