"""What the courier and a channel say to each other."""

from dataclasses import dataclass
from typing import Protocol

from alerts.consequences import Notice
from alerts.texts.rendering import Rendered


@dataclass(frozen=True, slots=True)
class Telling:
    """One notice on its way, in one attempt."""

    key: str
    """The same in every attempt: by it a receiver knows a notice that it has already."""
    notice: Notice
    text: Rendered


class TellingFailedError(Exception):
    """It is not told, and may be tried again; a sentence without secrets."""

    def __init__(self, reason: str, after_s: float | None = None) -> None:
        """`after_s`: the receiver has asked for so much patience."""
        super().__init__(reason)
        self.after_s = after_s


class TellingRefusedError(Exception):
    """It will not be taken however often it is tried; a sentence without secrets."""


class ChannelUnusableError(ValueError):
    """Its configuration cannot work; the text is one sentence for whoever wrote it."""


class Channel(Protocol):
    def tell(self, telling: Telling) -> None:
        """Returns when the receiver has it. Several threads may call at once.

        Raises TellingFailedError or TellingRefusedError.
        """
