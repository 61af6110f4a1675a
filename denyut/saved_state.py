"""What a run leaves behind when it is stopped, so that the next one goes on with the same windows."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from alerts.desk import Alerts
from config.settings import Kind, Windows
from config.timezones import UTC
from denyut.saved_ledger import restore_ledger
from denyut.snapshot import joined
from ingest.devices import DeviceTable
from ingest.ledger import Ledger
from processors.checkpoints.directory import CheckpointDirectory
from processors.checkpoints.pieces import PieceReader
from processors.processor import State
from processors.state import StateError, begun_anew, civil_anew, restore

ALERTS = "alerts"
"""Of `parts`."""

LOG = logging.getLogger("denyut")


@dataclass(slots=True)
class SavedState:
    state: State = field(default_factory=State)
    ledger: Ledger = field(default_factory=Ledger)
    topics: dict[str, list[bytes]] = field(default_factory=dict)
    """Source -> its topics in the order of their stream numbers."""
    devices: list[list[str]] = field(default_factory=list)
    parts: dict[str, bytes] = field(default_factory=dict)
    """What others keep, by name; see `Snapshot`."""
    next_offset: int = 0
    """The journal's entries from here on are not part of it."""

    @classmethod
    def newest(
        cls,
        checkpoints: CheckpointDirectory,
        windows: Windows,
        kinds: Mapping[str, Kind],
        timezone: ZoneInfo = UTC,
    ) -> "SavedState":
        """That of the newest checkpoint that is whole, an empty one where there is none. Raises StateError."""

        def read(next_offset: int, document: dict[str, Any], pieces: PieceReader) -> SavedState:
            try:
                state = restore(document["state"], windows, kinds, pieces.unpack, timezone)
                anew[:] = begun_anew(document["state"], windows, kinds)
                civil[:] = civil_anew(document["state"], state, anew)
                return cls(
                    state=state,
                    ledger=restore_ledger(document["ledger"], pieces.unpack),
                    topics={source: joined(blocks, pieces) for source, blocks in document["topics"].items()},
                    devices=joined(document["devices"], pieces),
                    parts=document["parts"],
                    next_offset=next_offset,
                )
            except (LookupError, TypeError, ValueError, AttributeError) as error:
                raise StateError(f"checkpoint {next_offset} holds what this program cannot read: {error}") from error

        anew: list[str] = []
        civil: list[str] = []
        saved = checkpoints.newest(read) or cls()
        if anew:
            LOG.warning(
                "%s: windows or quantities are other than in the last run: windows that were open are not written, "
                "and readings for them are too late",
                ", ".join(anew),
            )
        if civil:
            LOG.warning(
                "%s: these windows are new, or the time zone is another: the present ones are not written, since they "
                "lack what came before",
                ", ".join(civil),
            )
        saved.forget_unnamed()
        return saved

    def restore_devices(self, devices: DeviceTable) -> None:
        for city, kind, device, zone in self.devices:
            devices.row(city, kind, device, zone)

    def restore_alerts(self, alerts: Alerts) -> None:
        """Raises StateError."""
        if ALERTS not in self.parts:
            return
        try:
            dropped = alerts.load(self.parts[ALERTS])
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise StateError(f"the saved alerts cannot be read: {error}") from error
        if dropped:
            LOG.warning(
                "%s: rules that are other than in the last run, gone, or of an earlier version of this program: "
                "their alerts end, and what is still wrong fires again",
                ", ".join(dropped),
            )

    def forget_unnamed(self) -> None:
        """Where a source was not configured for a while, nothing says any more which topics its streams were."""
        for by_source in (self.state.seen, self.state.sequences):
            for source in [source for source in by_source if source not in self.topics]:
                by_source.pop(source)

    def forget_renumbered(self, source: str, topics: Sequence[bytes]) -> None:
        """A source whose topics are read in another way now numbers them anew: what it has seen means others."""
        if list(topics) != list(self.topics.get(source, ())):
            self.state.seen.pop(source, None)
            self.state.sequences.pop(source, None)
