"""The one place where the rooms are wired together; it only constructs.

broker ──▶ Connection ──MessageBatch──▶ Admission ──▶ Journal (on disk, a thread of its own)
               ▲                            │  ▲          │ committed
               └───────── acknowledge ──────┤  └──────────┘
                                            ▼
                                         Intake ──▶ SourceDecoder ──ReadingBatch──▶ Processor
                                            │                                          │ closed windows, indicators
                                            ├──▶ Ledger                                ▼
                                            └──▶ DeadLetters (a thread)           PointShaper
                                                                                       │ PointBatch
                                           Store ◀── Sink (a thread for each) ◀── Outbox (on disk)

What windows, indicators and readings mean for alerts goes from Intake to the desk (`Alerts`), and what follows:
Consequences ──▶ AlertRecord (on disk, a thread) ──▶ Courier (a thread) ──▶ people and other systems
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts.actuation.actuators import with_dry_runs
from alerts.delivery.courier import Courier
from alerts.delivery.open_channels import open_channels
from alerts.desk import Alerts
from alerts.record.record import AlertRecord
from alerts.record.schema import FILE_NAME as RECORD
from alerts.texts.rendering import Texts
from config.default_kinds import effective_kinds
from config.settings import Settings
from denyut.intake import Intake
from denyut.saved_state import SavedState
from ingest.dead_letter_file import DeadLetter
from ingest.dead_letters import DeadLetters
from ingest.decoding import SourceDecoder
from ingest.devices import DeviceTable
from ingest.ledger import Ledger
from ingest.reasons import Reason
from processors.processor import Processor, TimeBase
from storage.open_store import open_store
from storage.outbox.outbox import Outbox
from storage.outbox.sink import Sink, stop_all
from storage.window_points import PointShaper

STORE = "store"
"""The sink of the store that is asked; mirrors have names of their own."""
REPLAY = "replay"
"""Folder for the outbox of recorded data: its offsets are not those of a run's journal."""
_MEBIBYTE = 1 << 20
_RECORD_STOP_S = 0.5
_UNDER_WAY_S = 1.0
"""For notices that are being told when a run is stopped."""


@dataclass(slots=True)
class Pipeline:
    settings: Settings
    devices: DeviceTable
    decoders: dict[str, SourceDecoder]
    processor: Processor
    ledger: Ledger
    dead_letters: DeadLetters
    outbox: Outbox
    sinks: list[Sink]
    alerts: Alerts
    intake: Intake
    record: AlertRecord | None = None
    """None for recorded data: nobody is told of it."""
    courier: Courier | None = None

    def start(self) -> None:
        """The threads between processing and the stores, and between alerts and people."""
        if self.record is not None:
            self.record.start()
        if self.courier is not None:
            self.courier.start()
        self.dead_letters.start()
        self.outbox.start()
        for sink in self.sinks:
            sink.start()

    def stop(self, within_s: float) -> bool:
        """True when every store has every point; what is missing waits on disk."""
        began = time.monotonic()
        if self.courier is not None:
            self.courier.stop_soon()
        drained = stop_all(self.sinks, within_s)
        if self.courier is not None:
            self.courier.stop(max(0.1, began + _UNDER_WAY_S - time.monotonic()))
        recorded = self.record is None or self.record.stop(_RECORD_STOP_S)
        written = self.outbox.stop(1.0)
        kept = self.dead_letters.stop(1.0)
        return drained and written and kept and recorded


def build(
    settings: Settings, data_dir: Path, saved: SavedState | None = None, time_base: TimeBase = "received"
) -> Pipeline:
    """Everything between the source of messages and the stores, going on from what was saved.

    Without it data is recorded, not live: it begins anew, and nothing on disk has to survive a power cut.
    Raises `StoreError`, `RecordUnusableError`, `ChannelUnusableError` or OSError.
    """
    durable = saved is not None
    saved = saved or SavedState()
    kinds = effective_kinds(settings)
    devices = DeviceTable(settings.devices)
    saved.restore_devices(devices)
    timezone = ZoneInfo(settings.city.timezone)
    processor = Processor(settings.windows, kinds, devices, time_base, saved.state, timezone, settings.scores)
    processor.expect(settings.city.id, settings.devices)
    decoders = {
        source.name: SourceDecoder(source, settings.city.id, devices, kinds, saved.topics.get(source.name, ()))
        for source in settings.sources
    }
    for source, decoder in decoders.items():
        saved.forget_renumbered(source, decoder.topics)
    keeping = settings.dead_letters
    dead_letters = DeadLetters(data_dir, keeping.max_letters, keeping.max_size * _MEBIBYTE, keeping.keep)
    stores = {STORE: settings.store, **{mirror.name: mirror for mirror in settings.mirrors}}
    outbox_dir = data_dir if durable else data_dir / REPLAY
    outbox_dir.mkdir(exist_ok=True)
    outbox = Outbox(outbox_dir, settings.outbox.max_size * _MEBIBYTE, durable=durable, sinks=list(stores))
    sinks = [
        Sink(name, open_store(store, data_dir), outbox, settings.retention, _refusal(name, dead_letters))
        for name, store in stores.items()
    ]
    raw = frozenset(source.name for source in settings.sources if source.raw)
    alerts = Alerts(settings if durable else with_dry_runs(settings), devices)
    saved.restore_alerts(alerts)
    shaper = PointShaper(devices)
    intake = Intake(decoders, processor, saved.ledger, dead_letters, shaper, outbox, raw, alerts, saved.next_offset)
    record = AlertRecord(data_dir / RECORD, settings.notification.keep) if durable else None
    courier = None
    if record is not None:
        intake.follow = record.append
        courier = Courier(record, open_channels(settings), Texts(settings).render)
    return Pipeline(
        *(settings, devices, decoders, processor, saved.ledger, dead_letters, outbox, sinks, alerts, intake),
        *(record, courier),
    )


def _refusal(sink: str, dead_letters: DeadLetters) -> Callable[[Sequence[tuple[bytes, str]]], None]:
    def refused(lines: Sequence[tuple[bytes, str]]) -> None:
        now_ns = time.time_ns()
        # The outbox lets go of them next.
        dead_letters.keep(
            DeadLetter(now_ns, sink, b"", line, Reason.REFUSED_BY_STORE, detail=message) for line, message in lines
        )

    return refused
