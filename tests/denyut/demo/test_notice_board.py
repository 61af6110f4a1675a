import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts.consequences import Reason
from alerts.delivery.channel import Telling
from alerts.delivery.message import encode
from alerts.delivery.mqtt_channel import MqttChannel
from alerts.texts.rendering import Rendered
from config.channels import Channel
from config.durations import SECOND_NS
from config.settings import Settings, Source
from denyut.demo.notice_board import BoardError, NoticeBoard, read_notice
from denyut.local_broker import LocalBroker, find_mosquitto, start_broker
from tests.alerts.record.notices import NINE, SECOND, notice
from tests.flow.test_run import wait_for
from tests.servers.free_ports import free_port

BOARD = Channel(id="board", kind="mqtt", topic="denyut/notices/{to}", timeout=5 * SECOND_NS)
SETTINGS = Settings(channels=(BOARD,))
TEXT = Rendered("WARNING: Parking is full, Pasar Besar", "97 %")


@pytest.fixture(params=["mosquitto", "iotcore"])
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LocalBroker]:
    if request.param == "mosquitto" and find_mosquitto() is None:
        pytest.skip("mosquitto is not on PATH")
    started = start_broker(tmp_path / "broker", mosquitto=find_mosquitto() if request.param == "mosquitto" else None)
    yield started
    started.stop()


def telling(number: int) -> Telling:
    return Telling(f"a1b2-{number}", notice(number, channel="board", to="sari"), TEXT)


def test_a_notice_that_a_channel_sends_arrives_and_the_same_key_counts_once(broker: LocalBroker) -> None:
    channel = MqttChannel(BOARD, Source(broker=broker.url))
    with NoticeBoard(SETTINGS, broker.port, wall_ns=lambda: 42) as board:
        assert (board.count, board.newest()) == (0, [])
        for number in (1, 2, 1):
            channel.tell(telling(number))
        wait_for(lambda: board.count == 2, "two notices")
        (_, first), (_, second) = board.newest()
        assert (first.at_ns, first.title, first.notice.officer) == (42, TEXT.title, "sari")
        assert second.notice.alerts == (2,)
        assert [number for number, _ in board.newest(after=1)] == [2]


def test_what_is_no_notice_is_passed_over(broker: LocalBroker) -> None:
    channel = MqttChannel(BOARD, Source(broker=broker.url))
    odd = Telling("a1b2-9", notice(9, to="sari", officer="x" * 300_000), TEXT)
    with NoticeBoard(SETTINGS, broker.port) as board:
        for each in (odd, telling(1)):
            channel.tell(each)
        wait_for(lambda: board.count == 1, "the notice")


def test_a_city_without_such_a_channel_needs_no_broker() -> None:
    with NoticeBoard(Settings(), free_port()) as board:
        assert board.newest() == []


def test_a_broker_that_is_not_there_is_named_in_one_sentence() -> None:
    with (
        pytest.raises(BoardError, match=r"^the demo cannot listen for notices at its broker: .*refused"),
        NoticeBoard(SETTINGS, free_port()),
    ):
        pass


def test_a_message_is_read_as_a_notice_whose_words_are_left_to_the_reader() -> None:
    read = read_notice(encode(telling(7)))
    assert read is not None
    key, told, title = read
    assert (key, title, told.reason, told.at_ns) == ("a1b2-7", TEXT.title, Reason.FIRING, NINE)
    (card,) = told.cards
    assert (card.rule, card.zone_name, card.title) == ("parking_full", "Pasar Besar", "")
    assert (card.fired_ns, card.learned_ns, card.ended_ns) == (NINE, NINE + SECOND, 0)


@pytest.mark.parametrize(
    "payload", [b"", b"\xff", b"[]", b"{}", b'{"cards": [7]}', json.dumps({"cards": [], "key": "a"}).encode()]
)
def test_anything_else_is_none(payload: bytes) -> None:
    assert read_notice(payload) is None
