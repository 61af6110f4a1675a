import numpy as np

from ingest.mqtt.backlog import LONGEST_ABSENCE_S, LONGEST_S, SETTLE_S, Backlog
from ingest.mqtt.deliveries import Deliveries
from tests.ingest.mqtt.test_deliveries import received


class Broker:
    """It takes our packets in order and never has more than `limit` messages in flight; `kept` wait for us."""

    def __init__(self, kept: int, limit: int) -> None:
        self.deliveries = Deliveries()
        self.backlog = Backlog(self.deliveries)
        self.kept, self.limit = kept, limit
        self.now_s = 100.0
        self.deliveries.begin(session_present=True)
        self.backlog.start(self.now_s)
        self.backlog.connected(self.now_s, session_present=True)
        self.now_s += SETTLE_S
        self.unread = 0
        self._send()

    def _send(self) -> None:
        now = min(self.kept, self.limit - self.unread - (self.deliveries.taken - self.deliveries.settled))
        self.kept -= now
        self.unread += now

    def publish(self, n: int) -> None:
        self.kept += n
        self._send()

    def read(self) -> None:
        self.deliveries.admit(received(*[(1, 1 + i) for i in range(self.unread)]))
        self.unread = 0

    def acknowledge(self, n: int) -> None:
        self.deliveries.settled += n
        self._send()

    def ask(self) -> bool:
        """PINGREQ, and its answer in one read with all that came before it; True: the backlog has ended."""
        self.backlog.asked(self.now_s)
        self.backlog.answered()
        self.read()
        return self.backlog.ends()

    @property
    def in_flight(self) -> int:
        return self.deliveries.taken - self.deliveries.settled


def test_a_broker_that_fills_the_room_we_make_still_holds_a_backlog() -> None:
    broker = Broker(kept=100, limit=20)
    broker.read()
    for _ in range(4):
        assert not broker.ask()
        broker.acknowledge(20)
        assert broker.backlog.lasts(broker.now_s)
    assert broker.kept == 0
    assert not broker.ask()
    broker.acknowledge(20)
    assert broker.ask()
    assert not broker.backlog.lasts(broker.now_s)


def test_room_that_the_broker_leaves_empty_ends_it_while_messages_go_on_coming() -> None:
    broker = Broker(kept=45, limit=20)
    broker.read()
    assert not broker.ask()
    broker.acknowledge(20)
    assert not broker.ask()
    broker.acknowledge(20)
    broker.publish(3)
    assert broker.ask()
    assert broker.in_flight == 8


def test_a_backlog_that_came_all_at_once_ends_with_the_first_question_after_it_shrank() -> None:
    broker = Broker(kept=30_000, limit=65_535)
    broker.read()
    assert not broker.ask()
    broker.acknowledge(16_384)
    assert broker.ask()


def test_a_broker_that_holds_nothing_is_caught_up_with_at_once() -> None:
    assert Broker(kept=0, limit=20).ask()


def test_answers_before_the_connection_has_settled_decide_nothing() -> None:
    broker = Broker(kept=0, limit=20)
    broker.now_s -= 0.01
    assert not broker.ask()
    broker.now_s += 0.01
    assert broker.ask()


def test_what_was_acknowledged_after_the_question_does_not_count() -> None:
    broker = Broker(kept=1000, limit=20)
    broker.read()
    assert not broker.ask()
    broker.backlog.asked(broker.now_s)
    broker.acknowledge(20)
    broker.backlog.answered()
    assert not broker.backlog.ends()


def test_an_answer_nobody_asked_for_says_nothing() -> None:
    broker = Broker(kept=0, limit=20)
    broker.backlog.answered()
    assert not broker.backlog.ends()


def test_a_qos_2_message_is_in_flight_until_its_release() -> None:
    broker = Broker(kept=0, limit=20)
    frames = received((2, 1), (2, 2))
    broker.deliveries.admit(frames)
    broker.deliveries.acknowledge(broker.deliveries.receipt(frames.qos, frames.packet_ids))
    assert broker.in_flight == 2
    broker.deliveries.release(np.array([1], np.uint16))
    assert broker.in_flight == 1
    broker.deliveries.release(np.array([2, 2], np.uint16))
    assert broker.in_flight == 0


def test_it_is_feared_from_the_beginning_until_the_broker_was_away_for_long() -> None:
    backlog = Backlog(Deliveries())
    assert backlog.lasts(5.0)
    backlog.start(10.0)
    assert backlog.lasts(10.0 + LONGEST_ABSENCE_S - 0.1)
    assert not backlog.lasts(10.0 + LONGEST_ABSENCE_S)
    backlog.connected(1000.0, session_present=False)
    assert backlog.lasts(1000.0 + LONGEST_S - 0.1)
    assert not backlog.lasts(1000.0 + LONGEST_S)


def test_it_is_feared_again_with_a_session_that_goes_on_and_after_reading_was_paused() -> None:
    broker = Broker(kept=0, limit=20)
    assert broker.ask()
    broker.backlog.lost()
    broker.backlog.connected(200.0, session_present=False)
    assert not broker.backlog.lasts(200.0)
    broker.backlog.lost()
    broker.backlog.connected(300.0, session_present=True)
    assert broker.backlog.lasts(300.0)
    broker.now_s = 300.0 + SETTLE_S
    assert broker.ask()
    broker.backlog.resumed(400.0)
    broker.now_s = 400.0
    assert not broker.ask()
    broker.now_s += SETTLE_S
    assert broker.ask()


def test_a_connection_that_is_lost_in_the_middle_keeps_its_backlog_and_its_measure_of_time() -> None:
    broker = Broker(kept=1000, limit=20)
    broker.backlog.lost()
    broker.backlog.connected(150.0, session_present=True)
    assert broker.backlog.lasts(100.0 + LONGEST_S - 0.1)
    assert not broker.backlog.lasts(100.0 + LONGEST_S)


def test_an_answer_to_a_question_from_before_the_pause_decides_nothing_after_it() -> None:
    broker = Broker(kept=0, limit=20)
    assert broker.ask()
    broker.backlog.asked(broker.now_s)
    broker.backlog.answered()
    broker.backlog.asked(broker.now_s)
    broker.backlog.resumed(broker.now_s)
    assert not broker.backlog.ends()
    broker.backlog.answered()
    assert not broker.backlog.ends()
    assert broker.backlog.lasts(broker.now_s)


def test_reading_that_goes_on_while_the_broker_is_away_fears_nothing() -> None:
    broker = Broker(kept=0, limit=20)
    assert broker.ask()
    broker.backlog.lost()
    broker.backlog.resumed(broker.now_s)
    assert not broker.backlog.lasts(broker.now_s)


def test_a_backlog_that_was_given_up_does_not_hide_the_next_one() -> None:
    broker = Broker(kept=1000, limit=20)
    later_s = broker.now_s + LONGEST_S
    assert not broker.backlog.lasts(later_s)
    broker.backlog.lost()
    broker.backlog.connected(later_s + 60, session_present=True)
    assert broker.backlog.lasts(later_s + 60)


def test_counting_starts_anew_with_each_connection() -> None:
    deliveries = Deliveries()
    deliveries.begin(session_present=False)
    frames = received((1, 1), (1, 2), (0, 0))
    deliveries.admit(frames)
    deliveries.acknowledge(deliveries.receipt(frames.qos[:1], frames.packet_ids[:1]))
    assert (deliveries.taken, deliveries.settled) == (2, 1)
    late = deliveries.receipt(frames.qos[1:2], frames.packet_ids[1:2])
    deliveries.begin(session_present=True)
    deliveries.acknowledge(late)
    assert (deliveries.taken, deliveries.settled) == (0, 0)
