"""What became of the messages of each device, from the newest checkpoint of a run."""

from pathlib import Path
from typing import Any

from dashboard.device_report import DeviceReport, reaching
from denyut.saved_ledger import restore_ledger
from denyut.snapshot import joined
from ingest.devices import DeviceIdentity
from processors.checkpoints.looking import look
from processors.checkpoints.pieces import PieceReader


def read_device_report(checkpoints: Path) -> DeviceReport | None:
    """None where there is no checkpoint. Raises CheckpointError or StateError."""

    def read(path: Path, document: dict[str, Any], pieces: PieceReader) -> DeviceReport:
        devices = [DeviceIdentity(*each) for each in joined(document["devices"], pieces)]
        latest_ns = pieces.unpack(document["state"]["cadences"][2])
        ledger = restore_ledger(document["ledger"], pieces.unpack)
        return DeviceReport(path.stat().st_mtime_ns, devices, ledger, reaching(latest_ns, len(devices)))

    return look(checkpoints, read)
