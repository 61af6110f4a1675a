"""The event time at which a simulation starts, as a user writes it."""

from ingest.event_time import from_text


def parse_start(text: str) -> int:
    """The ns UTC of ISO 8601 with an offset. Raises ValueError with a sentence where it says no time."""
    moment = from_text(text)
    if not isinstance(moment, int):
        raise ValueError(f"{text!r}: {moment.value.replace('_', ' ')}; write a time such as 2026-03-02T06:00:00+07:00")
    return moment
