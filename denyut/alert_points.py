"""Changes of alerts as points of the measurement `alert`: one for each change of state."""

from collections.abc import Sequence

import numpy as np

from alerts.engine import AlertEvent
from storage.points import PointBatch, SeriesTable


def alert_points(table: SeriesTable, events: Sequence[AlertEvent]) -> list[PointBatch]:
    """At the end of the window that brought the change; `learned_s`: how much later it was known here."""
    if not events:
        return []
    series = [
        table.index(
            "alert",
            {
                **event.asset._asdict(),
                "rule": event.rule.id,
                "severity": event.rule.severity,
                "change": event.change.value,
                "who": event.who,
            },
        )
        for event in events
    ]
    return [
        PointBatch(
            table,
            np.array(series, np.int32),
            np.array([event.event_ns for event in events], np.int64),
            {
                "value": np.array([event.value for event in events]),
                "coverage": np.array([event.coverage for event in events]),
                "learned_s": np.array([(event.learned_ns - event.event_ns) / 1e9 for event in events]),
            },
        )
    ]
