"""What each broker had dropped when it last told us, kept over a restart: what it drops meanwhile nobody else hears."""

from collections.abc import Iterable, Mapping

import msgspec

from ingest.mqtt.broker_watch import BrokerWatch
from processors.state import StateError

BROKERS = "brokers"
"""Of a checkpoint's parts."""


def dump_counts(watches: Iterable[BrokerWatch]) -> bytes:
    """JSON: address -> messages dropped by the broker's own count."""
    told = {watch.address: watch.figures.last_dropped for watch in watches}
    return msgspec.json.encode({address: count for address, count in told.items() if count is not None})


def restore_counts(watches: Iterable[BrokerWatch], parts: Mapping[str, bytes]) -> None:
    """Raises StateError."""
    if BROKERS not in parts:
        return
    try:
        counts = msgspec.json.decode(parts[BROKERS], type=dict[str, int])
    except msgspec.DecodeError as error:
        raise StateError(f"the saved counts of the brokers cannot be read: {error}") from error
    for watch in watches:
        watch.figures.last_dropped = counts.get(watch.address)
