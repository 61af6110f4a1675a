"""Literal scenes for the tests of the live view."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta, timezone

from dashboard.live.ledger import read_ledger
from dashboard.live.pillar_scores import newest_scores
from dashboard.live.scene import Scene
from dashboard.live.zone_figures import newest_figures

END_NS = 1_784_000_000_000_000_000  # 2026-07-14 03:33:20 UTC, 10:33:20 in Bojonegoro
WIB = timezone(timedelta(hours=7), "WIB")
STATUS = {
    "received": 10_234,
    "accepted": 10_200,
    "duplicate": 4,
    "rejected": {"not_json": 10, "out_of_range": 20},
    "readings": 30_600,
    "late": 3,
    "too_late": 1,
    "journal_lag_s": 0.31,
    "windows_closed": 320,
    "points_written": 3200,
    "points_pending": 12,
    "alerts_active": 0,
    "watermark": "2026-07-14T03:33:18+00:00",
    "uptime_s": 34.0,
}


@dataclass(frozen=True)
class Row:
    time_ns: int
    tags: dict[str, str]
    fields: dict[str, float]


def indicator(
    zone: str, name: str, value: float | None, coverage: float = 1.0, size: str = "10s", time_ns: int = END_NS
) -> Row:
    fields = {"coverage": coverage, "quality": 1.0, "revision": 0.0}
    if value is not None:
        fields["value"] = value
    return Row(time_ns, {"city": "bojonegoro", "zone": zone, "indicator": name, "size": size}, fields)


TWO_ZONES = [
    indicator("kapas", "parking_occupancy", 0.634, 0.98),
    indicator("kapas", "parking_free", 1_250.0, 0.98),
    indicator("kapas", "traffic_flow", 1_520.0, 0.75),
    indicator("kapas", "traffic_speed", 38.24, 0.75),
    indicator("kapas", "traffic_los_street", 3.0, 0.75),
    indicator("kapas", "pm25", 61.22, 1.0),
    indicator("kapas", "ispu_indicative", 106.0, 1.0),
    indicator("kapas", "noise_laeq", 67.38, 1.0),
    indicator("kapas", "water_siaga", 3.0, 0.5),
    indicator("kapas", "rain_1h_class", 4.0, 0.9, size="15m"),
    indicator("padangan", "parking_occupancy", None, 0.0),
    indicator("padangan", "traffic_speed", 12.5, 0.3),
    indicator("all", "parking_occupancy", 0.5, 0.9),
]


SCORES = [
    indicator("all", "score_city", 76.4, 0.71, size="1m"),
    indicator("all", "score_governance", 100.0, 1.0, size="1m"),
    indicator("all", "score_branding", 88.2, 0.97, size="1m"),
    indicator("all", "score_economy", 71.0, 0.95, size="1m"),
    indicator("all", "score_living", 64.5, 0.6, size="1m"),
    indicator("all", "score_society", None, 0.0, size="1m"),
    indicator("all", "score_environment", 58.7, 0.45, size="1m"),
    indicator("all", "score_city", 70.0, 0.7, size="1m", time_ns=END_NS - 60_000_000_000),
]


def scene(
    rows: Iterable[Row] = tuple(TWO_ZONES),
    status: dict[str, object] | None = STATUS,
    elapsed_s: float = 34.2,
    scores: Iterable[Row] = (),
) -> Scene:
    return Scene(
        city="Bojonegoro",
        broker="mqtt://127.0.0.1:1883",
        elapsed_s=elapsed_s,
        timezone=WIB,
        ledger=None if status is None else read_ledger(status),
        rate=312.4 if status else None,
        figures=newest_figures(rows),
        zone_names={"kapas": "Kapas"},
        scores=newest_scores(scores),
    )
