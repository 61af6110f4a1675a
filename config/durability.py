"""What is kept on disk so that nothing is lost and nothing counted twice, and how much of it."""

from typing import Annotated

from pydantic import Field

from config.durations import SECOND_NS
from config.section import Duration, Section

Mebibytes = Annotated[int, Field(ge=1)]


class JournalSettings(Section):
    enabled: bool = True
    """Without it messages are acknowledged once they are processed, and a run that is killed begins anew."""
    keep: Duration = 24 * 3600 * SECOND_NS
    max_size: Mebibytes = 1024
    """The oldest messages go first when either limit is reached; those a restart still needs always stay."""


class Checkpoints(Section):
    every: Duration = 5 * SECOND_NS
    """The least time between two; a large state is saved less often, so that saving stays a small part of the work."""


class OutboxSettings(Section):
    max_size: Mebibytes = 2048
    """Points on disk that a store has not taken; when it is full, the broker is left holding the messages."""


class DeadLetterKeeping(Section):
    keep: Duration = 30 * 86_400 * SECOND_NS
    max_letters: Annotated[int, Field(ge=1)] = 100_000
    max_size: Mebibytes = 64


class Limits(Section):
    messages: Annotated[int, Field(ge=16)] = 128
    """MiB of messages in memory, received and not yet in the journal; beyond it reading pauses."""
