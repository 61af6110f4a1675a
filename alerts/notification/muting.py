"""Why nobody is told of an alert at present: what keeps alerts quiet, in the order in which it is asked."""

from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from alerts.book import Alert
from alerts.notification.flapping import Flapping
from alerts.notification.gateways import Gateways
from alerts.notification.inhibition import Inhibitions
from alerts.notification.maintenance import PlannedWorks
from alerts.notification.silences import Silences
from config.settings import Settings


class Muting:
    """Times given must not step back."""

    def __init__(self, settings: Settings, gateways: Gateways) -> None:
        zone = ZoneInfo(settings.city.timezone)
        self.flapping = Flapping(settings.notification.flapping)
        self.works = PlannedWorks(settings.maintenance, settings.calendar, zone)
        self.silences = Silences()
        self.inhibitions = Inhibitions(settings.inhibitions, gateways, [rule.id for rule in settings.rules])
        self._configured = _digest(settings)
        self.is_reconfigured = False
        """Since the state was saved: what was muted may be so no more, and nothing else would say it."""

    def reason(self, alert: Alert, now_ns: int) -> str:
        """Empty: it may be told."""
        if self.flapping.is_flapping(alert.key):
            return "flapping"
        return self.otherwise(alert, now_ns)

    def otherwise(self, alert: Alert, now_ns: int) -> str:
        """As `reason`, were it not flapping."""
        return self.by_somebody(alert, now_ns) or self.inhibitions.mutes(alert)

    def by_somebody(self, alert: Alert, now_ns: int) -> str:
        """What people have planned or asked for; it holds for the end of an alert too."""
        return self.works.mutes(alert, alert.kind, now_ns) or self.silences.mutes(alert, alert.kind, now_ns)

    def change_ns(self, now_ns: int) -> int | None:
        """The next time at which planned works or a silence begin or end."""
        times = [self.works.next_due_ns(now_ns), self.silences.next_due_ns(now_ns)]
        return min((time for time in times if time is not None), default=None)

    def describe(self) -> dict[str, Any]:
        """As `restore` takes it; inhibitions follow from the alerts that are open."""
        return {
            "flapping": self.flapping.describe(),
            "silences": self.silences.describe(),
            "configured": self._configured,
        }

    def restore(self, saved: dict[str, Any]) -> None:
        self.flapping.restore(saved["flapping"])
        self.silences.restore(saved["silences"])
        self.is_reconfigured = saved["configured"] != self._configured


def _digest(settings: Settings) -> bytes:
    """Of all that decides what is muted."""
    digest = sha256(repr((settings.calendar, settings.city.timezone)).encode())
    for each in (*settings.maintenance, *settings.inhibitions, *settings.rules):
        digest.update(each.model_dump_json().encode())
    for device in settings.devices:
        digest.update(f"{device.kind}/{device.id}/{device.gateway}\n".encode())
    return digest.digest()
