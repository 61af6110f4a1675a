"""A data directory with a checkpoint and a status, as a run leaves them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from config.settings import Source, Windows
from denyut.snapshot import Snapshot
from denyut.status import write_status
from ingest.decoding import SourceDecoder
from ingest.devices import DeviceTable
from ingest.ledger import Ledger
from ingest.messages import MessageBatch
from processors.accounting import account, account_numbers
from processors.checkpoints.directory import CheckpointDirectory
from processors.processor import Processor
from tests.denyut.live_batches import at


def checkpointed(
    data_dir: Path, messages: Sequence[tuple[bytes, bytes]], received: str, zones: Mapping[str, str]
) -> Ledger:
    """One batch of (topic, payload), taken in and saved; `zones` by device."""
    devices = DeviceTable()
    for device, zone in zones.items():
        devices.row("c", "air", device, zone)
    decoder = SourceDecoder(Source(), "c", devices, {})
    processor = Processor(Windows(), {}, devices)
    ledger = Ledger()
    topics, payloads = zip(*messages, strict=True)
    decoded = decoder.decode(MessageBatch(topics, payloads, np.zeros(len(topics), np.bool_), at(received)))
    outcomes = [processor.process(readings) for readings in decoded.readings]
    account_numbers(ledger, processor.state.sequences, decoded.readings)
    account(ledger, len(messages), decoded, outcomes)
    directory = CheckpointDirectory(data_dir / "checkpoints")
    directory.publish(directory.write(1, Snapshot(processor, ledger, devices, {"mqtt": decoder}).describe))
    write_status(data_dir, {"state": "stopped", "pid": 1, "received": len(messages)})
    return ledger
