"""Devices that send several readings at once, in a list, as those do that save their battery."""

from dataclasses import replace

import numpy as np

from config.durations import SECOND_NS
from simulators.faults.sent import Sent
from simulators.fleet import Fleet
from simulators.wire import Wire

LARGEST = 3
"""Readings of one upload,"""
OLDEST_NS = 60 * SECOND_NS
"""and how old the first of them may be: a device that measures rarely sends each reading by itself."""


class Uploads:
    def __init__(self, fleet: Fleet, wire: Wire) -> None:
        self._every_ns = {kind: group.every_ns for kind, group in fleet.groups.items()}
        self._size = {
            kind: np.where(wire.gathers(kind), np.clip(OLDEST_NS // every_ns + 1, 1, LARGEST), 1)
            for kind, every_ns in self._every_ns.items()
        }
        """Kind -> (d,) readings in each upload of a device."""

    def gathered(self, sent: Sent) -> Sent:
        """Each reading leaves together with the last one of its upload."""
        size = self._size[sent.kind][sent.device]
        # Not all of them at the same moment.
        missing = size - 1 - (sent.sequence + sent.device) % size
        sent_ns = sent.sent_ns + missing * self._every_ns[sent.kind][sent.device]
        return replace(sent, sent_ns=sent_ns, together=sent.together | (size > 1))
