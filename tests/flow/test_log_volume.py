"""However many messages are bad, the log stays short."""

import socket
from pathlib import Path

import mqtt5

from tests.flow.test_run import running, status_of, stop, wait_for, wait_until_subscribed
from tests.servers.mosquitto import mosquitto

BAD = 50_000
MOST_LINES = 20
"""A start, a stop, and a minute's summary."""
CONFIG = '[http]\nenabled = false\n[log]\nlevel = "debug"\n'


def flood(port: int) -> None:
    """Messages that are bad in turn by payload, by topic and by value, each from a device of its own."""
    payloads = [b"{", b"\xff\xfe", b"[]", b'{"pm25": "9"}', b'{"ts": "yesterday", "pm25": 1}', b'{"pm25": -999}']
    packets = [mqtt5.ConnectPacket("flood").write()]
    for number in range(BAD):
        topic = f"city/c/air/A{number}" if number % 7 else f"city/{number}"
        packets.append(mqtt5.PublishPacket(topic, payloads[number % len(payloads)]).write())
    packets.append(mqtt5.PingReqPacket().write())
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"".join(packets))
        answers = b""
        # The broker answers PINGREQ once it has read all that came before.
        while not answers.endswith(mqtt5.PingRespPacket().write()):
            more = connection.recv(4096)
            assert more, "the broker closed the connection"
            answers += more


def test_a_flood_of_bad_messages_makes_no_line_for_each(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with mosquitto(tmp_path) as port, running(data_dir, port, CONFIG) as process:
        wait_until_subscribed(process)
        flood(port)
        wait_for(lambda: status_of(data_dir)["received"] >= BAD, "the flood", timeout_s=60)
        rejected = status_of(data_dir)["rejected"]
        lines = stop(process).splitlines()
    assert sum(rejected.values()) == BAD
    assert len(rejected) > 5
    assert len(lines) < MOST_LINES, lines
