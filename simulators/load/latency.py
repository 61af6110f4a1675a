"""How long messages are on the way through a broker: a sample, listened to in a thread beside the load."""

import re
import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from ingest.mqtt.options import ConnectionOptions

_TIME = re.compile(rb'"ts":(\d{13})')
_PATIENCE_S = 10.0
MOST_A_SECOND = 1000
"""Messages to listen to: more would cost the load its core."""


class LatencyProbe:
    """A context manager. Raises OSError where the broker cannot be reached."""

    def __init__(self, options: ConnectionOptions, topics: Sequence[str], rate: float) -> None:
        share = min(1.0, MOST_A_SECOND / rate)
        self._topics = list(topics)[: max(1, int(len(topics) * share))]
        self._delays_ms: list[float] = []
        self._subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2)
        if options.username is not None:
            self._client.username_pw_set(
                options.username, None if options.password is None else options.password.decode()
            )
        if options.tls is not None:
            self._client.tls_set_context(options.tls)
        self._client.on_message = self._heard
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._address = options.host, options.port

    def __enter__(self) -> "LatencyProbe":
        self._client.connect(*self._address)
        self._client.loop_start()
        self._client.subscribe([(topic, 0) for topic in self._topics])
        self._subscribed.wait(_PATIENCE_S)
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def percentiles(self) -> dict[str, float]:
        """Ms from the time in the payload to its arrival here: p50, p99, p99.9; whole ms, for payloads have no more."""
        if not self._delays_ms:
            return {}
        found = np.percentile(self._delays_ms, [50, 99, 99.9])
        return {name: float(value) for name, value in zip(("p50", "p99", "p99.9"), found, strict=True)}

    def __len__(self) -> int:
        return len(self._delays_ms)

    def _heard(self, _client: Client, _user: Any, message: MQTTMessage) -> None:
        found = _TIME.search(message.payload)
        if found is not None:
            self._delays_ms.append(time.time() * 1000 - int(found[1]))
