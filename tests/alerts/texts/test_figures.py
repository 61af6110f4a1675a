import pytest

from alerts.texts.figures import FIGURES, figure_of
from alerts.texts.forms import Form
from config.checks.scores import known_indicators
from config.language import LANGUAGES, open_language
from config.settings import Settings
from processors.indicators.catalogue import UNITS

ID, EN = open_language("id"), open_language("en")
SAME_IN_BOTH = {"ispu", "us_aqi"}


def test_every_indicator_has_a_name_in_plain_words() -> None:
    names = sorted(known_indicators(Settings(), UNITS))
    assert [name for name in names if name not in FIGURES and not figure_of(name).parts] == []


def test_no_name_is_of_an_indicator_that_does_not_exist() -> None:
    known = known_indicators(Settings(), UNITS)
    assert {name for name in FIGURES if name not in known and not name.startswith("denyut_")} == set()


def test_every_name_is_translated() -> None:
    names = sorted(known_indicators(Settings(), UNITS) - SAME_IN_BOTH)
    assert [name for name in names if figure_of(name).name(ID) == figure_of(name).name(EN)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_name_has_a_place_that_was_not_filled(language: str) -> None:
    names = [figure_of(name).name(open_language(language)) for name in known_indicators(Settings(), UNITS)]
    assert [name for name in names if "{" in name or "_" in name] == []


@pytest.mark.parametrize(
    ("indicator", "indonesian", "english", "form"),
    [
        ("parking_occupancy", "keterisian parkir", "parking occupancy", Form.SHARE),
        ("water_siaga_held", "status muka air", "water stage", Form.SIAGA),
        ("ispu_pm25_indicative", "ISPU PM2.5 (indikatif)", "ISPU of PM2.5 (indicative)", Form.NUMBER),
        ("pm25", "konsentrasi PM2.5", "PM2.5 concentration", Form.NUMBER),
        ("water_sensors_faulty", "sensor yang diduga rusak (air)", "sensors that seem faulty (water)", Form.COUNT),
        ("air_data_quality", "mutu data (kualitas udara)", "quality of the data (air quality)", Form.SHARE),
        ("bins_sensors_known", "sensor yang dikenal (bins)", "known sensors (bins)", Form.COUNT),
        ("score_governance", "skor pilar Tata Kelola", "score of the pillar Governance", Form.NUMBER),
        ("own_figure", "own figure", "own figure", Form.NUMBER),
    ],
)
def test_names_read_as_an_office_would_write_them(indicator: str, indonesian: str, english: str, form: Form) -> None:
    figure = figure_of(indicator)
    assert (figure.name(ID), figure.name(EN), figure.form) == (indonesian, english, form)
