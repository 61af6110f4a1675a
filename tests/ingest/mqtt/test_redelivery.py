from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from ingest.messages import MessageBatch
from ingest.mqtt import redelivery
from ingest.mqtt.exactly_once import PACKET_IDS
from ingest.mqtt.receipts import Receipt
from ingest.mqtt.redelivery import HeldMessages

Message = tuple[int, str, str]
"""(packet identifier, topic, payload)."""


def batch(*messages: Message) -> MessageBatch:
    return MessageBatch(
        topics=[topic.encode() for _, topic, _ in messages],
        payloads=[payload.encode() for _, _, payload in messages],
        retained=np.zeros(len(messages), np.bool_),
        received_ns=0,
        packet_ids=np.array([packet_id for packet_id, _, _ in messages], np.uint16),
    )


def receipt(*, proved: bool = True) -> Receipt:
    none = np.zeros(0, np.uint16)
    made = Receipt(1, none, none)
    made.proved = proved
    return made


def holding(*batches: MessageBatch, proved: bool = True) -> HeldMessages:
    held = HeldMessages()
    for each in batches:
        held.keep(each, receipt(proved=proved))
    return held


def found(held: HeldMessages, *messages: Message, again: Sequence[bool] | None = None) -> list[bool]:
    """Which of them are held; all of them have DUP where nothing else is said."""
    new = batch(*messages)
    assert new.packet_ids is not None
    flags = np.array([True] * len(messages) if again is None else again, np.bool_)
    repeated = held.find(new.topics, new.payloads, new.packet_ids, flags)
    return [False] * len(messages) if repeated is None else repeated.tolist()


def test_a_message_sent_again_is_held_where_its_identifier_last_stood_for_the_same() -> None:
    held = holding(batch((1, "a", "x"), (2, "b", "x")), batch((3, "a", "y")))
    assert found(held, (1, "a", "x"), (2, "b", "x"), (3, "a", "y")) == [True, True, True]
    assert found(held, (1, "b", "x"), (2, "b", "z"), (4, "a", "y")) == [False, False, False]


def test_a_message_without_dup_is_new_however_equal() -> None:
    held = holding(batch((1, "a", "x"), (2, "b", "y")))
    assert found(held, (1, "a", "x"), (2, "b", "y"), again=[False, True]) == [False, True]


def test_an_identifier_that_stands_for_several_is_told_by_their_order() -> None:
    held = holding(batch((1, "a", "v"), (2, "a", "w")), batch((1, "a", "x"), (2, "a", "y")))
    assert found(held, (1, "a", "v"), (2, "a", "w"), (1, "a", "x"), (2, "a", "y")) == [True] * 4
    held.begin()
    assert found(held, (1, "a", "x"), (2, "a", "w")) == [True, False]
    held.begin()
    assert found(held, (1, "a", "z")) == [False]


def test_a_new_message_after_all_that_came_again_is_not_the_one_before_last() -> None:
    held = holding(batch((1, "a", "v")), batch((1, "a", "x"), (2, "a", "y")))
    assert found(held, (2, "a", "y"), (1, "a", "v")) == [True, False]


def test_more_in_flight_than_there_are_identifiers_is_known_across_several_cuts() -> None:
    identifiers = PACKET_IDS - 1
    sent = [(number % identifiers + 1, "a", f"{number}") for number in range(3 * identifiers)]
    held = holding(*(batch(*sent[start : start + 9999]) for start in range(0, len(sent), 9999)))
    for _ in range(3):
        held.begin()
        for start in range(0, 2 * identifiers, 9999):
            new = batch(*sent[start : start + 9999])
            assert new.packet_ids is not None
            repeated = held.find(new.topics, new.payloads, new.packet_ids, np.ones(len(new), np.bool_))
            assert repeated is not None
            assert repeated.all()
            held.keep(replace(new, repeated=repeated), receipt())


def test_a_message_and_its_copy_in_one_batch_are_one() -> None:
    messages = [(1, "a", "x"), (2, "a", "x"), (1, "a", "x"), (2, "a", "y")]
    assert found(holding(), *messages, again=[False, False, True, True]) == [False, False, True, False]


def test_messages_at_qos_0_have_no_identifier_and_are_never_held() -> None:
    held = holding(batch((0, "a", "x"), (0, "a", "x"), (0, "a", "x"), (5, "a", "x")))
    assert found(held, (0, "a", "x"), (5, "a", "x")) == [False, True]


def test_a_new_session_forgets() -> None:
    held = holding(batch((1, "a", "x")))
    assert found(held, (1, "a", "x")) == [True]
    held.forget()
    assert found(held, (1, "a", "x")) == [False]
    held.keep(batch((2, "a", "x")), receipt())
    assert found(held, (1, "a", "x"), (2, "a", "x")) == [False, True]


def test_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redelivery, "MOST_HELD", 4)
    held = holding(batch((1, "a", "x"), (2, "a", "x")), batch((3, "a", "x"), (4, "a", "x")))
    assert found(held, (1, "a", "x")) == [True]
    held.keep(batch((5, "a", "x"), (6, "a", "x")), receipt())
    assert found(held, (1, "a", "x"), (2, "a", "x"), (3, "a", "x"), (6, "a", "x")) == [False, False, True, True]


def test_what_the_broker_may_still_send_again_is_never_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redelivery, "MOST_HELD", 2)
    held, unread = HeldMessages(), receipt(proved=False)
    held.keep(batch((1, "a", "x"), (2, "a", "y")), unread)
    for number in range(3, 9):
        held.keep(batch((number, "a", "x")), receipt())
    assert found(held, (1, "a", "x"), (2, "a", "y")) == [True, True]
    unread.proved = True
    held.keep(batch((9, "a", "x")), receipt())
    assert found(held, (1, "a", "x"), (7, "a", "x"), (8, "a", "x")) == [False, False, True]


def test_equal_messages_under_one_identifier_do_not_hide_the_order_of_those_that_are_not_read() -> None:
    batches = [batch((1, "a", "on"), (2, "a", "on")), batch((1, "a", "on"), (2, "a", "off"))]
    assert found(holding(*batches, proved=False), (1, "a", "on"), (2, "a", "on")) == [True, True]


def test_what_is_too_large_to_be_kept_is_known_by_its_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redelivery, "LARGEST_BYTES", 2500)
    held = holding(*(batch((number, "a", f"{number}" * 1000)) for number in range(1, 5)))
    assert [found(held, (number, "a", f"{number}" * 1000)) for number in range(1, 5)] == [[True]] * 4
    assert found(held, (1, "a", "2" * 1000), (1, "b", "1" * 1000), (4, "a", "3" * 1000)) == [False] * 3
    assert sum(map(len, (payload for each in held._batches for payload in each.payloads))) == 2000


def test_a_source_without_identifiers_holds_nothing() -> None:
    held = holding(MessageBatch([b"a"], [b"x"], np.zeros(1, np.bool_), 0))
    assert found(held, (1, "a", "x")) == [False]
