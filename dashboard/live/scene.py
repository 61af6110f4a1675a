"""Everything one frame of the live view shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from config.language import Language
from dashboard.live.ledger import Ledger
from dashboard.live.pillar_scores import PillarScores
from dashboard.live.zone_figures import ZoneFigures
from processors.indicators.indicator_batch import CITY_ZONE


@dataclass(frozen=True)
class Scene:
    city: str
    broker: str
    elapsed_s: float
    timezone: tzinfo
    """The city's; every time in the view is in it."""
    ledger: Ledger | None
    """None: nothing has been reported yet."""
    rate: float | None
    """Messages a second now."""
    figures: ZoneFigures | None
    """None: no window has closed yet."""
    zone_names: Mapping[str, str] = field(default_factory=dict)
    scores: PillarScores | None = None
    """None: no step of the scores has ended yet."""

    def zone_name(self, zone: str, language: Language) -> str:
        return language.gettext("whole city") if zone == CITY_ZONE else self.zone_names.get(zone) or zone

    def clock(self, when: datetime) -> str:
        return when.astimezone(self.timezone).strftime("%H:%M:%S")

    def clock_ns(self, time_ns: int) -> str:
        return datetime.fromtimestamp(time_ns // 1_000_000_000, self.timezone).strftime("%H:%M:%S")

    @property
    def elapsed(self) -> str:
        minutes, seconds = divmod(int(self.elapsed_s), 60)
        return f"{minutes}:{seconds:02d}"
