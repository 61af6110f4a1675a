import mqtt5

from ingest.mqtt.deliveries import Deliveries, Receipt
from ingest.mqtt.frames import Frames, split


def received(*messages: tuple[int, int], again: bool = False) -> Frames:
    """Messages as (QoS, packet identifier); `again`: with DUP, where they have one."""
    packets = [
        mqtt5.PublishPacket("t", b"1", qos=mqtt5.QoS(qos), packet_id=i or None, duplicate=again and qos > 0)
        for qos, i in messages
    ]
    return split(b"".join(packet.write() for packet in packets), 5, 1 << 20)


def receipt_of(deliveries: Deliveries, frames: Frames) -> Receipt:
    return deliveries.receipt(frames.qos, frames.packet_ids)


def fresh() -> Deliveries:
    deliveries = Deliveries()
    deliveries.begin(session_present=False)
    return deliveries


def test_a_batch_is_answered_with_one_packet_for_each_message_that_wants_one() -> None:
    deliveries = fresh()
    frames = received((1, 1), (0, 0), (2, 258), (1, 65_535))
    assert deliveries.admit(frames) == (None, b"")
    expected = mqtt5.PubAckPacket(1).write() + mqtt5.PubAckPacket(65_535).write() + mqtt5.PubRecPacket(258).write()
    assert deliveries.acknowledge(receipt_of(deliveries, frames)) == expected


def test_a_qos_2_message_sent_again_is_not_handed_over_again_until_it_is_released() -> None:
    deliveries = fresh()
    first = received((2, 7))
    deliveries.admit(first)
    deliveries.acknowledge(receipt_of(deliveries, first))
    deliveries.begin(session_present=True)
    keep, answers = deliveries.admit(received((2, 7), (2, 8)))
    assert keep is not None
    assert keep.tolist() == [False, True]
    assert answers == mqtt5.PubRecPacket(7).write()
    assert deliveries.release(7) == mqtt5.PubCompPacket(7).write()
    assert deliveries.admit(received((2, 7))) == (None, b"")


def test_a_qos_2_message_sent_again_before_its_batch_is_acknowledged_is_answered_with_the_batch() -> None:
    deliveries = fresh()
    first = received((2, 7), (1, 9), (2, 10))
    deliveries.admit(first)
    receipt = receipt_of(deliveries, first)
    deliveries.begin(session_present=True)
    keep, answers = deliveries.admit(received((2, 7)))
    assert keep is not None
    assert (keep.tolist(), answers) == ([False], b"")
    assert deliveries.acknowledge(receipt) == mqtt5.PubRecPacket(7).write()


def test_the_same_identifier_twice_in_one_read_is_one_message_where_it_is_sent_again() -> None:
    keep, _ = fresh().admit(received((2, 5), (2, 5), (1, 5), (1, 5), again=True))
    assert keep is not None
    assert keep.tolist() == [True, False, True, True]


def test_an_identifier_given_out_twice_is_two_messages_answered_one_after_the_other() -> None:
    deliveries = fresh()
    for frames in (received((2, 5), (2, 5)), received((2, 5))):
        assert deliveries.admit(frames) == (None, b"")
    receipts = [receipt_of(deliveries, frames) for frames in (received((2, 5), (2, 5)), received((2, 5)))]
    assert deliveries.acknowledge(receipts[0]) == mqtt5.PubRecPacket(5).write()
    assert deliveries.acknowledge(receipts[1]) == b""
    completed = mqtt5.PubCompPacket(5).write()
    assert deliveries.release(5) == completed + mqtt5.PubRecPacket(5).write()
    assert deliveries.release(5) == completed + mqtt5.PubRecPacket(5).write()
    assert deliveries.release(5) == completed
    assert deliveries.taken == deliveries.settled == 3


def test_a_new_session_begins_its_identifiers_anew() -> None:
    deliveries = fresh()
    frames = received((2, 7))
    deliveries.admit(frames)
    receipt = receipt_of(deliveries, frames)
    deliveries.begin(session_present=False)
    assert deliveries.acknowledge(receipt) == b""
    assert deliveries.admit(received((2, 7))) == (None, b"")
