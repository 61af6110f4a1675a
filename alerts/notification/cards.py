"""One alert as a notice tells of it: with the words of its rule and the names of its place, in one language."""

from alerts.book import Alert
from alerts.causes import Cause
from alerts.consequences import Card
from alerts.texts.rule_words import unit_of
from config.alert_rules import Rule, Words
from config.default_kinds import effective_kinds
from config.settings import Settings


class Cards:
    def __init__(self, settings: Settings) -> None:
        self._zones = {zone.id: zone.name for zone in settings.zones}
        self._devices = {(device.kind, device.id): device.name for device in settings.devices}
        self._kinds = effective_kinds(settings)
        self._link = settings.notification.link

    def card(
        self,
        alert: Alert,
        rule: Rule,
        language: str,
        *,
        ended_ns: int = 0,
        detail: str = "",
        cause: Cause | None = None,
    ) -> Card:
        """Title and advice stay empty where the rule has none: the text is made of what is watched."""
        asset = alert.asset
        return Card(
            number=alert.number,
            rule=alert.rule,
            title=_in(rule.title, language),
            severity=alert.severity,
            city=asset.city,
            zone=asset.zone,
            zone_name=self._zones.get(asset.zone, ""),
            kind=asset.kind,
            device=asset.device,
            device_name=self._devices.get((asset.kind, asset.device), ""),
            figure=figure_of(rule),
            value=None if alert.value != alert.value else alert.value,
            unit=unit_of(rule, self._kinds),
            when=rule.when,
            limit=rule.enter,
            coverage=alert.coverage,
            fired_ns=alert.fired_ns,
            learned_ns=alert.learned_ns,
            ended_ns=ended_ns,
            advice=_in(rule.advice, language),
            link=self._link.replace("{number}", str(alert.number)),
            detail=detail,
            cause=cause,
        )


def figure_of(rule: Rule) -> str:
    """The name of what is watched; of other rules, theirs."""
    if rule.indicator and rule.against:
        return f"{rule.indicator}/{rule.against}"
    return rule.indicator or rule.field or rule.quantity or " ".join((*rule.every, *rule.some))


def _in(words: Words, language: str) -> str:
    own: str = getattr(words, language, "")
    return own or words.en or words.id
