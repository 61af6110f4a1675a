"""Alerts, notices and those whom they concern, in the words of one viewer."""

from dataclasses import dataclass

import msgspec

from alerts.assets import Asset
from alerts.book import Alert
from alerts.consequences import Notice, Reason
from alerts.notification.cards import Cards
from alerts.notification.gateways import Gateways
from alerts.notification.routes import Routes
from alerts.texts.rendering import Texts
from alerts.texts.shown import Words
from config.language import Language
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class About:
    """An alert in words."""

    level: str
    title: str
    place: str
    office: str
    """Empty: none answers for it."""
    office_id: str


class AlertWords:
    def __init__(self, settings: Settings, language: Language) -> None:
        self._code = language.code
        self._words = Words(settings, language)
        self._texts = Texts(settings)
        self._cards = Cards(settings)
        self._routes = Routes(settings, Gateways(settings.devices))
        self._rules = {rule.id: rule for rule in settings.rules}
        self._offices = {office.id: office.name for office in settings.offices}
        self._officers = {officer.id: officer.name for officer in settings.officers}
        self._actuators = {actuator.id: actuator.name for actuator in settings.actuators}

    def about(self, rule_id: str, asset: Asset) -> About:
        """`rule_id`: of the configuration."""
        rule = self._rules[rule_id]
        alert = Alert(0, rule_id, rule.severity, asset, fired_ns=0, learned_ns=0, value=rule.enter, coverage=1.0)
        self._routes.place(alert, rule)
        notice = Notice(
            number=0,
            at_ns=0,
            reason=Reason.FIRING,
            severity=rule.severity,
            channel="",
            language=self._code,
            cards=(self._cards.card(alert, rule, self._code),),
        )
        (shown,) = self._words.shown(notice).alerts
        office = self._offices.get(alert.office) or alert.office
        return About(shown.level, shown.title, shown.place, office, alert.office)

    def title(self, notice: Notice) -> str:
        """Of what the notice says, whatever the language of its recipient."""
        return self._texts.render(msgspec.structs.replace(notice, language=self._code)).title

    def officer(self, identifier: str) -> str:
        return self._officers.get(identifier) or identifier

    def actuator(self, identifier: str) -> str:
        return self._actuators.get(identifier) or identifier
