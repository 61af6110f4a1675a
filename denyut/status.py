"""What `denyut run` says of itself: a small file, rewritten whole several times a second, that anyone may read."""

import json
import os
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alerts.record.record import Deliveries
from denyut.pipeline import Pipeline
from ingest.reasons import Reason

FILE_NAME = "status.json"


class StatusError(ValueError):
    """The file holds no status of a run; the text says what to do about it."""


def compose(pipeline: Pipeline, uptime_s: float, state: str, lag_s: float = 0.0) -> dict[str, Any]:
    """The numbers of the status contract; state is "recovering", "running" or "stopped".

    `lag_s`: age of the oldest message that is not safe and processed yet; recorded data never waits.
    """
    ledger, processor_state = pipeline.ledger, pipeline.processor.state
    implausible = {f"{kind}.{name}": count for (kind, name), count in sorted(processor_state.implausible.items())}
    return {
        "state": state,
        "pid": os.getpid(),
        "received": ledger.received,
        "accepted": ledger.accepted,
        "duplicate": ledger.duplicate,
        "rejected": {reason.value: count for reason, count in sorted(ledger.rejected.items())},
        "parts_rejected": {reason.value: count for reason, count in sorted(ledger.parts_rejected.items())},
        "readings": ledger.readings,
        "late": ledger.late,
        "too_late": ledger.rejected[Reason.TOO_LATE],
        "implausible": implausible,
        "published": ledger.published,
        "missing": ledger.missing,
        "restarts": ledger.restarts,
        "ledger_violations": ledger.violations,
        "journal_lag_s": round(lag_s, 3),
        "windows_closed": pipeline.intake.windows_closed,
        **_points(pipeline),
        "outbox": {
            "bytes": pipeline.outbox.size_bytes,
            "fraction_full": round(pipeline.outbox.fraction_full, 4),
            "error": pipeline.outbox.last_error,
        },
        "alerts_active": pipeline.alerts.active,
        "alerts_untold": pipeline.alerts.dispatcher.untold,
        **_notices(pipeline),
        "devices": len(pipeline.devices),
        "dead_letters": len(pipeline.dead_letters),
        "dead_letters_waiting": pipeline.dead_letters.waiting,
        "dead_letters_unkept": pipeline.dead_letters.unkept,
        "dead_letters_error": pipeline.dead_letters.last_error,
        "watermark": _iso(processor_state.watermark_ns),
        "uptime_s": round(uptime_s, 1),
    }


def _notices(pipeline: Pipeline) -> dict[str, Any]:
    """What people are told, of all that there ever was; zeros for recorded data, of which nobody is told."""
    record = pipeline.record
    deliveries = record.deliveries if record is not None else Deliveries()
    oldest_ns = deliveries.oldest_ns
    return {
        "notices_waiting": deliveries.waiting,
        "notices_sent": deliveries.sent,
        "notices_failed": deliveries.failed,
        "notices_oldest_s": 0.0 if oldest_ns is None else round(max(0, time.time_ns() - oldest_ns) / 1e9, 1),
        "channel_errors": pipeline.courier.errors if pipeline.courier is not None else {},
        "alert_record_error": record.last_error if record is not None else "",
    }


def _points(pipeline: Pipeline) -> dict[str, Any]:
    """Of the store, and beside it of each sink; `store_error` is the first that any of them has."""
    sinks: dict[str, dict[str, Any]] = {
        sink.name: {
            "points_written": sink.points_written,
            "points_pending": sink.points_pending,
            "points_refused": sink.points_refused,
            "points_dropped": sink.points_dropped,
            "dropped": dict(sorted(sink.dropped.items())),
            "error": sink.last_error,
        }
        for sink in pipeline.sinks
    }
    # Mirrors hold the same points again: their sum would count each of them twice.
    store = sinks[pipeline.sinks[0].name]
    figures = {name: store[name] for name in ("points_written", "points_pending", "points_refused", "points_dropped")}
    errors = [f"{name}: {sink['error']}" for name, sink in sinks.items() if sink["error"]]
    return {**figures, "store_error": errors[0] if errors else "", "sinks": sinks}


def write_status(data_dir: Path, status: Mapping[str, Any]) -> None:
    unfinished = data_dir / f"{FILE_NAME}.new"
    unfinished.write_text(json.dumps(status) + "\n")
    unfinished.replace(data_dir / FILE_NAME)


def read_status(data_dir: Path) -> dict[str, Any] | None:
    """The newest status of the run that uses or used the directory; None where there has been none.

    A run that was killed still says "running" or "recovering" in its file; it is given as "killed".
    Raises StatusError or OSError.
    """
    path = data_dir / FILE_NAME
    try:
        status: dict[str, Any] = json.loads(path.read_bytes())
        if status["state"] != "stopped" and not _alive(status["pid"]):
            status["state"] = "killed"
    except FileNotFoundError:
        return None
    except (ValueError, LookupError, TypeError, OverflowError, RecursionError) as error:
        raise StatusError(f"{path} is damaged; a run writes it anew every two seconds") from error
    return status


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _iso(time_ns: int) -> str | None:
    if time_ns < 0:
        return None
    return datetime.fromtimestamp(time_ns / 1e9, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
