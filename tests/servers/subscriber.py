"""A client that hears what a broker hands on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion


@contextmanager
def subscriber(port: int, topic: str, username: str = "", password: str = "") -> Iterator[list[MQTTMessage]]:
    """What it has heard so far; enters once it is subscribed."""
    heard: list[MQTTMessage] = []
    subscribed = threading.Event()
    client = Client(CallbackAPIVersion.VERSION2)
    if username:
        client.username_pw_set(username, password)

    def connected(client: Client, *_: Any) -> None:
        client.subscribe(topic, qos=1)

    client.on_connect = connected
    client.on_subscribe = lambda *_: subscribed.set()
    client.on_message = lambda _client, _data, message: heard.append(message)
    client.connect("127.0.0.1", port)
    client.loop_start()
    try:
        assert subscribed.wait(10)
        yield heard
    finally:
        client.disconnect()
        client.loop_stop()
