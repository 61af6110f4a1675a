import pytest

from config.language import open_language
from dashboard.live.scales import ISPU, LEVEL_OF_SERVICE, RAIN, SIAGA, Scale


@pytest.mark.parametrize(
    ("scale", "value", "indonesian", "english"),
    [
        (LEVEL_OF_SERVICE, 1.0, "A", "A"),
        (LEVEL_OF_SERVICE, 6.0, "F", "F"),
        (ISPU, 50.0, "50 Baik", "50 Good"),
        (ISPU, 51.0, "51 Sedang", "51 Moderate"),
        (ISPU, 200.0, "200 Tidak Sehat", "200 Unhealthy"),
        (ISPU, 300.0, "300 Sangat Tidak Sehat", "300 Very unhealthy"),
        (ISPU, 301.0, "301 Berbahaya", "301 Hazardous"),
        (SIAGA, 4.0, "4 normal", "4 normal"),
        (SIAGA, 3.0, "3 waspada", "3 watch"),
        (SIAGA, 2.0, "2 siaga", "2 critical"),
        (SIAGA, 1.0, "1 awas", "1 disaster"),
        (RAIN, 0.0, "tidak hujan", "no rain"),
        (RAIN, 1.0, "sangat ringan", "very light"),
        (RAIN, 2.0, "ringan", "light"),
        (RAIN, 3.0, "sedang", "moderate"),
        (RAIN, 4.0, "lebat", "heavy"),
        (RAIN, 5.0, "sangat lebat", "very heavy"),
        (RAIN, 6.0, "ekstrem", "extreme"),
    ],
)
def test_a_step_has_its_word_in_both_languages(scale: Scale, value: float, indonesian: str, english: str) -> None:
    assert scale.text(value, open_language("id")).plain == indonesian
    assert scale.text(value, open_language("en")).plain == english


@pytest.mark.parametrize(
    ("index", "colour"),
    [(50.0, "#006400"), (100.0, "#0000cc"), (101.0, "#e6c200"), (201.0, "#b00000"), (301.0, "#000000")],
)
def test_the_categories_of_ispu_are_green_blue_yellow_red_and_black(index: float, colour: str) -> None:
    """Blue is Sedang, yellow is Tidak Sehat."""
    (span,) = ISPU.text(index, open_language("id")).spans
    assert str(span.style).endswith(f"on {colour}")


def test_a_value_without_a_step_is_shown_as_it_is() -> None:
    assert SIAGA.text(7.0, open_language("en")).plain == "7"
