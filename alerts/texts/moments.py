"""Times as people of the city read them: by its clock, with the name of its zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from config.durations import SECOND_NS
from config.language import N_, Language

_MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_STEPS = ((86_400, N_("{n} d")), (3_600, N_("{n} h")), (60, N_("{n} min")), (1, N_("{n} s")))
_UNTOLD_S = 600
"""A stretch so long is told without its seconds."""


def moment(at_ns: int, now_ns: int, zone: ZoneInfo, language: Language) -> str:
    """As "14.05 WIB" in Indonesian, "14:05 WIB" in English; of another day than now with its date."""
    at, now = _civil(at_ns, zone), _civil(now_ns, zone)
    clock = f"{at:%H.%M}" if language.code == "id" else f"{at:%H:%M}"
    text = f"{clock} {_zone_name(at)}"
    if at.date() == now.date():
        return text
    day = f"{at.day} {_MONTHS[language.code][at.month - 1]}" + (f" {at.year}" if at.year != now.year else "")
    return f"{day} {text}"


def stretch(length_ns: int, language: Language) -> str:
    """As "1 h 5 min", "1 jam 5 menit": its two largest units, of what is shorter than ten minutes with seconds."""
    seconds = max(0, length_ns) // SECOND_NS
    seconds -= seconds % 60 if seconds >= _UNTOLD_S else 0
    parts = []
    for size, words in _STEPS:
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(language.gettext(words).format(n=count))
        elif parts:
            break
    return " ".join(parts[:2]) or language.gettext(_STEPS[-1][1]).format(n=0)


def _civil(at_ns: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at_ns // SECOND_NS, UTC).astimezone(zone)


def _zone_name(at: datetime) -> str:
    """WIB, WITA, WIT, CET; where the zone has no letters "UTC+05:45"."""
    name, offset = at.tzname() or "", f"{at:%z}"
    return name if name.isalpha() else f"UTC{offset[:3]}:{offset[3:5]}"
