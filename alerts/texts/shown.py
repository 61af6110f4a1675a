"""What a template may say of a notice: finished words, made safe here, so that no template has to."""

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from alerts.consequences import Card, Notice
from alerts.own_health import ZONE as OWN_ZONE
from alerts.texts.causes import cause_text
from alerts.texts.forms import Form, limit_text, value_text
from alerts.texts.moments import moment, stretch
from alerts.texts.plain import own_words, plain
from alerts.texts.rule_words import Watched, advice_of, capital, title_of, watched_by
from config.alert_rules import Rule
from config.default_kinds import effective_kinds
from config.durations import UNITS_NS
from config.language import N_, Language
from config.settings import Settings
from ingest.devices import UNASSIGNED
from processors.indicators.indicator_batch import CITY_ZONE

_NAME, _TITLE, _FIGURE, _ADVICE, _DETAIL = 32, 60, 64, 140, 120
"""Most characters of each."""
_LEARNED_LATE_NS = 5 * UNITS_NS["m"]
_LEVELS = {"info": N_("INFO"), "warning": N_("WARNING"), "critical": N_("CRITICAL")}


@dataclass(frozen=True, slots=True)
class ShownAlert:
    """Every text is of one line and holds no markup; what does not apply is empty."""

    number: int
    title: str
    level: str
    severity: str
    figure: str
    """In plain words, with a large first letter; empty where the title says all."""
    value: str
    limit: str
    coverage: str
    place: str
    """The device, if it is of one, and the zone."""
    zone: str
    device: str
    since: str
    learned: str
    """Where it was known here much later than it began."""
    until: str
    lasted: str
    advice: str
    link: str
    detail: str


@dataclass(frozen=True, slots=True)
class ShownCount:
    """A line of a digest."""

    count: int
    what: str
    """Why: "began", "ended"."""
    title: str
    zone: str


@dataclass(frozen=True, slots=True)
class ShownNotice:
    reason: str
    level: str
    severity: str
    count: int
    """Of all alerts that it is about."""
    alert: ShownAlert | None
    """The first; None: it tells of none."""
    alerts: tuple[ShownAlert, ...]
    """Those that are told one by one."""
    counts: tuple[ShownCount, ...]
    step: int
    at: str
    city: str
    office: str


_WHY = {
    "firing": N_("began"),
    "escalated": N_("unanswered"),
    "assigned": N_("assigned"),
    "stale": N_("without data"),
    "resolved": N_("resolved"),
    "withdrawn": N_("withdrawn"),
    "flapping": N_("unsteady"),
    "calm": N_("calm again"),
    "digest": N_("gathered"),
    "command_failed": N_("command failed"),
}


_ZONES = {
    CITY_ZONE: N_("whole city"),
    UNASSIGNED: N_("devices without a zone"),
    OWN_ZONE: N_("the Denyut server"),
}


class Words:
    """Of one language, for one city."""

    def __init__(self, settings: Settings, language: Language) -> None:
        self.language = language
        self._settings = settings
        self._kinds = effective_kinds(settings)
        self._rules: Mapping[str, Rule] = {rule.id: rule for rule in settings.rules}
        self._zones = {zone.id: zone.name for zone in settings.zones}
        self._actuators = {each.id: each.name for each in settings.actuators}
        self._offices = {office.id: office.name for office in settings.offices}
        self._clock = ZoneInfo(settings.city.timezone)

    def shown(self, notice: Notice) -> ShownNotice:
        alerts = tuple(self._alert(card, notice.at_ns) for card in notice.cards)
        return ShownNotice(
            reason=notice.reason.value,
            level=self._level(notice.severity),
            severity=notice.severity,
            count=max(len(notice.alerts), len(notice.cards)),
            alert=alerts[0] if alerts else None,
            alerts=alerts,
            counts=tuple(
                ShownCount(
                    count=each.count,
                    what=self.language.gettext(_WHY[each.reason.value]),
                    title=self._title_of(each.rule),
                    zone=self._zone(each.zone, self._zones.get(each.zone, "")),
                )
                for each in notice.counts
            ),
            step=notice.step,
            at=moment(notice.at_ns, notice.at_ns, self._clock, self.language),
            city=plain(self._settings.city.name or self._settings.city.id, _NAME),
            office=plain(self._offices.get(notice.office) or notice.office, _NAME),
        )

    def _alert(self, card: Card, now_ns: int) -> ShownAlert:
        rule = self._rules.get(card.rule)
        watched = self._watched(card, rule)
        unit = card.unit if watched.has_unit else ""
        device = self._device(card)
        zone = "" if device and card.zone == UNASSIGNED else self._zone(card.zone, card.zone_name)
        return ShownAlert(
            number=card.number,
            title=own_words(card.title, _TITLE) or self._title_of(card.rule),
            level=self._level(card.severity),
            severity=card.severity,
            figure=capital(plain(watched.words, _FIGURE)),
            value=value_text(card.value, card.limit, watched.form, unit, self.language) if watched.words else "",
            limit=limit_text(card.when, card.limit, watched.form, unit, self.language) if watched.words else "",
            coverage=self.language.percent(card.coverage) if watched.words and watched.has_coverage else "",
            place=", ".join(part for part in (device, zone) if part),
            zone=zone,
            device=device,
            since=self._moment(card.fired_ns, now_ns),
            learned=self._moment(card.learned_ns, now_ns) if _late(card) else "",
            until=self._moment(card.ended_ns, now_ns) if card.ended_ns else "",
            lasted=stretch(card.ended_ns - card.fired_ns, self.language) if card.ended_ns else "",
            advice=own_words(card.advice or self._advice_of(rule), _ADVICE),
            link="".join(card.link.split()),
            detail=plain(self._cause(card) or card.detail, _DETAIL),
        )

    def _cause(self, card: Card) -> str:
        return "" if card.cause is None else cause_text(card.cause, self.language, self._actuator)

    def _actuator(self, actuator: str) -> str:
        return self._actuators.get(actuator) or actuator

    def _watched(self, card: Card, rule: Rule | None) -> Watched:
        if rule is not None:
            return watched_by(rule, self.language)
        return Watched(card.figure.replace("_", " "), Form.NUMBER, True)

    def _title_of(self, rule: str) -> str:
        known = self._rules.get(rule)
        if known is None:
            return plain(rule, _TITLE)
        return own_words(title_of(known, self.language, self._rules, self._kinds), _TITLE)

    def _advice_of(self, rule: Rule | None) -> str:
        return "" if rule is None else advice_of(rule, self.language)

    def _level(self, severity: str) -> str:
        return self.language.gettext(_LEVELS[severity]) if severity in _LEVELS else severity

    def _zone(self, zone: str, name: str) -> str:
        """A zone of the city by its name; those that nobody configures in words."""
        words = "" if name else _ZONES.get(zone, "")
        return self.language.gettext(words) if words else plain(name or zone, _NAME)

    def _device(self, card: Card) -> str:
        name, device = plain(card.device_name, _NAME), plain(card.device, _NAME)
        return f"{name} ({device})" if name and name != device else device

    def _moment(self, at_ns: int, now_ns: int) -> str:
        return moment(at_ns, now_ns, self._clock, self.language)


def _late(card: Card) -> bool:
    return card.learned_ns - card.fired_ns > _LEARNED_LATE_NS
