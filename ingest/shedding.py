"""Which messages to drop where more comes than can be taken in: at QoS 0 only, and by the priority of their kind."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import compress, repeat

import numpy as np
from numpy.typing import NDArray

from config.settings import Kind
from ingest.journal.entries import Shed
from ingest.messages import MessageBatch
from ingest.pressure import Level
from ingest.topics import TopicRouter

_NORMAL = Kind().priority
_SHED_FROM = {"low": Level.LOW, "normal": Level.NORMAL, "high": Level.NORMAL + 1}
"""The level from which messages of a priority are dropped."""
_UNSEEN = -1


class Shedder:
    """What a device publishes at QoS 1 or 2 is never dropped, nor what a kind of high priority does.

    `routers`: of each source, read and never written, so that no device enters by a message that is not taken in.
    """

    def __init__(self, kinds: Mapping[str, Kind], routers: Mapping[str, TopicRouter]) -> None:
        self._priorities = {name: kind.priority for name, kind in kinds.items()}
        self._routers = routers
        self._lowest = Level.LOW if "low" in self._priorities.values() else Level.NORMAL

    def shed(self, source: str, batch: MessageBatch, level: Level) -> tuple[MessageBatch | None, Shed | None]:
        """What to keep of the batch, its receipt untouched, and what was dropped of it, for the ledger."""
        if level < self._lowest or batch.packet_ids is None:
            return batch, None
        droppable = np.flatnonzero(batch.packet_ids == 0)
        if not len(droppable):
            return batch, None
        topics = _pick(batch.topics, droppable)
        dropped = droppable[self._shed_from(self._routers[source], topics) <= level]
        if not len(dropped):
            return batch, None
        keep = np.ones(len(batch), np.bool_)
        keep[dropped] = False
        shed = Shed(source, _pick(batch.topics, dropped), batch.received_ns)
        return (_kept(batch, keep) if keep.any() else None), shed

    def _shed_from(self, router: TopicRouter, topics: Sequence[bytes]) -> NDArray[np.int64]:
        """(n,) the level from which a message on the topic is dropped."""
        streams = np.fromiter(map(router.get, topics, repeat(_UNSEEN)), np.int64, len(topics))
        of_kind = np.array([self._level_of(kind) for kind in router.kinds], np.int64)
        known = streams >= 0
        levels = np.zeros(len(topics), np.int64)
        levels[known] = of_kind[router.kind_numbers(streams[known].astype(np.int32))]
        unseen = _pick(topics, np.flatnonzero(~known))
        level_of = {topic: self._level_of(router.kind_of(topic)) for topic in dict.fromkeys(unseen)}
        levels[~known] = [level_of[topic] for topic in unseen]
        return levels

    def _level_of(self, kind: str | None) -> int:
        return _SHED_FROM[self._priorities.get(kind, _NORMAL) if kind is not None else _NORMAL]


def _kept(batch: MessageBatch, keep: NDArray[np.bool_]) -> MessageBatch:
    chosen = keep.tolist()
    topics, payloads = list(compress(batch.topics, chosen)), list(compress(batch.payloads, chosen))
    return replace(
        batch,
        topics=topics,
        payloads=payloads,
        retained=batch.retained[keep],
        packet_ids=None if batch.packet_ids is None else batch.packet_ids[keep],
        repeated=None if batch.repeated is None else batch.repeated[keep],
        nbytes=batch.nbytes * len(topics) // len(batch),
    )


def _pick(of: Sequence[bytes], places: NDArray[np.int64]) -> list[bytes]:
    return [of[place] for place in places.tolist()]
