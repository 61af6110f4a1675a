"""Which source of a configuration takes a recorded message: by its topic, as the broker would hand it out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from config.settings import Source
from config.topics import can_meet
from ingest.topics import topic_pattern


class RecordedSources:
    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = [(source.topics, topic_pattern(source.topic)) for source in sources]
        self._known: dict[bytes, int] = {}

    def of(self, topics: Sequence[bytes]) -> NDArray[np.int64]:
        """(n,) place of the first source that subscribes to the topic and can read it; of one that fits none, 0."""
        known = self._known
        for topic in set(topics).difference(known):
            known[topic] = self._find(topic.decode(errors="replace"))
        return np.fromiter(map(known.__getitem__, topics), np.int64, len(topics))

    def _find(self, topic: str) -> int:
        fitting = (
            place
            for place, (filters, pattern) in enumerate(self._sources)
            if pattern.fullmatch(topic) and any(can_meet(wanted, topic) for wanted in filters)
        )
        return next(fitting, 0)
