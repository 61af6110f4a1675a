"""The seam between the processing and what runs it: a journal on one machine, or an engine of many.

    restore ──▶ (state, next offset) ──▶ Processor: entries from there on ──▶ commit, again and again

Windows of a partition are computed from that partition alone, so partitions may live anywhere; zones and cities are
merges. Whoever implements this passes the conformance tests, in which the process is killed at every step of a commit.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from processors.processor import State

Closed = TypeVar("Closed", contravariant=True)
"""What one entry put out."""


class Fenced(Exception):  # noqa: N818 - an outcome by its name in this field
    """Another process has taken over. Nothing more may be put out by this one, which ends."""


class Runtime(Protocol[Closed]):
    def restore(self, partition: int) -> tuple[State, int]:
        """The state last committed and the offset of the entry that comes next; a new state and 0 before the first.

        Raises StateError where there is one and it cannot be read.
        """

    def commit(self, states: Mapping[int, tuple[State, int]], closed: Sequence[tuple[int, Closed]]) -> None:
        """Keep the states and hand on what entries since the last commit put out, each with its entry's offset.

        Whole or not at all, wherever the process is killed: after `restore` the same entries give the same output, and
        what was handed on already is not handed on twice. Raises Fenced, or OSError where it cannot be kept now.
        """
