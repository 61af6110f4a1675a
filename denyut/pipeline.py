"""The one place where the rooms are wired together; it only constructs.

broker ──▶ Connection ──MessageBatch──▶ Intake ──▶ SourceDecoder ──ReadingBatch──▶ Processor
               ▲                          │                                          │ closed windows, indicators
               └──── acknowledge ─────────┤                                          ▼
                                          ├──▶ Ledger                            PointShaper
                                          └──▶ DeadLetters                           │ PointBatch
                                                                                     ▼
                                                          Store ◀── StoreWriter (a thread of its own)
"""

from dataclasses import dataclass
from pathlib import Path

from config.default_kinds import effective_kinds
from config.settings import Settings
from denyut.intake import Intake
from denyut.saved_state import SavedState, take_points
from denyut.store_writer import StoreWriter
from ingest.dead_letters import DeadLetters
from ingest.decoding import SourceDecoder
from ingest.devices import DeviceTable
from ingest.ledger import Ledger
from processors.processor import Processor, TimeBase
from storage.open_store import open_store
from storage.window_points import PointShaper


@dataclass(slots=True)
class Pipeline:
    settings: Settings
    devices: DeviceTable
    decoders: dict[str, SourceDecoder]
    processor: Processor
    ledger: Ledger
    dead_letters: DeadLetters
    writer: StoreWriter
    intake: Intake


def build(settings: Settings, data_dir: Path, time_base: TimeBase = "received", *, resumed: bool) -> Pipeline:
    """Everything between the source of messages and the store; `resumed` from what the last run left, or from nothing.

    Raises `StoreError`, `StateError` or OSError.
    """
    kinds = effective_kinds(settings)
    saved = SavedState.read(data_dir, settings.windows, kinds) if resumed else SavedState()
    devices = DeviceTable(settings.devices)
    saved.restore_devices(devices)
    processor = Processor(settings.windows, kinds, devices, time_base, saved.state)
    processor.expect(settings.city.id, settings.devices)
    decoders = {
        source.name: SourceDecoder(source, settings.city.id, devices, kinds, saved.topics.get(source.name, ()))
        for source in settings.sources
    }
    for source, decoder in decoders.items():
        saved.forget_renumbered(source, decoder.topics)
    dead_letters = DeadLetters(data_dir)
    writer = StoreWriter(open_store(settings.store, data_dir), settings.retention)
    shaper = PointShaper(devices)
    if resumed:
        writer.put(take_points(data_dir, shaper.table))
    raw = frozenset(source.name for source in settings.sources if source.raw)
    intake = Intake(decoders, processor, saved.ledger, dead_letters, shaper, writer, raw)
    return Pipeline(settings, devices, decoders, processor, saved.ledger, dead_letters, writer, intake)
