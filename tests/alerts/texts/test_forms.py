from math import nan

import pytest

from alerts.texts.forms import Form, limit_text, value_text
from config.language import open_language

ID, EN = open_language("id"), open_language("en")


@pytest.mark.parametrize(
    ("value", "limit", "form", "unit", "indonesian", "english"),
    [
        (0.973, 0.95, Form.SHARE, "", "97,3%", "97.3%"),
        (1.0, 0.95, Form.SHARE, "", "100%", "100%"),
        (812.4, 800.0, Form.NUMBER, "cm", "812 cm", "812 cm"),
        (10_234.5, 9_000.0, Form.NUMBER, "vehicles/h", "10.234 kendaraan/jam", "10,234 vehicles/h"),
        (41.26, 55.4, Form.NUMBER, "µg/m³", "41,3 µg/m³", "41.3 µg/m³"),
        (3.0, 5.0, Form.COUNT, "spaces", "3", "3"),
        (2.0, 2.0, Form.SIAGA, "", "Siaga 2", "Siaga 2"),
        (4.0, 2.0, Form.SIAGA, "", "normal", "normal"),
        (6.0, 5.0, Form.SERVICE, "", "F", "F"),
        (4.0, 4.0, Form.RAIN, "", "lebat", "heavy"),
        (3.0, 3.0, Form.ISPU, "", "Tidak Sehat", "Unhealthy"),
        (1.0, 0.5, Form.PARAMETER, "", "PM2.5", "PM2.5"),
        (1.0, 0.5, Form.TRUTH, "", "ya", "yes"),
        (25.0, 30.0, Form.MINUTES, "min", "25 menit", "25 min"),
        (4_000.0, 3_600.0, Form.SECONDS, "s", "1 jam 6 menit", "1 h 6 min"),
        (0.125, 0.1, Form.POINTS, "", "12,5 poin persen", "12.5 percentage points"),
        (78.0, 80.0, Form.NUMBER, "%", "78%", "78%"),
        (33.5, 32.0, Form.NUMBER, "°C", "33,5 °C", "33.5 °C"),
        (-3.25, 0.0, Form.NUMBER, "cm/10 min", "-3,2 cm/10 menit", "-3.2 cm/10 min"),
        (0.973, 0.95, Form.NUMBER, "", "0,97", "0.97"),
        (0.041, 1.0, Form.NUMBER, "", "0,04", "0.04"),
        (2.04, 1.25, Form.NUMBER, "", "2,04", "2.04"),
        (812.4, 800.5, Form.NUMBER, "cm", "812,4 cm", "812.4 cm"),
        (0.412, 0.5, Form.SHARE, "", "41,2%", "41.2%"),
        (0.002, 0.05, Form.SHARE, "", "0,2%", "0.2%"),
        (None, 1.0, Form.NUMBER, "cm", "tidak diketahui", "unknown"),
        (nan, 1.0, Form.NUMBER, "cm", "tidak diketahui", "unknown"),
    ],
)
def test_a_value_is_written_as_its_figure_and_the_language_ask(
    value: float | None, limit: float, form: Form, unit: str, indonesian: str, english: str
) -> None:
    assert value_text(value, limit, form, unit, ID) == indonesian
    assert value_text(value, limit, form, unit, EN) == english


@pytest.mark.parametrize(
    ("value", "text"), [(0.9504, "95.04%"), (0.950004, "95.0004%"), (0.95, "95%"), (0.9496, "94.96%")]
)
def test_a_value_beside_its_limit_is_written_with_the_digits_that_tell_them_apart(value: float, text: str) -> None:
    assert value_text(value, 0.95, Form.SHARE, "", EN) == text


@pytest.mark.parametrize(
    ("when", "limit", "form", "indonesian", "english"),
    [
        (">", 0.95, Form.SHARE, "di atas 95%", "above 95%"),
        (">=", 0.955, Form.SHARE, "95,5% atau lebih", "95.5% or more"),
        ("<", 20.0, Form.NUMBER, "di bawah 20", "below 20"),
        ("<=", 0.5, Form.NUMBER, "0,5 atau kurang", "0.5 or less"),
        ("<=", 2.0, Form.SIAGA, "Siaga 2 atau lebih buruk", "Siaga 2 or worse"),
        ("<", 3.0, Form.SIAGA, "Siaga 2 atau lebih buruk", "Siaga 2 or worse"),
        ("<", 2.5, Form.SIAGA, "Siaga 2 atau lebih buruk", "Siaga 2 or worse"),
        ("<=", 1.0, Form.SIAGA, "Siaga 1", "Siaga 1"),
        (">=", 3.0, Form.SIAGA, "Siaga 3 atau lebih baik", "Siaga 3 or better"),
        (">", 5.0, Form.SERVICE, "F", "F"),
        (">", 4.0, Form.SERVICE, "E atau lebih buruk", "E or worse"),
        (">=", 4.5, Form.SERVICE, "E atau lebih buruk", "E or worse"),
        (">=", 3.0, Form.ISPU, "Tidak Sehat atau lebih buruk", "Unhealthy or worse"),
        (">", 0.5, Form.TRUTH, "", ""),
    ],
)
def test_a_limit_says_on_which_side_an_alert_begins(
    when: str, limit: float, form: Form, indonesian: str, english: str
) -> None:
    assert limit_text(when, limit, form, "", ID) == indonesian
    assert limit_text(when, limit, form, "", EN) == english
