import tomllib
from pathlib import Path

import pytest

from alerts.texts.rule_words import advice_of, title_of, watched_by
from config.alert_rules import Rule
from config.durations import UNITS_NS
from config.language import LANGUAGES, Language, open_language

RULES = Path(__file__).parents[3] / "config" / "rules"
ID, EN = open_language("id"), open_language("en")
FULL = Rule(id="full", indicator="parking_occupancy", size="1m", enter=0.95)
SLOW = Rule(id="slow", indicator="traffic_speed", size="1m", when="<", enter=10, unit="km/h")


def rule(**keys: object) -> Rule:
    return Rule.model_validate({"id": "rule", **keys})


@pytest.mark.parametrize(
    ("watching", "indonesian", "english"),
    [
        (FULL, "Keterisian parkir di atas 95%", "Parking occupancy above 95%"),
        (SLOW, "Kecepatan lalu lintas di bawah 10 km/h", "Traffic speed below 10 km/h"),
        (
            rule(indicator="water_siaga_held", when="<=", enter=2),
            "Status muka air Siaga 2 atau lebih buruk",
            "Water stage Siaga 2 or worse",
        ),
        (
            rule(kind="air", field="battery_last", when="<", enter=20),
            "Daya baterai di bawah 20",
            "Battery charge below 20",
        ),
        (
            rule(kind="air", field="silent_intervals", enter=3),
            "Perangkat tidak mengirim data",
            "No readings from the device",
        ),
        (
            rule(kind="water", quantity="level_cm", enter=800, unit="cm"),
            "Tinggi muka air di atas 800 cm",
            "Water level above 800 cm",
        ),
        (rule(indicator="water_rise_alarm"), "Muka air naik cepat", "The water rises fast"),
        (
            rule(indicator="traffic_flow", against="traffic_speed", enter=30),
            "Arus lalu lintas dibagi kecepatan lalu lintas di atas 30",
            "Traffic flow divided by traffic speed above 30",
        ),
        (
            rule(indicator="parking_occupancy", over=600 * UNITS_NS["s"], enter=0.2),
            "Perubahan keterisian parkir dalam 10 menit di atas 20 poin persen",
            "Change of parking occupancy within 10 min above 20 percentage points",
        ),
        (
            rule(all=["full", "slow"]),
            "Keterisian parkir di atas 95% dan kecepatan lalu lintas di bawah 10 km/h",
            "Parking occupancy above 95% and traffic speed below 10 km/h",
        ),
        (
            rule(any=["full", "unknown"]),
            "Keterisian parkir di atas 95% atau unknown",
            "Parking occupancy above 95% or unknown",
        ),
    ],
)
def test_a_rule_without_a_title_gets_one_from_what_it_watches(watching: Rule, indonesian: str, english: str) -> None:
    rules = {"full": FULL, "slow": SLOW}
    assert title_of(watching, ID, rules) == indonesian
    assert title_of(watching, EN, rules) == english


@pytest.mark.parametrize(
    ("words", "language", "title"),
    [
        ({"id": "Parkir penuh", "en": "Car park full"}, ID, "Parkir penuh"),
        ({"id": "Parkir penuh", "en": "Car park full"}, EN, "Car park full"),
        ({"id": "Parkir penuh"}, EN, "Parkir penuh"),
        ({"en": "Car park full"}, ID, "Car park full"),
    ],
)
def test_a_title_of_the_configuration_stands_in_both_languages_if_there_is_only_one(
    words: dict[str, str], language: Language, title: str
) -> None:
    assert title_of(rule(indicator="parking_occupancy", title=words), language) == title


@pytest.mark.parametrize(
    ("watching", "advice"),
    [
        (FULL, "Direct vehicles to other car parks and put that on the signs."),
        (rule(indicator="parking_occupancy", when="<", enter=0.1), "Check the situation on site."),
        (rule(kind="bins", field="battery_last", when="<", enter=20), "Charge or replace the battery of the device."),
        (
            rule(indicator="air_data_quality", when="<", enter=0.5),
            "Check the devices: their data are not to be relied on.",
        ),
        (rule(all=["full", "slow"]), "Check the situation on site."),
        (
            rule(indicator="parking_free", advice={"en": "Open the field behind the market."}),
            "Open the field behind the market.",
        ),
    ],
)
def test_advice_follows_from_what_is_watched_and_from_the_side_that_is_bad(watching: Rule, advice: str) -> None:
    assert advice_of(watching, EN) == advice


@pytest.mark.parametrize(
    ("watching", "has_coverage"),
    [
        (FULL, True),
        (rule(kind="air", field="battery_last", when="<", enter=20), True),
        (rule(kind="air", field="silent_intervals", enter=3), False),
        (rule(kind="water", quantity="level_cm", enter=340), False),
        (rule(indicator="denyut_disk_free_share", when="<", enter=0.1), False),
    ],
)
def test_coverage_is_told_where_readings_could_be_missing(watching: Rule, has_coverage: bool) -> None:
    assert watched_by(watching, ID).has_coverage is has_coverage


def test_the_value_of_a_rule_of_rules_says_nothing() -> None:
    assert watched_by(rule(all=["full", "slow"]), EN).words == ""


def test_the_words_of_rules_that_ship_are_there_in_both_languages_and_fit_a_phone() -> None:
    rules = [rule for file in RULES.glob("*.toml") for rule in tomllib.loads(file.read_text())["rules"]]
    assert len(rules) > 10
    for words, most in (("title", 60), ("advice", 140)):
        told = {(rule["id"], language): rule[words][language] for rule in rules for language in LANGUAGES}
        assert [name for name, text in told.items() if not 0 < len(text) <= most] == []
