import msgspec

from alerts.assets import Asset
from config.cities import shipped_city
from config.language import open_language
from config.load import load_settings
from denyut.demo.alert_words import About, AlertWords
from processors.indicators.catalogue import UNITS
from tests.alerts.record.notices import notice

CITY = load_settings(shipped_city("bojonegoro"), UNITS)
GAUGE = Asset("bojonegoro", "temayang", "water", "TMA-023")


def test_an_alert_is_told_with_its_level_place_and_office() -> None:
    words = AlertWords(CITY, open_language("en"))
    assert words.about("pacal-rises", GAUGE) == About(
        "CRITICAL",
        "Kali Pacal rises below the dam",
        "Kali Pacal, hulu (TMA-023), Temayang",
        "Dinas Pekerjaan Umum Sumber Daya Air",
        "pu-sda",
    )
    assert words.about("siaga-2", Asset("bojonegoro", "kanor")).place == "Kanor"


def test_the_same_alert_in_indonesian() -> None:
    about = AlertWords(CITY, open_language("id")).about("pacal-rises", GAUGE)
    assert (about.level, about.title) == ("KRITIS", "Kali Pacal naik di bawah waduk")


def test_a_notice_is_read_in_the_language_of_the_viewer_not_in_that_of_its_recipient() -> None:
    written = notice(1)
    (card,) = written.cards
    siaga = msgspec.structs.replace(card, rule="siaga-2", title="", severity="critical", zone_name="Temayang")
    told = msgspec.structs.replace(written, language="id", severity="critical", cards=(siaga,))
    assert AlertWords(CITY, open_language("en")).title(told) == "CRITICAL: Siaga 2: a flood threatens, Temayang"
    assert AlertWords(CITY, open_language("id")).title(told) == "KRITIS: Siaga 2 (siaga), Temayang"


def test_people_and_things_have_names_and_unknown_ones_keep_their_id() -> None:
    words = AlertWords(CITY, open_language("en"))
    assert (words.officer("tono"), words.officer("nobody")) == ("Tono Wijaya", "nobody")
    assert (words.actuator("light-pacal"), words.actuator("x")) == ("Lampu peringatan Kali Pacal", "x")
