"""How the value of a figure is written: as a number, a share, a step of a scale that has names, yes or no."""

from enum import Enum
from math import ceil, floor, isfinite

from alerts.texts.moments import stretch
from config.durations import SECOND_NS
from config.language import N_, Language


class Form(Enum):
    NUMBER = "number"
    COUNT = "count"
    """A number whose unit is part of the figure's name."""
    SHARE = "share"
    """0 to 1, written in percent."""
    POINTS = "points"
    """A change of a share, in percentage points."""
    SECONDS = "seconds"
    MINUTES = "minutes"
    TRUTH = "truth"
    """1 where it holds: the name of the figure says all."""
    PARAMETER = "parameter"
    """Of the ISPU, by number."""
    SERVICE = "service"
    SIAGA = "siaga"
    ISPU = "ispu"
    RAIN = "rain"
    DASARIAN = "dasarian"
    HEAT = "heat"


PARAMETERS = {"pm25": "PM2.5", "pm10": "PM10", "o3": "O3", "so2": "SO2", "no2": "NO2", "co": "CO", "hc": "HC"}
RAIN_CLASSES = {
    0: N_("no rain"),
    1: N_("very light"),
    2: N_("light"),
    3: N_("moderate"),
    4: N_("heavy"),
    5: N_("very heavy"),
    6: N_("extreme"),
}
_STEPS: dict[Form, dict[int, str]] = {
    Form.PARAMETER: dict(enumerate(PARAMETERS.values(), 1)),
    Form.SERVICE: dict(enumerate("ABCDEF", 1)),
    Form.SIAGA: {4: N_("normal"), 3: "Siaga 3", 2: "Siaga 2", 1: "Siaga 1"},
    Form.ISPU: {1: N_("Good"), 2: N_("Moderate"), 3: N_("Unhealthy"), 4: N_("Very unhealthy"), 5: N_("Hazardous")},
    Form.RAIN: RAIN_CLASSES,
    Form.DASARIAN: {1: N_("low"), 2: N_("medium"), 3: N_("high"), 4: N_("very high")},
    Form.HEAT: {
        0: N_("no risk"),
        1: N_("caution"),
        2: N_("extreme caution"),
        3: N_("danger"),
        4: N_("extreme danger"),
    },
}
_LIMITS = {
    ">": N_("above {limit}"),
    ">=": N_("{limit} or more"),
    "<": N_("below {limit}"),
    "<=": N_("{limit} or less"),
}
_UNITS = {
    "spaces": N_("spaces"),
    "vehicles": N_("vehicles"),
    "vehicles/h": N_("vehicles/h"),
    "vehicles/space": N_("vehicles/space"),
    "vehicle h": N_("vehicle hours"),
    "vehicles/km": N_("vehicles/km"),
    "vehicles/km/lane": N_("vehicles/km/lane"),
    "smp/h": N_("smp/h"),
    "smp/km/lane": N_("smp/km/lane"),
    "cm/10 min": N_("cm/10 min"),
    "h": N_("hours"),
    "answers": N_("answers"),
    "sensors": N_("sensors"),
    "stays": N_("stays"),
}
_JOINED = ("%", "°")
"""Units without a space before them."""
_MOST_DIGITS = 6


def value_text(value: float | None, limit: float, form: Form, unit: str, language: Language) -> str:
    """With as many digits as tell it from the limit."""
    if value is None or not isfinite(value):
        return language.gettext(N_("unknown"))
    return _written(value, form, unit, language, _digits(value, limit, form))


def limit_text(when: str, limit: float, form: Form, unit: str, language: Language) -> str:
    """As "above 95%", "Siaga 2 or worse"; empty where the figure is yes or no."""
    if form is Form.TRUTH:
        return ""
    if form in _STEPS and form is not Form.PARAMETER:
        return _step_limit(when, limit, form, language)
    written = _written(limit, form, unit, language, _MOST_DIGITS)
    return language.gettext(_LIMITS[when]).format(limit=written)


def _step_limit(when: str, limit: float, form: Form, language: Language) -> str:
    nearest = {">": floor(limit) + 1, ">=": ceil(limit), "<": ceil(limit) - 1, "<=": floor(limit)}[when]
    falling = when[0] == "<"
    if nearest == (min if falling else max)(_STEPS[form]):
        return _step(nearest, form, language)
    worse = falling is (form is Form.SIAGA)
    words = N_("{step} or worse") if worse else N_("{step} or better")
    return language.gettext(words).format(step=_step(nearest, form, language))


def _written(value: float, form: Form, unit: str, language: Language, digits: int) -> str:
    match form:
        case Form.TRUTH:
            return language.gettext(N_("yes") if value else N_("no"))
        case Form.SHARE:
            return f"{_number(100 * value, digits, language)}%"
        case Form.POINTS:
            words = language.gettext(N_("{number} percentage points"))
            return words.format(number=_number(100 * value, digits, language))
        case Form.SECONDS | Form.MINUTES if value >= 0:
            seconds = value * (60 if form is Form.MINUTES else 1)
            return stretch(round(seconds) * SECOND_NS, language)
        case _ if form in _STEPS:
            return _step(round(value), form, language)
        case _:
            number = _number(value, digits, language)
            words = language.gettext(_UNITS[unit]) if unit in _UNITS else unit
            gap = "" if unit.startswith(_JOINED) and unit != "°C" else " "
            return number if form is Form.COUNT or not words else f"{number}{gap}{words}"


def _step(value: int, form: Form, language: Language) -> str:
    name = _STEPS[form].get(value)
    return language.number(value) if name is None else language.gettext(name)


def _digits(value: float, limit: float, form: Form) -> int:
    scale = 100 if form in (Form.SHARE, Form.POINTS) else 1
    value, limit = value * scale, limit * scale
    digits = max(_own_digits(limit), 0 if abs(value) >= 100 else 1 if abs(value) >= 1 else 2)
    while digits < _MOST_DIGITS and value != limit and round(value, digits) == round(limit, digits):
        digits += 1
    return digits


def _own_digits(number: float) -> int:
    """Of 95 none, of 0.95 two."""
    return len(f"{number:.{_MOST_DIGITS}f}".rstrip("0").partition(".")[2])


def _number(value: float, digits: int, language: Language) -> str:
    """Without zeros at the end: 95 and not 95.0."""
    text = f"{value:.{digits}f}"
    kept = len(text.rstrip("0").partition(".")[2]) if "." in text else 0
    return language.number(round(value, kept) + 0.0, kept)
