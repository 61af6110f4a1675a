"""The ledger as a part of what a run saves, and back."""

from typing import Any

import numpy as np

from ingest.ledger import Count, Ledger
from ingest.reasons import Reason
from processors.checkpoints.arrays import Pack, Unpack, pack_inline, unpack_inline

_TOTALS = ("received", "accepted", "duplicate", "late", "readings", "published", "missing", "restarts", "violations")


def describe_ledger(ledger: Ledger, pack: Pack = pack_inline) -> dict[str, Any]:
    return {
        **{name: getattr(ledger, name) for name in _TOTALS},
        "rejected": {reason.value: count for reason, count in ledger.rejected.items()},
        "parts_rejected": {reason.value: count for reason, count in ledger.parts_rejected.items()},
        "devices": pack(ledger.devices),
        "numbered": pack(ledger.numbered),
        "reasons": {reason.value: pack(counts) for reason, counts in ledger.reasons.items()},
    }


def restore_ledger(saved: dict[str, Any], unpack: Unpack = unpack_inline) -> Ledger:
    """Raises LookupError, TypeError or ValueError where this is no ledger."""
    # What an earlier version did not count yet begins at 0.
    ledger = Ledger(**{name: saved.get(name, 0) for name in _TOTALS})
    ledger.rejected.update({Reason(reason): count for reason, count in saved["rejected"].items()})
    ledger.parts_rejected.update({Reason(reason): count for reason, count in saved["parts_rejected"].items()})
    ledger.reasons = {Reason(reason): unpack(counts) for reason, counts in saved.get("reasons", {}).items()}
    if "numbered" in saved:
        ledger.numbered = unpack(saved["numbered"])
    devices = saved["devices"]
    whole = np.frombuffer(devices, np.int64).copy() if isinstance(devices, bytes) else unpack(devices)
    ledger.devices = whole.reshape(len(Count), -1)
    return ledger
