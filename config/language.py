"""The language people read: which one, its texts, and how it writes numbers.

Texts are English in the code and looked up by gettext in `config/locale`. After changing one:
    pybabel extract -k N_ --no-location -o denyut.pot config alerts dashboard denyut
    pybabel update -i denyut.pot -d config/locale -D denyut && pybabel compile -d config/locale -D denyut
"""

import gettext
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

LANGUAGES = ("id", "en")
LOCALE = Path(__file__).with_name("locale")
_SEPARATORS = {"id": str.maketrans(",.", ".,"), "en": {}}


@dataclass(frozen=True)
class Language:
    code: str
    gettext: Callable[[str], str]

    def number(self, value: float, digits: int = 0) -> str:
        """Grouped by thousands: 10234.5 is "10.234,5" in Indonesian and "10,234.5" in English."""
        return f"{value:,.{digits}f}".translate(_SEPARATORS[self.code])

    def percent(self, share: float) -> str:
        """A share from 0 to 1 in whole percent; only a full share reads 100 %, only an empty one 0 %."""
        percent = round(share * 100)
        if share < 1 and percent == 100:
            percent = 99
        if share > 0 and percent == 0:
            percent = 1
        return f"{percent}%"


def open_language(code: str) -> Language:
    """The texts of "id" or "en". Raises ValueError for any other."""
    if code not in LANGUAGES:
        raise ValueError(f"no texts in language {code!r}; there are {' and '.join(LANGUAGES)}")
    return Language(code, gettext.translation("denyut", LOCALE, [code]).gettext)


def choose_language(asked: str | None = None, city: str = "id", environment: Mapping[str, str] = os.environ) -> str:
    """The code of the language: as asked, else the first known one in LANGUAGE, LC_ALL or LANG, else the city's."""
    return asked or _from_environment(environment) or city


def _from_environment(environment: Mapping[str, str]) -> str | None:
    """As gettext reads it: LANGUAGE is a list by preference; "C" and "POSIX" name no language."""
    wishes = environment.get("LANGUAGE", "").split(":")
    wishes += [environment.get("LC_ALL") or environment.get("LANG", "")]
    codes = (wish.replace("-", "_").split("_")[0].split(".")[0].lower() for wish in wishes)
    return next((code for code in codes if code in LANGUAGES), None)


def N_(message: str) -> str:  # noqa: N802 - the name gettext tools know for "translate later"
    """Marks a text that is looked up where it is shown."""
    return message
