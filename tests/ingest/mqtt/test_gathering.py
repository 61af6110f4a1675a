import asyncio
from collections.abc import Callable
from dataclasses import replace

import mqtt5
import numpy as np

from ingest.messages import MessageBatch
from ingest.mqtt.deliveries import Deliveries
from ingest.mqtt.events import Statistics
from ingest.mqtt.frames import Frames, split
from ingest.mqtt.gathering import FULL_MESSAGES, LONGEST_WAIT_S, Gathering
from ingest.mqtt.receipts import Receipt


def received(n: int, qos: int = 1, payload: bytes = b"1") -> Frames:
    packets = (
        mqtt5.PublishPacket("t", payload, qos=mqtt5.QoS(qos), packet_id=i + 1 if qos else None) for i in range(n)
    )
    return split(b"".join(packet.write() for packet in packets), 5, 2 << 20)


def gathering(batches: list[MessageBatch]) -> Gathering:
    deliveries = Deliveries()
    deliveries.begin(session_present=False)
    return Gathering(deliveries, Statistics(), batches.append)


def on_a_loop(scene: Callable[[], None]) -> None:
    async def run() -> None:
        scene()

    asyncio.run(run())


def test_a_full_batch_is_handed_over_at_once() -> None:
    def scene() -> None:
        batches: list[MessageBatch] = []
        gathered = gathering(batches)
        gathered.add(received(FULL_MESSAGES - 1, qos=0))
        assert batches == []
        gathered.add(received(3, qos=0))
        assert [len(batch) for batch in batches] == [FULL_MESSAGES + 2]

    on_a_loop(scene)


def test_large_payloads_fill_a_batch_by_their_bytes() -> None:
    def scene() -> None:
        batches: list[MessageBatch] = []
        gathered = gathering(batches)
        for _ in range(9):
            gathered.add(received(1, payload=bytes(1 << 20)))
        assert [len(batch) for batch in batches] == [8]

    on_a_loop(scene)


def test_a_few_messages_are_handed_over_together_after_a_short_wait() -> None:
    async def scene() -> None:
        batches: list[MessageBatch] = []
        gathered = gathering(batches)
        gathered.add(received(2))
        gathered.add(received(3))
        assert batches == []
        await asyncio.sleep(5 * LONGEST_WAIT_S)
        assert [len(batch) for batch in batches] == [5]

    asyncio.run(scene())


def test_a_broker_that_sends_twenty_and_waits_is_not_kept_waiting() -> None:
    async def scene() -> None:
        batches: list[MessageBatch] = []
        gathered = gathering(batches)
        for turn in range(1, 4):
            gathered.add(received(20))
            while len(batches) < turn:
                await asyncio.sleep(LONGEST_WAIT_S)
            gathered.outstanding.clear()
        gathered.add(received(12))
        assert len(batches) == 3
        gathered.add(received(8))
        assert [len(batch) for batch in batches] == [20, 20, 20, 20]
        gathered.outstanding.clear()
        gathered.add(received(21))
        assert len(batches) == 4

    asyncio.run(scene())


def test_a_receipt_names_the_packets_of_its_batch_alone() -> None:
    def scene() -> None:
        batches: list[MessageBatch] = []
        gathered = gathering(batches)
        for frames in (received(2, qos=1), received(3, qos=2), received(1, qos=0)):
            gathered.add(frames)
        gathered.hand_over()
        gathered.add(received(1, qos=0))
        gathered.hand_over()
        first, second = (batch.receipt for batch in batches)
        assert isinstance(first, Receipt)
        assert isinstance(second, Receipt)
        assert (first.at_least_once.tolist(), first.exactly_once.tolist()) == ([1, 2], [1, 2, 3])
        assert second.size == 0
        assert gathered.outstanding == {first}

    on_a_loop(scene)


def test_a_batch_bears_the_time_of_the_clock_it_is_given() -> None:
    batches: list[MessageBatch] = []
    deliveries = Deliveries()
    deliveries.begin(session_present=False)

    def scene() -> None:
        gathered = Gathering(deliveries, Statistics(), batches.append, now_ns=lambda: 1_700_000_000_000_000_000)
        gathered.add(received(2))
        gathered.hand_over()

    on_a_loop(scene)
    assert [batch.received_ns for batch in batches] == [1_700_000_000_000_000_000]


def test_a_batch_carries_what_its_journal_entry_and_its_processing_need() -> None:
    def scene() -> None:
        behind = True
        batches: list[MessageBatch] = []
        deliveries = Deliveries()
        deliveries.begin(session_present=True)
        gathered = Gathering(deliveries, Statistics(), batches.append, lambda: 7, lambda: behind)
        gathered.add(received(2, qos=1))
        behind = False
        gathered.add(received(1, qos=0, payload=bytes(1000)))
        gathered.hand_over()
        gathered.add(received(1, qos=0))
        gathered.hand_over()
        first, second = batches
        assert first.packet_ids is not None
        assert (first.packet_ids.tolist(), first.received_ns, first.repeated) == ([1, 2, 0], 7, None)
        assert first.nbytes > 1000
        assert (first.behind, second.behind) == (True, False)

    on_a_loop(scene)


def test_a_message_sent_again_on_a_new_connection_is_marked_and_wants_its_answer_again() -> None:
    def scene() -> None:
        batches: list[MessageBatch] = []
        deliveries = Deliveries()
        statistics = Statistics()
        deliveries.begin(session_present=False)
        first = Gathering(deliveries, statistics, batches.append)
        first.add(received(3))
        first.hand_over()
        deliveries.begin(session_present=True)
        again = replace(received(3), again=np.array([True, True, False]))
        second = Gathering(deliveries, statistics, batches.append)
        second.add(again)
        second.hand_over()
        assert [None if batch.repeated is None else batch.repeated.tolist() for batch in batches] == [
            None,
            [True, True, False],
        ]
        assert statistics.repeated == 2
        assert isinstance(batches[1].receipt, Receipt)
        assert batches[1].receipt.at_least_once.tolist() == [1, 2, 3]
        deliveries.begin(session_present=False)
        second.add(again)
        second.hand_over()
        assert batches[2].repeated is None

    on_a_loop(scene)
