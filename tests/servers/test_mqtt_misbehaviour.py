"""What brokers do that Mosquitto cannot be made to do."""

import asyncio

import mqtt5
import pytest

from ingest.mqtt.events import Happening
from tests.servers.listening import listening, source
from tests.servers.scripted_broker import Peer, scripted_broker, until_gone


def message(payload: bytes, packet_id: int | None = None, qos: int = 0) -> bytes:
    return mqtt5.PublishPacket("city/a", payload, qos=mqtt5.QoS(qos), packet_id=packet_id).write()


async def faultless(peer: Peer) -> None:
    await peer.accept()
    peer.write(message(b"after"))
    await until_gone(peer)


def test_a_malformed_packet_ends_the_connection_and_what_came_before_it_is_kept() -> None:
    async def malformed(peer: Peer) -> None:
        await peer.accept()
        peer.write(message(b"1"), message(b"2"), b"\x36\x08\x00\x04city\x00\x01", message(b"lost"))
        await until_gone(peer)

    async def scene() -> None:
        async with scripted_broker(malformed, faultless) as port, listening(source(port)) as recorder:
            await recorder.until(lambda: b"after" in recorder.payloads)
        assert recorder.payloads == [b"1", b"2", b"after"]
        (event,) = recorder.happened(Happening.PROTOCOL_ERROR)
        assert event.reason.startswith("qos_reserved: ")
        assert recorder.connection.statistics.protocol_errors == 1

    asyncio.run(scene())


def test_what_stands_in_a_half_sent_batch_when_the_broker_dies_is_handed_over() -> None:
    async def dying(peer: Peer) -> None:
        await peer.accept()
        peer.write(message(b"1"), message(b"2"), message(b"half")[:-2])

    async def scene() -> None:
        async with scripted_broker(dying, faultless) as port, listening(source(port)) as recorder:
            await recorder.until(lambda: b"after" in recorder.payloads)
        assert recorder.payloads == [b"1", b"2", b"after"]

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("packets", "fault"),
    [
        (b"\x90\x04\x00\x01\x00\x55", "control_packet_malformed"),
        (mqtt5.ConnAckPacket().write(), "control_packet_unexpected"),
        (mqtt5.PingReqPacket().write(), "control_packet_unexpected"),
        (b"\x30\xff\xff\xff\x7f", "packet_too_large"),
    ],
)
def test_control_packets_out_of_place_are_named(packets: bytes, fault: str) -> None:
    async def confused(peer: Peer) -> None:
        await peer.accept()
        peer.write(packets)
        await until_gone(peer)

    async def scene() -> None:
        async with scripted_broker(confused, faultless) as port, listening(source(port)) as recorder:
            await recorder.until(lambda: b"after" in recorder.payloads)
        (event,) = recorder.happened(Happening.PROTOCOL_ERROR)
        assert event.reason.startswith(f"{fault}: ")

    asyncio.run(scene())


def test_a_refused_filter_is_named_and_the_others_are_heard() -> None:
    async def picky(peer: Peer) -> None:
        await peer.read()
        peer.write(mqtt5.ConnAckPacket().write())
        subscribe = await peer.read()
        assert isinstance(subscribe, mqtt5.SubscribePacket)
        assert [topic.retain_as_published for topic in subscribe.topic_filters] == [False, False, False]
        code = mqtt5.SubAckReasonCode
        granted = [code.NOT_AUTHORIZED, code.GRANTED_QOS_AT_MOST_ONCE, code.GRANTED_QOS_AT_LEAST_ONCE]
        peer.write(mqtt5.SubAckPacket(subscribe.packet_id, granted).write(), message(b"1"))
        await until_gone(peer)

    async def scene() -> None:
        topics = ("police/#", "city/#", "kota/#")
        async with scripted_broker(picky) as port, listening(source(port, topics=topics)) as recorder:
            await recorder.until(lambda: recorder.payloads)
        (refused,) = recorder.happened(Happening.FILTER_REFUSED)
        assert refused.reason == "'police/#': not authorized (0x87)"
        (lowered,) = recorder.happened(Happening.QOS_LOWERED)
        assert lowered.reason == "'city/#': QoS 0 granted, 1 asked for"
        (subscribed,) = recorder.happened(Happening.SUBSCRIBED)
        assert subscribed.reason == "city/#, kota/#"

    asyncio.run(scene())


def test_a_broker_that_grants_nothing_is_left_and_asked_again_late() -> None:
    async def closed(peer: Peer) -> None:
        await peer.read()
        peer.write(mqtt5.ConnAckPacket().write())
        await peer.read()
        peer.write(mqtt5.SubAckPacket(1, [mqtt5.SubAckReasonCode.NOT_AUTHORIZED]).write())
        await until_gone(peer)

    async def scene() -> None:
        async with scripted_broker(closed) as port, listening(source(port), subscribed=False) as recorder:
            await recorder.until_happened(Happening.REFUSED)
        (event,) = recorder.happened(Happening.REFUSED)
        assert (event.reason, event.retry_s) == ("the broker grants no topic filter", 30.0)

    asyncio.run(scene())


def test_a_session_that_another_client_took_is_left_to_it_for_a_while() -> None:
    async def taken(peer: Peer) -> None:
        await peer.accept()
        code = mqtt5.DisconnectReasonCode.SESSION_TAKEN_OVER
        peer.write(mqtt5.DisconnectPacket(reason_code=code, reason_str="by 10.0.0.7").write())

    async def scene() -> None:
        async with scripted_broker(taken) as port, listening(source(port)) as recorder:
            await recorder.until_happened(Happening.LOST)
        (event,) = recorder.happened(Happening.LOST)
        assert event.reason == "the broker disconnected: session taken over (0x8e), by 10.0.0.7"
        assert event.retry_s == 30.0

    asyncio.run(scene())


def test_a_broker_that_falls_silent_is_left() -> None:
    async def silent(peer: Peer) -> None:
        await peer.accept(mqtt5.ConnAckPacket(server_keep_alive=1))
        await until_gone(peer)

    async def scene() -> None:
        async with scripted_broker(silent, faultless) as port, listening(source(port)) as recorder:
            await recorder.until(lambda: b"after" in recorder.payloads)
        assert recorder.happened(Happening.LOST)[0].reason.startswith("no answer to PINGREQ within ")

    asyncio.run(scene())


def test_a_broker_that_does_not_finish_an_exchange_of_qos_2_is_left_and_what_it_sends_again_counts_once() -> None:
    def sends(n: int, again: bool = False) -> list[bytes]:
        return [
            mqtt5.PublishPacket("city/a", b"1", qos=mqtt5.QoS.EXACTLY_ONCE, packet_id=i, duplicate=again).write()
            for i in range(1, n + 1)
        ]

    async def forgetful(peer: Peer) -> None:
        await peer.accept(mqtt5.ConnAckPacket(server_keep_alive=1))
        peer.write(*sends(1500))
        while True:
            if isinstance(await peer.read(), mqtt5.PingReqPacket):
                peer.write(mqtt5.PingRespPacket().write())

    async def orderly(peer: Peer) -> None:
        assert isinstance(await peer.read(), mqtt5.ConnectPacket)
        peer.write(mqtt5.ConnAckPacket(session_present=True).write(), *sends(1500, again=True))
        while True:
            packet = await peer.read()
            if isinstance(packet, mqtt5.PingReqPacket):
                peer.write(mqtt5.PingRespPacket().write())
            elif isinstance(packet, mqtt5.PubRecPacket):
                peer.write(mqtt5.PubRelPacket(packet.packet_id).write())
            elif isinstance(packet, mqtt5.PubCompPacket):
                completed.append(packet.packet_id)

    async def scene() -> None:
        async with scripted_broker(forgetful, orderly) as port, listening(source(port, qos=2)) as recorder:
            await recorder.until(lambda: len(completed) == 1500)
        assert (len(recorder.payloads), recorder.counted) == (3000, 1500)
        assert completed == list(range(1, 1501))
        (event,) = recorder.happened(Happening.LOST)
        assert event.reason == "no PUBREL within 0 s, though PINGREQ was answered"

    completed: list[int] = []
    asyncio.run(scene())


def test_a_broker_that_answers_pings_is_kept_even_while_nothing_is_read() -> None:
    async def patient(peer: Peer) -> None:
        await peer.accept(mqtt5.ConnAckPacket(server_keep_alive=1))
        while True:
            if isinstance(await peer.read(), mqtt5.PingReqPacket):
                peer.write(mqtt5.PingRespPacket().write())

    async def scene() -> None:
        async with scripted_broker(patient) as port, listening(source(port)) as recorder:
            await asyncio.sleep(1.3)
            recorder.connection.pause_reading()
            await asyncio.sleep(1.3)
            recorder.connection.resume_reading()
            await asyncio.sleep(0.8)
        assert [event.happening.value for event in recorder.events] == ["connected", "subscribed", "closed"]

    asyncio.run(scene())


def test_the_connect_packet_asks_for_a_lasting_session_and_no_aliases() -> None:
    seen: list[mqtt5.ConnectPacket] = []

    async def curious(peer: Peer) -> None:
        seen.append(await peer.accept())
        await until_gone(peer)

    async def scene() -> None:
        asked = {"receive_maximum": 500, "session_expiry": 60 * 10**9, "client_id": "denyut-1"}
        async with scripted_broker(curious) as port, listening(source(port, **asked)):
            pass
        (connect,) = seen
        assert (connect.client_id, connect.clean_start, connect.keep_alive) == ("denyut-1", False, 30)
        assert (connect.session_expiry_interval, connect.receive_max, connect.topic_alias_max) == (60, 500, 0)
        assert connect.max_packet_size == 2 * 1024 * 1024

    asyncio.run(scene())
