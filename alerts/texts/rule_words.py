"""What a rule watches, in words, and a title and an advice where its configuration has none."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from alerts.texts.fields import SILENT, figure_of_field, figure_of_quantity, quantity_of, unit_holds
from alerts.texts.figures import figure_of
from alerts.texts.forms import Form, limit_text
from alerts.texts.moments import stretch
from config.alert_rules import Rule, Words
from config.default_kinds import DEFAULT_KINDS
from config.language import N_, Language
from config.settings import Kind
from processors.indicators.catalogue import UNITS

OWN_FIGURES = "denyut_"
"""How indicators of the backend's own health begin."""


@dataclass(frozen=True, slots=True)
class Watched:
    words: str
    """As they stand inside a sentence; empty where the title says all."""
    form: Form
    has_unit: bool
    """Whether the unit of the quantity, or of the indicator, is that of the value."""
    has_coverage: bool = True
    """False: of one reading, of none, or of the backend itself it would always be all, and tell nobody anything."""


def watched_by(rule: Rule, language: Language) -> Watched:
    say = language.gettext
    if rule.every or rule.some:
        return Watched("", Form.TRUTH, False)
    if rule.indicator:
        figure, has_unit = figure_of(rule.indicator), True
    elif rule.field:
        figure, has_unit = figure_of_field(rule.field), unit_holds(rule.field)
    else:
        figure, has_unit = figure_of_quantity(rule.quantity or ""), True
    words, form = figure.name(language), figure.form
    if rule.against:
        other = figure_of(rule.against).name(language)
        words, form = say(N_("{figure} divided by {other}")).format(figure=words, other=other), Form.NUMBER
        has_unit = bool(rule.unit)
    if rule.over:
        time = stretch(rule.over, language)
        words = say(N_("change of {figure} within {time}")).format(figure=words, time=time)
        form = Form.POINTS if form is Form.SHARE else Form.NUMBER if form is not Form.COUNT else form
    return Watched(words, form, has_unit, _has_coverage(rule))


def _has_coverage(rule: Rule) -> bool:
    if rule.indicator:
        return not rule.indicator.startswith(OWN_FIGURES)
    return rule.field is not None and rule.field not in SILENT


def title_of(
    rule: Rule,
    language: Language,
    rules: Mapping[str, Rule] | None = None,
    kinds: Mapping[str, Kind] = DEFAULT_KINDS,
) -> str:
    """Its own, else what is watched and the limit: "Parking occupancy above 95%".

    `rules`: by id, for the titles of those that a rule with `all` or `any` is made of. `kinds`: for units.
    """
    if own := _own(rule.title, language):
        return own
    if rule.every or rule.some:
        joint = N_("{first} and {second}") if rule.every else N_("{first} or {second}")
        return _joined(rule.every or rule.some, joint, language, rules or {}, kinds)
    watched = watched_by(rule, language)
    if rule.field in ("silent_intervals", "silent_s"):
        return language.gettext(N_("No readings from the device"))
    unit = unit_of(rule, kinds) if watched.has_unit else ""
    limit = limit_text(rule.when, rule.enter, watched.form, unit, language)
    return capital(f"{watched.words} {limit}".strip())


def advice_of(rule: Rule, language: Language) -> str:
    """Its own, else what to do about what is watched."""
    if own := _own(rule.advice, language):
        return own
    return language.gettext(_advice(rule))


def capital(text: str) -> str:
    """With a large first letter; the others stay."""
    return text[:1].upper() + text[1:]


def _own(words: Words, language: Language) -> str:
    own: str = getattr(words, language.code)
    return own or words.en or words.id


def unit_of(rule: Rule, kinds: Mapping[str, Kind]) -> str:
    """Of the value that it watches; a ratio has none but its own, and a change that of what changes."""
    if rule.unit or rule.against:
        return rule.unit
    if rule.indicator:
        return UNITS.get(rule.indicator, "")
    quantities = kinds.get(rule.kind or "", Kind()).quantities
    if rule.field and not unit_holds(rule.field):
        return ""
    name = rule.quantity or quantity_of(rule.field or "")
    return quantities[name].unit if name in quantities else ""


def _joined(
    ids: Iterable[str], joint: str, language: Language, rules: Mapping[str, Rule], kinds: Mapping[str, Kind]
) -> str:
    # Only one level: the titles of rules that are made of others again would be long.
    titles = []
    for each in ids:
        rule = rules.get(each)
        is_plain = rule is not None and (_own(rule.title, language) or not (rule.every or rule.some))
        titles.append(title_of(rule, language, {}, kinds) if rule is not None and is_plain else each)
    text = titles[0]
    for title in titles[1:]:
        text = language.gettext(joint).format(first=text, second=title[:1].lower() + title[1:])
    return text


_UP, _DOWN = ">", "<"
_ADVICE = (
    # (how the indicator, field or quantity begins, direction, what to do), the first that fits.
    ("parking_free", _DOWN, N_("Direct vehicles to other car parks and put that on the signs.")),
    ("parking_occupancy", _UP, N_("Direct vehicles to other car parks and put that on the signs.")),
    ("parking_above_target", _UP, N_("Direct vehicles to other car parks and put that on the signs.")),
    ("parking_minutes_to_full", _DOWN, N_("Prepare other car parks and put them on the signs.")),
    ("parking_gate_drift", _UP, N_("Check the counters at the gates and correct the count.")),
    ("traffic_speed", _DOWN, N_("Look at the cameras or on site; regulate the traffic where it is needed.")),
    ("traffic_flow", _UP, N_("Look at the cameras or on site; regulate the traffic where it is needed.")),
    ("traffic_", _UP, N_("Look at the cameras or on site; regulate the traffic where it is needed.")),
    ("ispu", _UP, N_("Tell the public, above all sensitive groups, to stay outdoors less; look for the source.")),
    ("us_aqi", _UP, N_("Tell the public, above all sensitive groups, to stay outdoors less; look for the source.")),
    ("pm", _UP, N_("Tell the public, above all sensitive groups, to stay outdoors less; look for the source.")),
    ("noise_", _UP, N_("Look for the source of the noise and check its permit.")),
    ("laeq", _UP, N_("Look for the source of the noise and check its permit.")),
    ("heat_", _UP, N_("Tell people to drink, to rest in the shade and to avoid heavy work outdoors.")),
    ("rain", _UP, N_("Watch for standing water; check drains and pumps, and warn people near rivers.")),
    ("water_siaga", _DOWN, N_("Follow the flood procedure of this stage and warn people along the river.")),
    ("water_upstream", _DOWN, N_("Prepare for the flood wave and warn people along the river.")),
    ("water_arrival", _DOWN, N_("Prepare for the flood wave and warn people along the river.")),
    ("water_rise", _UP, N_("Watch the river, and prepare gates, pumps and warnings.")),
    ("water_level", _UP, N_("Watch the river, and prepare gates, pumps and warnings.")),
    ("level_cm", _UP, N_("Watch the river, and prepare gates, pumps and warnings.")),
    ("battery", _DOWN, N_("Charge or replace the battery of the device.")),
    ("rssi", _DOWN, N_("Check the antenna of the device and the network where it stands.")),
    ("snr", _DOWN, N_("Check the antenna of the device and the network where it stands.")),
    ("silent_", _UP, N_("Check power, network and the device itself.")),
    ("sensors_alive_share", _DOWN, N_("Check power, network and the devices themselves.")),
    ("satisfaction_", _DOWN, N_("Ask the service what has happened, and answer the citizens.")),
    ("denyut_disk", _DOWN, N_("Make room on the disk of the server, or shorten what is kept.")),
    ("denyut_", _UP, N_("Look at the status of Denyut and at its log.")),
)
_OF_ANY_KIND = (
    ("_sensors_alive_share", _DOWN, N_("Check power, network and the devices themselves.")),
    ("_freshness_s", _UP, N_("Check power, network and the devices themselves.")),
    ("_freshness_worst_s", _UP, N_("Check power, network and the devices themselves.")),
    ("_data_quality", _DOWN, N_("Check the devices: their data are not to be relied on.")),
    ("_sensors_faulty", _UP, N_("Check the devices: their data are not to be relied on.")),
    ("_anomaly", _UP, N_("Look at the place: the value is unusual for this hour.")),
    ("_anomaly_max", _UP, N_("Look at the place: the value is unusual for this hour.")),
    ("_anomaly_share", _UP, N_("Look at the place: the value is unusual for this hour.")),
)
_ELSE = N_("Check the situation on site.")


def _advice(rule: Rule) -> str:
    name, direction = rule.indicator or rule.field or rule.quantity or "", rule.when[0]
    for end, way, words in _OF_ANY_KIND:
        if name.endswith(end) and way == direction:
            return words
    for begin, way, words in _ADVICE:
        if name.startswith(begin) and way == direction:
            return words
    return _ELSE
