"""How long messages are on the way through a broker: a sample, listened to in a thread beside the load."""

import re
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from ingest.mqtt.options import ConnectionOptions

_TIME_AND_NUMBER = re.compile(rb'"ts":(\d{13}),"seq":\d+')
_PATIENCE_S = 10.0
_QUIET_S = 3.0
"""After which no more is expected."""
_TURN_S = 0.0005
"""How long the load keeps the interpreter while a message waits to be noted: a part of what is shown, 1 ms."""
MOST_A_SECOND = 1000
"""Messages to listen to: more would cost the load its core."""


class LatencyProbe:
    """A context manager, for messages of a round of these topics. Raises OSError where the broker cannot be reached."""

    def __init__(self, options: ConnectionOptions, topics: Sequence[str], rate: float) -> None:
        # All over the round: neighbours go out in one write, and would be one and the same sample.
        every = max(1, -(-int(rate) // MOST_A_SECOND))
        self._topics = sorted(set(topics[::every]))
        listened = set(self._topics)
        self._before: NDArray[np.int64] = np.cumsum([0, *(topic in listened for topic in topics)])
        """(n + 1,) how many of the messages before each of a round are listened to."""
        self._delays_ms: list[float] = []
        self._heard_before: set[int] = set()
        """Hashes of topic, time and number: what went out again after a connection was lost counts once."""
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
        self._turn_s = sys.getswitchinterval()
        sys.setswitchinterval(_TURN_S)
        self._client.connect(*self._address)
        self._client.loop_start()
        self._client.subscribe([(topic, 0) for topic in self._topics])
        self._subscribed.wait(_PATIENCE_S)
        return self

    def __exit__(self, *_error: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()
        sys.setswitchinterval(self._turn_s)

    def expected(self, rounds: int, messages: int) -> int:
        """Messages to be heard of so many whole rounds, and so many messages of the one after them."""
        return int(rounds * self._before[-1] + self._before[messages])

    def wait_for(self, expected: int) -> None:
        """Until so many came, or none has for a while: those that come last are the ones that took longest."""
        heard, until = -1, 0.0
        while len(self) < expected:
            if len(self) > heard:
                heard, until = len(self), time.monotonic() + _QUIET_S
            if time.monotonic() > until:
                return
            time.sleep(0.01)

    def percentiles(self) -> dict[str, float]:
        """Ms from the time in the payload to its arrival here: p50, p99, p99.9; whole ms, for payloads have no more.

        A percentile that the sample is too small for is its largest delay, not one between two of them.
        """
        if not self._delays_ms:
            return {}
        found = np.percentile(self._delays_ms, [50, 99, 99.9], method="higher")
        return {name: float(value) for name, value in zip(("p50", "p99", "p99.9"), found, strict=True)}

    def __len__(self) -> int:
        return len(self._delays_ms)

    def _heard(self, _client: Client, _user: Any, message: MQTTMessage) -> None:
        found = _TIME_AND_NUMBER.search(message.payload)
        if found is None or (key := hash((message.topic, found[0]))) in self._heard_before:
            return
        self._heard_before.add(key)
        self._delays_ms.append(time.time() * 1000 - int(found[1]))
