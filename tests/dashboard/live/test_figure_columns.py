import pytest

from config.language import open_language
from config.settings import Device
from dashboard.live.figure_columns import COLUMNS, cell, columns_of, expected_figures, fitting_columns
from dashboard.live.zone_figures import NO_DATA, Figure, newest_figures
from processors.indicators.catalogue import UNITS
from tests.dashboard.live.scenes import indicator

ISPU = next(column for column in COLUMNS if column.indicator == "ispu_indicative")
LATE = next(at for at, column in enumerate(COLUMNS) if column.is_late)


def test_devices_should_give_the_figures_of_their_kind_for_their_zone_and_the_city() -> None:
    devices = [Device(id="p1", kind="parking", zone="kapas"), Device(id="k1", kind="satisfaction", zone="kapas")]
    assert expected_figures(devices) == {
        ("kapas", "parking_occupancy"),
        ("kapas", "parking_free"),
        ("all", "parking_occupancy"),
        ("all", "parking_free"),
    }


def test_a_device_without_a_zone_counts_for_the_unassigned() -> None:
    assert ("unassigned", "pm25") in expected_figures([Device(id="a1", kind="air")])


def test_every_column_is_an_indicator_that_is_made() -> None:
    assert {column.indicator for column in COLUMNS} <= set(UNITS)


@pytest.mark.parametrize(
    ("room", "kept"),
    [(100, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), (99, [0, 1, 2, 3, 4, 5, 6, 8, 9]), (40, [0, 4, 6, 9]), (10, [6]), (9, [])],
)
def test_the_most_telling_columns_are_kept_in_their_order(room: int, kept: list[int]) -> None:
    assert fitting_columns(range(10), [10] * 10, room) == kept


def test_what_takes_a_quarter_of_an_hour_has_no_column_until_it_has_come() -> None:
    now, later = (newest_figures([indicator("kapas", name, 1.0)]) for name in ("pm25", "rain_1h_class"))
    assert now is not None
    assert later is not None
    assert (LATE in columns_of(now), LATE in columns_of(later)) == (False, True)
    assert "rain_1h_class" not in {name for _, name in expected_figures([Device(id="c1", kind="weather")])}


@pytest.mark.parametrize(
    ("index", "text"),
    [
        (50.0, "50 Baik (80%)"),
        (51.0, "51 Sedang (80%)"),
        (200.0, "200 Tidak Sehat (80%)"),
        (300.0, "300 Sangat Tidak Sehat (80%)"),
        (301.0, "301 Berbahaya (80%)"),
    ],
)
def test_an_index_is_written_with_its_category(index: float, text: str) -> None:
    assert cell(ISPU, Figure(index, 0.8), open_language("id")).plain == text


def test_an_index_without_data_has_no_category() -> None:
    assert cell(ISPU, NO_DATA, open_language("id")).plain == "tanpa data"
