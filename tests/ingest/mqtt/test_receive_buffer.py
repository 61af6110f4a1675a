from ingest.mqtt.receive_buffer import ReceiveBuffer


def fill(buffer: ReceiveBuffer, data: bytes) -> None:
    buffer.space()[: len(data)] = data
    buffer.filled(len(data))


def test_what_is_not_consumed_stays_at_the_head() -> None:
    buffer = ReceiveBuffer(8)
    fill(buffer, b"abcdef")
    buffer.consume(4, awaiting=2)
    fill(buffer, b"gh")
    assert buffer.unread() == b"efgh"


def test_it_grows_for_a_large_packet_and_shrinks_after_it() -> None:
    buffer = ReceiveBuffer(8)
    fill(buffer, b"abcdef")
    buffer.consume(0, awaiting=100)
    assert buffer.capacity == 100
    fill(buffer, bytes(94))
    assert buffer.unread() == b"abcdef" + bytes(94)
    buffer.consume(100, awaiting=2)
    assert (buffer.capacity, buffer.size) == (8, 0)


def test_a_full_buffer_still_offers_space() -> None:
    buffer = ReceiveBuffer(4)
    fill(buffer, b"abcd")
    assert len(buffer.space()) == 4
    assert buffer.unread() == b"abcd"
