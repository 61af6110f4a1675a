"""Dead letters on their way back: as entries of the journal, like messages that have just come."""

from collections.abc import Collection, Iterator
from itertools import groupby

import numpy as np

from ingest.dead_letter_file import DeadLetter
from ingest.dead_letters import DeadLetters
from ingest.journal.entries import Messages
from ingest.messages import MessageBatch

_AT_ONCE = 1_000
_ARRIVALS_AT_ONCE = 20
"""Each is a batch of its own; live messages must not wait for them."""


def requeued_entries(dead_letters: DeadLetters, sources: Collection[str]) -> Iterator[tuple[Messages, list[int]]]:
    """Entries, each with the letters it was made of. A message keeps the time at which it came first."""
    letters = dead_letters.take_requeued(_AT_ONCE, sources, _ARRIVALS_AT_ONCE)
    for (source, received_ns), group in groupby(letters, lambda letter: (letter.source, letter.received_ns)):
        together = list(group)
        yield Messages(source, _batch(together, received_ns)), [letter.id for letter in together]


def _batch(letters: list[DeadLetter], received_ns: int) -> MessageBatch:
    topics, payloads = [letter.topic for letter in letters], [letter.payload for letter in letters]
    return MessageBatch(
        topics,
        payloads,
        np.zeros(len(letters), np.bool_),
        received_ns,
        behind=True,
        nbytes=sum(map(len, topics)) + sum(map(len, payloads)),
    )
