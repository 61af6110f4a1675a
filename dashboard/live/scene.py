"""Everything one frame of the live view shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from config.language import Language
from dashboard.live.alert_scene import AlertScene
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
    scores_from_ns: int | None = None
    """When the first whole step of the scores is made, as long as that lies ahead: until then most have no data."""
    scores_every: str = ""
    """Their step, such as "1m"."""
    alerts: AlertScene | None = None
    """None: nobody looks at them."""
    figures_since_s: float = 0.0
    """`elapsed_s` of the scene that was the first to have figures: the zones take turns from there on."""

    def zone_name(self, zone: str, language: Language) -> str:
        return language.gettext("whole city") if zone == CITY_ZONE else self.zone_names.get(zone) or zone

    def clock(self, when: datetime) -> str:
        """Such as "10:33:18 WIB"; where the zone has no abbreviation its offset, such as "+03"."""
        return when.astimezone(self.timezone).strftime("%H:%M:%S %Z")

    def clock_ns(self, time_ns: int) -> str:
        return self.clock(datetime.fromtimestamp(time_ns // 1_000_000_000, self.timezone))

    @property
    def turn_s(self) -> float:
        """How long there have been figures."""
        return max(0.0, self.elapsed_s - self.figures_since_s)

    @property
    def elapsed(self) -> str:
        minutes, seconds = divmod(int(self.elapsed_s), 60)
        return f"{minutes}:{seconds:02d}"
