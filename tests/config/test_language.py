from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from config.language import LANGUAGES, LOCALE, choose_language, open_language

ROOT = Path(__file__).parents[2]
ROOMS = [ROOT / room for room in ("config", "alerts", "dashboard", "denyut") if (ROOT / room).is_dir()]
KEYWORDS = {"_": None, "gettext": None, "N_": None}


def catalogue(language: str) -> Catalog:
    with (LOCALE / language / "LC_MESSAGES" / "denyut.po").open("rb") as file:
        return read_po(file, locale=language)


def texts_in_the_code() -> set[str]:
    return {
        str(message)
        for room in ROOMS
        for _, _, message, _, _ in extract_from_dir(room, method_map=[("**.py", "python")], keywords=KEYWORDS)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_of_the_code_has_a_translation_and_no_other_has(language: str) -> None:
    translated = {message.id: message.string for message in catalogue(language) if message.id}
    assert set(translated) == texts_in_the_code()
    assert [text for text, translation in translated.items() if not translation] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_a_guess(language: str) -> None:
    assert [message.id for message in catalogue(language) if message.id and message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_places_of_its_text(language: str) -> None:
    assert [str(error) for message in catalogue(language) if message.id for error in message.check()] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_texts_are_those_of_the_source(language: str) -> None:
    with (LOCALE / language / "LC_MESSAGES" / "denyut.mo").open("rb") as file:
        compiled = {message.id: message.string for message in read_mo(file) if message.id}
    assert compiled == {message.id: message.string for message in catalogue(language) if message.id}


def test_english_texts_read_as_they_stand_in_the_code() -> None:
    assert [m.id for m in catalogue("en") if m.id and m.id != m.string] == []


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, "id"),
        ({"LANG": "C.UTF-8"}, "id"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "id_ID.UTF-8"}, "id"),
        ({"LANG": "id_ID.UTF-8", "LC_ALL": "C"}, "id"),
        ({"LANG": "id_ID.UTF-8", "LANGUAGE": "fr:en_US:id"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "id"),
        ({"LANG": "idx"}, "id"),
    ],
)
def test_the_environment_chooses_a_known_language_else_the_city(environment: dict[str, str], language: str) -> None:
    assert choose_language(None, city="id", environment=environment) == language


def test_the_language_asked_for_wins_over_the_environment() -> None:
    assert choose_language("en", city="id", environment={"LANG": "id_ID.UTF-8"}) == "en"


def test_a_city_that_speaks_english_is_read_in_english() -> None:
    assert choose_language(None, city="en", environment={"LANG": "C"}) == "en"


def test_a_language_without_texts_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="'jv'; there are id and en"):
        open_language("jv")


def test_numbers_are_grouped_as_the_language_groups_them() -> None:
    assert open_language("id").number(1234567.25, 1) == "1.234.567,2"
    assert open_language("en").number(1234567.25, 1) == "1,234,567.2"


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0%"), (0.001, "1%"), (0.634, "63%"), (0.999, "99%"), (1.0, "100%"), (1.3, "130%")]
)
def test_only_a_full_share_reads_as_a_hundred_percent_and_only_an_empty_one_as_none(share: float, text: str) -> None:
    assert open_language("en").percent(share) == text
