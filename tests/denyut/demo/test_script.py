from config.alert_rules import Words
from config.language import open_language
from config.settings import Device, Settings
from denyut.demo.script import sentences
from simulators.events.flood_wave import FloodWave
from simulators.scenario import Scenario

SETTINGS = Settings(devices=(Device(id="W1", kind="water", name="Kali Pacal, hulu"),))
TITLE = Words(id="pintu waduk terbuka", en="a gate opens")


def said(wave: FloodWave, language: str) -> tuple[str, ...]:
    return sentences(Scenario(flood_waves=(wave,)), SETTINGS, open_language(language))


def test_a_flood_is_told_with_its_reason_its_gauge_and_its_height() -> None:
    wave = FloodWave(device="W1", amount=170, title=TITLE)
    assert said(wave, "en") == ("a gate opens; Kali Pacal, hulu rises 170 cm",)
    assert said(wave, "id") == ("pintu waduk terbuka; Kali Pacal, hulu naik 170 cm",)


def test_a_gauge_without_a_name_and_a_flood_without_a_reason_are_told_too() -> None:
    assert said(FloodWave(device="W9", amount=5), "en") == ("W9 rises 5 cm",)


def test_without_a_scenario_nothing_is_told() -> None:
    assert sentences(Scenario(), SETTINGS, open_language("en")) == ()
