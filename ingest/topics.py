"""From topic to stream: which device of which kind speaks on it."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from config.settings import Source
from ingest.devices import DeviceTable
from ingest.reasons import Reason

MAX_STREAMS = 5_000_000
_REFUSALS = (Reason.TOPIC_NOT_UTF8, Reason.TOPIC_WILDCARD, Reason.TOPIC_UNKNOWN, Reason.TOO_MANY_DEVICES)
_LEVELS = {"+": r"[^/]*", "#": r".*"}


class TopicRouter(dict[bytes, int]):
    """Topic -> stream number, in order of first sight. A refused topic is a negative number and is not remembered."""

    def __init__(self, source: Source, default_city: str, devices: DeviceTable) -> None:
        super().__init__()
        self._pattern = topic_pattern(source.topic)
        self._defaults = {"city": default_city, "kind": source.kind or "device", "zone": ""}
        self._devices = devices
        self.kinds: list[str] = []
        self._kind_numbers: dict[str, int] = {}
        self._device_of = np.zeros(1024, np.int32)
        self._kind_of = np.zeros(1024, np.int32)

    def streams(self, topics: Sequence[bytes]) -> NDArray[np.int32]:
        """(n,) stream of each topic; -1 - i for the i-th refusal."""
        return np.fromiter(map(self.__getitem__, topics), np.int32, len(topics))

    def refusal(self, stream: int) -> Reason:
        return _REFUSALS[-1 - stream]

    def devices(self, streams: NDArray[np.int32]) -> NDArray[np.int32]:
        return self._device_of[streams]

    def kind_numbers(self, streams: NDArray[np.int32]) -> NDArray[np.int32]:
        """(n,) indices into `kinds`."""
        return self._kind_of[streams]

    def __missing__(self, topic: bytes) -> int:
        try:
            text = topic.decode()
        except UnicodeDecodeError:
            return -1 - _REFUSALS.index(Reason.TOPIC_NOT_UTF8)
        if "+" in text or "#" in text or "\0" in text:
            return -1 - _REFUSALS.index(Reason.TOPIC_WILDCARD)
        match = self._pattern.fullmatch(text)
        if match is None:
            return -1 - _REFUSALS.index(Reason.TOPIC_UNKNOWN)
        if len(self) >= MAX_STREAMS:
            return -1 - _REFUSALS.index(Reason.TOO_MANY_DEVICES)
        return self._add(topic, {**self._defaults, **match.groupdict()})

    def _add(self, topic: bytes, named: dict[str, str]) -> int:
        stream = len(self)
        if stream == len(self._device_of):
            self._device_of = np.concatenate([self._device_of, np.zeros_like(self._device_of)])
            self._kind_of = np.concatenate([self._kind_of, np.zeros_like(self._kind_of)])
        kind = self._kind_numbers.setdefault(named["kind"], len(self._kind_numbers))
        if kind == len(self.kinds):
            self.kinds.append(named["kind"])
        self._device_of[stream] = self._devices.row(named["city"], named["kind"], named["device"], named["zone"])
        self._kind_of[stream] = kind
        self[topic] = stream
        return stream


def topic_pattern(template: str) -> re.Pattern[str]:
    """The template `city/{city}/{kind}/{device}/#` as a regular expression with named groups."""
    levels = template.split("/")
    deeper = levels[-1] == "#"
    parts = [_level(level) for level in (levels[:-1] if deeper else levels)]
    return re.compile("/".join(parts) + ("(?:/.*)?" if deeper else ""), re.DOTALL)


def _level(level: str) -> str:
    name = re.fullmatch(r"\{(city|kind|device|zone)\}", level)
    return f"(?P<{name[1]}>[^/]+)" if name else _LEVELS.get(level, re.escape(level))
