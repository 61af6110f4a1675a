"""Which sources are connected and subscribed, as their events tell it."""

from collections.abc import Iterable
from dataclasses import dataclass

from ingest.mqtt.events import ConnectionEvent, Happening

_AWAY = {
    Happening.UNREACHABLE,
    Happening.REFUSED,
    Happening.LOST,
    Happening.PROTOCOL_ERROR,
    Happening.CLOSED,
}


@dataclass(slots=True)
class _Source:
    connected: bool = False
    subscribed: bool = False
    """Stays over a lost connection: a session that goes on is not subscribed again."""
    wrong: str = "not connected yet"


class Presence:
    def __init__(self, sources: Iterable[str]) -> None:
        self._sources = {name: _Source() for name in sources}

    def heard(self, event: ConnectionEvent) -> None:
        source = self._sources[event.source]
        if event.happening is Happening.CONNECTED:
            source.connected, source.wrong = True, "" if source.subscribed else "not subscribed yet"
        elif event.happening is Happening.SUBSCRIBED:
            # A refusal of some filters comes before the grant of the others, in answer to the same packet.
            source.subscribed = not source.wrong.startswith("refused")
            source.wrong = "" if source.subscribed else source.wrong
        elif event.happening is Happening.FILTER_REFUSED:
            source.subscribed, source.wrong = False, f"refused topic filter {event.reason}"
        elif event.happening in _AWAY:
            source.connected, source.wrong = False, f"{event.happening.value.replace('_', ' ')}: {event.reason}"

    def is_present(self, source: str) -> bool:
        """Connected, and every topic filter granted."""
        return self._sources[source].connected and self._sources[source].subscribed

    def failure(self) -> str:
        """What is wrong with which source, "" where all are present."""
        return "; ".join(f"{name}: {source.wrong}" for name, source in self._sources.items() if source.wrong)
