"""A subscriber to the notices of a city, beside the broker of a demo: what arrives is what an officer would read."""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import msgspec
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from alerts.consequences import Card, Notice
from config.language import N_
from config.settings import Settings
from denyut.told_error import ToldError
from ingest.event_time import from_text

_KEPT = 50
_KEYS_KEPT = 10_000
_LARGEST = 1 << 18
_PATIENCE_S = 10.0
_OF_THE_READER = ("title", "advice", "detail", "cause")
"""Words of a card in the recipient's language."""


class BoardError(ToldError):
    """The broker does not let it listen."""


@dataclass(frozen=True, slots=True)
class Arrived:
    at_ns: int
    """By the clock on the wall."""
    notice: Notice
    """As far as the message tells; titles and advice are left to the reader's language."""
    title: str
    """As it was sent, in the recipient's language."""


class NoticeBoard:
    """Listens in a thread of its own until the block ends."""

    def __init__(self, settings: Settings, port: int, wall_ns: Callable[[], int] = time.time_ns) -> None:
        """`port`: of the broker on 127.0.0.1."""
        channels = [channel for channel in settings.channels if channel.kind == "mqtt"]
        self._topics = sorted({channel.topic.replace("{to}", "+") for channel in channels})
        self._port = port
        self._wall_ns = wall_ns
        self._lock = threading.Lock()
        self._subscribed = threading.Event()
        self._keys: OrderedDict[str, None] = OrderedDict()
        self._newest: deque[tuple[int, Arrived]] = deque(maxlen=_KEPT)
        self._count = 0
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
        self._client.on_connect = self._on_connect
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._on_message

    def __enter__(self) -> Self:
        """Raises BoardError where the subscription is not confirmed in time."""
        if not self._topics:
            return self
        try:
            self._client.connect("127.0.0.1", self._port)
        except OSError as error:
            raise BoardError(_DEAF, reason=error) from None
        self._client.loop_start()
        if not self._subscribed.wait(_PATIENCE_S):
            self._client.loop_stop()
            raise BoardError(_DEAF, reason=f"{_PATIENCE_S:g} s")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    @property
    def count(self) -> int:
        """Notices that came; one that comes again with its key is the same."""
        with self._lock:
            return self._count

    def newest(self, after: int = 0) -> list[tuple[int, Arrived]]:
        """The newest, the oldest of them first, each with its number from 1 on, above `after`."""
        with self._lock:
            return [each for each in self._newest if each[0] > after]

    def _on_connect(self, client: Client, *_: Any) -> None:
        # Also after a connection that broke.
        client.subscribe([(topic, 1) for topic in self._topics])

    def _on_message(self, _client: Client, _data: Any, message: MQTTMessage) -> None:
        read = read_notice(message.payload) if len(message.payload) <= _LARGEST else None
        if read is None:
            return
        key, notice, title = read
        with self._lock:
            if key in self._keys:
                return
            self._keys[key] = None
            if len(self._keys) > _KEYS_KEPT:
                self._keys.popitem(last=False)
            self._count += 1
            self._newest.append((self._count, Arrived(self._wall_ns(), notice, title)))


_DEAF = N_("the demo cannot listen for notices at its broker: {reason}")


def read_notice(payload: bytes | bytearray) -> tuple[str, Notice, str] | None:
    """Key, notice and title of a message as docs/alerts.md describes it; None: it is none."""
    try:
        message = msgspec.json.decode(payload)
        cards = [_card(card) for card in message.pop("cards")]
        key, title, at = message.pop("key"), message.pop("title"), message.pop("at")
        content = {**message, "cards": cards, "at_ns": _ns(at), "channel": ""}
        return str(key), msgspec.convert(content, Notice), str(title)
    except (msgspec.MsgspecError, LookupError, TypeError, AttributeError, ValueError):
        return None


def _card(card: Mapping[str, Any]) -> Card:
    times = {f"{name}_ns": _ns(card[name]) if card[name] else 0 for name in ("fired", "learned", "ended")}
    known = {name: value for name, value in card.items() if name not in _OF_THE_READER}
    return msgspec.convert({**known, **times}, Card)


def _ns(text: str) -> int:
    moment = from_text(text)
    if not isinstance(moment, int):
        raise ValueError(moment)
    return moment
