import pytest

from alerts.texts.fields import QUANTITIES, figure_of_field, unit_holds
from config.default_kinds import DEFAULT_KINDS
from config.language import open_language

ID, EN = open_language("id"), open_language("en")


def test_every_usual_quantity_has_a_name() -> None:
    usual = {name for kind in DEFAULT_KINDS.values() for name in kind.quantities}
    assert usual - set(QUANTITIES) == set()


@pytest.mark.parametrize(
    ("field", "indonesian", "english"),
    [
        ("battery_last", "daya baterai", "battery charge"),
        ("speed_max", "kecepatan kendaraan tertinggi", "highest vehicle speed"),
        ("pm25_anomaly", "skor ketidaklaziman PM2.5", "how unusual PM2.5 is, as a score"),
        ("temperature_mean", "suhu udara rata-rata", "mean air temperature"),
        ("speed_p85", "persentil ke-85 kecepatan kendaraan", "percentile 85 of vehicle speed"),
        ("open_time_1", "lama tempat parkir buka pada keadaan 1", "time of car park open in state 1"),
        ("level_cm_out_of_range", "nilai tinggi muka air di luar rentang", "values of water level out of range"),
        ("silent_intervals", "pembacaan yang tidak datang", "expected readings that did not come"),
        ("fill_level_last", "fill level", "fill level"),
        ("odd", "odd", "odd"),
    ],
)
def test_a_field_of_windows_has_a_name_in_plain_words(field: str, indonesian: str, english: str) -> None:
    assert (figure_of_field(field).name(ID), figure_of_field(field).name(EN)) == (indonesian, english)


def test_a_score_and_a_count_are_not_in_the_unit_of_their_quantity() -> None:
    fields = ("pm25_mean", "pm25_last", "pm25_std", "pm25_anomaly", "pm25_count", "pm25_flags", "silent_s")
    assert [unit_holds(field) for field in fields] == [True, True, True, False, False, False, False]
