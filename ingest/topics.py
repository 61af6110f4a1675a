"""From topic to stream: which device of which kind speaks on it."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice, repeat

import numpy as np
from numpy.typing import NDArray

from config.settings import Source
from ingest.devices import DeviceTable
from ingest.reasons import Reason

MAX_STREAMS = 5_000_000
MAX_TOPIC_BYTES = 512 << 20
"""Of all topics together: a topic may be 64 KiB long."""
MAX_KINDS = 256
"""A kind is any word in a topic, and each has windows of its own to close."""
_REFUSALS = (
    Reason.TOPIC_NOT_UTF8,
    Reason.TOPIC_WILDCARD,
    Reason.TOPIC_UNKNOWN,
    Reason.TOO_MANY_DEVICES,
    Reason.TOO_MANY_KINDS,
)
_UNSEEN = -(2**31)


class TopicRouter(dict[bytes, int]):
    """Topic -> stream number, in order of first sight. A refused topic is a negative number and is not remembered."""

    def __init__(self, source: Source, default_city: str, devices: DeviceTable) -> None:
        super().__init__()
        self._pattern = topic_pattern(source.topic)
        lines = topic_pattern(source.topic, none_of=r"/\n").pattern
        self._lines = re.compile(f"^{lines}$", re.MULTILINE)
        self._defaults = {"city": default_city, "kind": source.kind or "device", "zone": "", "device": ""}
        self._devices = devices
        self._topic_bytes = 0
        self.kinds: list[str] = []
        self._kind_numbers: dict[str, int] = {}
        self._device_of = np.zeros(1024, np.int32)
        self._kind_of = np.zeros(1024, np.int32)

    def streams(self, topics: Sequence[bytes]) -> NDArray[np.int32]:
        """(n,) stream of each topic; -1 - i for the i-th refusal."""
        streams = np.fromiter(map(self.get, topics, repeat(_UNSEEN)), np.int32, len(topics))
        unseen = np.flatnonzero(streams == _UNSEEN)
        if len(unseen):
            new = [topics[position] for position in unseen.tolist()]
            self._add_together(list(dict.fromkeys(new)))
            streams[unseen] = np.fromiter(map(self.__getitem__, new), np.int32, len(new))
        return streams

    def between(self, start: int, end: int) -> list[bytes]:
        """The topics of streams start to end, end not included. Older ones are not looked at."""
        newest_first = islice(reversed(self), len(self) - end, len(self) - start)
        return list(newest_first)[::-1]

    def refusal(self, stream: int) -> Reason:
        return _REFUSALS[-1 - stream]

    def devices(self, streams: NDArray[np.int32]) -> NDArray[np.int32]:
        return self._device_of[streams]

    def kind_numbers(self, streams: NDArray[np.int32]) -> NDArray[np.int32]:
        """(n,) indices into `kinds`."""
        return self._kind_of[streams]

    def kind_of(self, topic: bytes) -> str | None:
        """What kind the template finds in a topic, which is not remembered by it; None where it finds none."""
        match = self._pattern.fullmatch(topic.decode(errors="replace"))
        return None if match is None else {**self._defaults, **match.groupdict()}["kind"]

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
        if len(self) >= MAX_STREAMS or self._topic_bytes + len(topic) > MAX_TOPIC_BYTES:
            return -1 - _REFUSALS.index(Reason.TOO_MANY_DEVICES)
        words = {**self._defaults, **match.groupdict()}
        if self._too_many_kinds([words["kind"]]):
            return -1 - _REFUSALS.index(Reason.TOO_MANY_KINDS)
        self._add([topic], *([word] for word in words.values()))
        return len(self) - 1

    def _add_together(self, topics: list[bytes]) -> None:
        """Add topics that are all plain in one pass; where one is not, leave all to be looked at one by one."""
        joined = b"\n".join(topics)
        if b"+" in joined or b"#" in joined or b"\0" in joined or len(self) + len(topics) > MAX_STREAMS:
            return
        if self._topic_bytes + len(joined) > MAX_TOPIC_BYTES:
            return
        try:
            found = self._lines.findall(joined.decode())
        except UnicodeDecodeError:
            return
        # A match takes at least one line, so as many matches as lines means one for each.
        if len(found) == len(topics) and joined.count(b"\n") == len(topics) - 1:
            words = zip(*found, strict=True) if self._lines.groups > 1 else [found]
            columns = dict(zip(self._lines.groupindex, words, strict=True))
            if self._too_many_kinds(columns.get("kind", ())):
                return
            self._add(topics, *(columns.get(name) or repeat(word, len(found)) for name, word in self._defaults.items()))

    def _too_many_kinds(self, kinds: Iterable[str]) -> bool:
        return len(self.kinds) + len(set(kinds).difference(self._kind_numbers)) > MAX_KINDS

    def _add(
        self,
        topics: Sequence[bytes],
        cities: Iterable[str],
        kinds: Iterable[str],
        zones: Iterable[str],
        devices: Iterable[str],
    ) -> None:
        first, end = len(self), len(self) + len(topics)
        if end > len(self._device_of):
            size = max(end, 2 * len(self._device_of))
            self._device_of = np.resize(self._device_of, size)
            self._kind_of = np.resize(self._kind_of, size)
        kinds = list(kinds)
        for kind in dict.fromkeys(kinds):
            if kind not in self._kind_numbers:
                self._kind_numbers[kind] = len(self.kinds)
                self.kinds.append(kind)
        rows = list(map(self._devices.row, cities, kinds, devices, zones))
        self._device_of[first:end] = rows
        self._kind_of[first:end] = list(map(self._kind_numbers.__getitem__, kinds))
        self._topic_bytes += sum(map(len, topics))
        # Often a device has one topic, and one number object can serve for both: 32 bytes less for each device.
        streams = (row if row == stream else stream for stream, row in enumerate(rows, first))
        self.update(zip(topics, streams, strict=True))


def topic_pattern(template: str, none_of: str = "/") -> re.Pattern[str]:
    """The template `city/{city}/{kind}/{device}/#` as a regular expression with named groups."""
    levels = template.split("/")
    deeper = levels[-1] == "#"
    parts = [_level(level, none_of) for level in (levels[:-1] if deeper else levels)]
    return re.compile("/".join(parts) + ("(?:/.*)?" if deeper else ""), re.DOTALL)


def _level(level: str, none_of: str) -> str:
    name = re.fullmatch(r"\{(city|kind|device|zone)\}", level)
    if name is not None:
        return f"(?P<{name[1]}>[^{none_of}]+)"
    return f"[^{none_of}]*" if level == "+" else re.escape(level)
