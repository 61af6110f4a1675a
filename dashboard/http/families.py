"""Every number that Prometheus gets: its name there, and where it stands in the status of a run."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple


class Family(NamedTuple):
    name: str
    kind: Literal["counter", "gauge"]
    place: str
    """Keys of the status, parted by dots; where one is *, each key that stands there is a value of a label."""
    meaning: str
    labels: tuple[str, ...] = ()
    """As many as the place has stars."""


FAMILIES = (
    Family("denyut_uptime_seconds", "gauge", "uptime_s", "Since the run started."),
    Family("denyut_messages_received_total", "counter", "received", "Messages taken in."),
    Family("denyut_messages_accepted_total", "counter", "accepted", "Messages whose readings were taken in."),
    Family("denyut_messages_duplicate_total", "counter", "duplicate", "Messages that had come before."),
    Family(
        "denyut_messages_rejected_total", "counter", "rejected.*", "Messages that could not be taken in.", ("reason",)
    ),
    Family("denyut_messages_late_total", "counter", "late", "Accepted messages that revised a closed window."),
    Family("denyut_messages_too_late_total", "counter", "too_late", "Rejected messages whose windows were gone."),
    Family("denyut_parts_rejected_total", "counter", "parts_rejected.*", "Elements of accepted uploads.", ("reason",)),
    Family("denyut_readings_total", "counter", "readings", "Rows of values taken into windows."),
    Family("denyut_values_implausible_total", "counter", "implausible.*", "Values outside their range.", ("quantity",)),
    Family("denyut_published_total", "counter", "published", "Numbers that the devices' own counters passed."),
    Family("denyut_missing", "gauge", "missing", "Of those, the numbers that no reading brought."),
    Family("denyut_device_counter_restarts_total", "counter", "restarts", "How often such a counter began again."),
    Family("denyut_ledger_violations_total", "counter", "ledger_violations", "Sums that did not agree: our mistake."),
    Family("denyut_devices", "gauge", "devices", "Devices that are known."),
    Family("denyut_dead_letters", "gauge", "dead_letters", "Rejected messages that are kept aside."),
    Family("denyut_dead_letters_waiting", "gauge", "dead_letters_waiting", "Those that wait for their file."),
    Family("denyut_dead_letters_unkept_total", "counter", "dead_letters_unkept", "Those that could not be kept."),
    Family("denyut_watermark_timestamp_seconds", "gauge", "watermark", "Up to when windows are closed, Unix time."),
    Family("denyut_windows_closed_total", "counter", "windows_closed", "Windows of devices, closed or revised."),
    Family("denyut_alerts_active", "gauge", "alerts_active", "Alerts that are not over."),
    Family("denyut_alerts_untold", "gauge", "alerts_untold", "Those of which nobody could be told."),
    Family("denyut_notices_waiting", "gauge", "notices_waiting", "Notices that nobody has been told yet."),
    Family("denyut_notices_sent_total", "counter", "notices_sent", "Notices that a channel has taken."),
    Family("denyut_notices_failed_total", "counter", "notices_failed", "Notices that were given up."),
    Family("denyut_notices_oldest_seconds", "gauge", "notices_oldest_s", "How long the oldest has waited."),
    Family("denyut_clock_difference_seconds", "gauge", "clock_difference_s", "Of a machine's clock not followed."),
    Family("denyut_reading_paused", "gauge", "holding", "1 while the broker is left holding the messages."),
    Family("denyut_shedding_level", "gauge", "shedding", "0: none; 1: low priority is shed; 2: normal too."),
    Family("denyut_journal_lag_seconds", "gauge", "journal_lag_s", "Age of the oldest message not yet safe."),
    Family("denyut_journal_bytes", "gauge", "journal.bytes", "Messages kept on disk."),
    Family("denyut_journal_backlog_bytes", "gauge", "journal.backlog_bytes", "Messages that wait for the disk."),
    Family("denyut_journal_backlog_messages", "gauge", "journal.backlog_messages", "The same, counted."),
    Family("denyut_journal_entries_total", "counter", "journal.next_offset", "Entries since the journal began."),
    Family("denyut_checkpoint_age_seconds", "gauge", "checkpoint.age_s", "Since the last good checkpoint."),
    Family("denyut_checkpoint_bytes", "gauge", "checkpoint.bytes", "Size of the last checkpoint."),
    Family("denyut_checkpoint_failures_total", "counter", "checkpoint.failures", "Checkpoints that failed."),
    Family("denyut_checkpoint_offset", "gauge", "checkpoint.next_offset", "First journal entry it does not hold."),
    Family("denyut_checkpoint_duration_seconds", "gauge", "checkpoint.seconds", "How long the last one took."),
    Family("denyut_checkpoint_pause_seconds", "gauge", "checkpoint.pause_s", "How long processing stood for it."),
    Family("denyut_outbox_bytes", "gauge", "outbox.bytes", "Points on disk that a store has not taken."),
    Family("denyut_outbox_fraction_full", "gauge", "outbox.fraction_full", "Of outbox.max_size; 1 is full."),
    Family("denyut_points_written_total", "counter", "sinks.*.points_written", "Points that a store took.", ("sink",)),
    Family("denyut_points_pending", "gauge", "sinks.*.points_pending", "Points that wait for a store.", ("sink",)),
    Family("denyut_points_refused_total", "counter", "sinks.*.points_refused", "Points it will never take.", ("sink",)),
    Family(
        "denyut_points_dropped_total", "counter", "sinks.*.points_dropped", "Points a store cannot hold.", ("sink",)
    ),
    Family(
        "denyut_values_dropped_total", "counter", "sinks.*.dropped.*", "Values or points, by why.", ("sink", "reason")
    ),
    Family("denyut_source_connected", "gauge", "sources.*.connected", "1 while connected and subscribed.", ("source",)),
    Family(
        "denyut_source_behind", "gauge", "sources.*.behind", "1 while a backlog of the broker is read.", ("source",)
    ),
    Family("denyut_source_connects_total", "counter", "sources.*.connects", "Connections accepted.", ("source",)),
    Family("denyut_source_losses_total", "counter", "sources.*.losses", "Connections lost.", ("source",)),
    Family("denyut_source_messages_total", "counter", "sources.*.messages", "Messages received.", ("source",)),
    Family("denyut_source_bytes_total", "counter", "sources.*.bytes", "Bytes received.", ("source",)),
    Family("denyut_source_repeated_total", "counter", "sources.*.repeated", "Messages sent again.", ("source",)),
    Family("denyut_broker_dropped_total", "counter", "brokers.*.dropped", "Messages the broker dropped.", ("source",)),
    Family("denyut_broker_stored", "gauge", "brokers.*.stored", "Messages the broker keeps.", ("source",)),
    Family("denyut_broker_clients", "gauge", "brokers.*.clients", "Clients connected to the broker.", ("source",)),
    Family("denyut_broker_heap_bytes", "gauge", "brokers.*.heap_bytes", "Memory the broker uses.", ("source",)),
)

NOT_EXPORTED = {
    "pid": "Prometheus knows the process",
    "points_written": "that of the store, which is one of the sinks",
    "points_pending": "that of the store, which is one of the sinks",
    "points_refused": "that of the store, which is one of the sinks",
    "points_dropped": "that of the store, which is one of the sinks",
}
"""Numbers of the status that have no metric, and why."""


Sample = tuple[tuple[str, ...], float]
"""Values of the labels, and the number."""


def samples(figures: Mapping[str, Any], place: str) -> Iterator[Sample]:
    """Of what stands there; nothing where the status has no such number."""
    return _samples(figures, place.split("."), ())


def _samples(found: object, keys: list[str], labels: tuple[str, ...]) -> Iterator[Sample]:
    if not keys:
        number = _number(found)
        if number is not None:
            yield labels, number
    elif isinstance(found, Mapping):
        if keys[0] == "*":
            for key, value in found.items():
                yield from _samples(value, keys[1:], (*labels, str(key)))
        elif keys[0] in found:
            yield from _samples(found[keys[0]], keys[1:], labels)


def _number(value: object) -> float | None:
    """A number as it is, a time as Unix seconds."""
    if isinstance(value, str):
        try:
            return datetime.fromisoformat(value).timestamp()
        except ValueError:
            return None
    return float(value) if isinstance(value, int | float) else None
