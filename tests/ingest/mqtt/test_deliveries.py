import mqtt5
import numpy as np

from ingest.mqtt.deliveries import Deliveries
from ingest.mqtt.exactly_once import OPEN_AT_ONCE
from ingest.mqtt.frames import Frames, split
from ingest.mqtt.receipts import Receipt


def received(*messages: tuple[int, int], again: bool = False) -> Frames:
    """Messages as (QoS, packet identifier); `again`: with DUP, where they have one."""
    packets = [
        mqtt5.PublishPacket("t", b"1", qos=mqtt5.QoS(qos), packet_id=i or None, duplicate=again and qos > 0)
        for qos, i in messages
    ]
    return split(b"".join(packet.write() for packet in packets), 5, 1 << 20)


def taken(deliveries: Deliveries, *messages: tuple[int, int]) -> Receipt:
    frames = received(*messages)
    deliveries.admit(frames)
    return deliveries.receipt(frames.qos, frames.packet_ids)


def release(deliveries: Deliveries, packet_id: int) -> bytes:
    return deliveries.release(np.array([packet_id], np.uint16))


def fresh() -> Deliveries:
    deliveries = Deliveries()
    deliveries.begin(session_present=False)
    return deliveries


def test_a_batch_is_answered_with_one_packet_for_each_message_that_wants_one() -> None:
    deliveries = fresh()
    receipt = taken(deliveries, (1, 1), (0, 0), (2, 258), (1, 65_535))
    expected = mqtt5.PubAckPacket(1).write() + mqtt5.PubAckPacket(65_535).write() + mqtt5.PubRecPacket(258).write()
    assert deliveries.acknowledge(receipt) == expected
    assert (deliveries.taken, deliveries.settled) == (3, 2)


def test_a_qos_2_message_is_settled_by_its_release() -> None:
    deliveries = fresh()
    deliveries.acknowledge(taken(deliveries, (2, 7)))
    assert deliveries.awaits_release
    assert release(deliveries, 7) == mqtt5.PubCompPacket(7).write()
    assert not deliveries.awaits_release
    assert (deliveries.taken, deliveries.settled) == (1, 1)


def test_a_release_of_an_unknown_message_is_completed_too() -> None:
    deliveries = fresh()
    assert release(deliveries, 7) == mqtt5.PubCompPacket(7).write()
    assert deliveries.settled == 0


def test_an_identifier_given_out_twice_is_two_messages_answered_one_after_the_other() -> None:
    deliveries = fresh()
    receipts = [taken(deliveries, (2, 5), (2, 5)), taken(deliveries, (2, 5))]
    assert deliveries.acknowledge(receipts[0]) == mqtt5.PubRecPacket(5).write()
    assert deliveries.acknowledge(receipts[1]) == b""
    completed = mqtt5.PubCompPacket(5).write()
    assert release(deliveries, 5) == completed + mqtt5.PubRecPacket(5).write()
    assert release(deliveries, 5) == completed + mqtt5.PubRecPacket(5).write()
    assert release(deliveries, 5) == completed
    assert deliveries.taken == deliveries.settled == 3


def test_a_batch_of_an_older_connection_is_answered_when_it_has_come_again() -> None:
    deliveries = fresh()
    receipt = taken(deliveries, (2, 7), (1, 8))
    deliveries.begin(session_present=True)
    assert deliveries.acknowledge(receipt) == b""
    assert deliveries.acknowledge(taken(deliveries, (2, 7))) == mqtt5.PubRecPacket(7).write()


def test_before_a_connection_ends_what_waits_for_its_turn_is_answered() -> None:
    deliveries = fresh()
    answers = deliveries.acknowledge(taken(deliveries, *((2, number) for number in range(1, OPEN_AT_ONCE + 2))))
    assert len(answers) == 4 * OPEN_AT_ONCE
    assert deliveries.last_answers() == mqtt5.PubRecPacket(OPEN_AT_ONCE + 1).write()
