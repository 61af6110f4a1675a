import pytest

from config.language import open_language
from config.settings import Device
from dashboard.live.figure_columns import COLUMNS, cell, expected_figures, fitting_columns
from dashboard.live.zone_figures import NO_DATA, Figure
from processors.indicators.catalogue import UNITS

ISPU = next(column for column in COLUMNS if column.form == "ispu")


def test_devices_should_give_the_figures_of_their_kind_for_their_zone_and_the_city() -> None:
    devices = [Device(id="p1", kind="parking", zone="kapas"), Device(id="w1", kind="water", zone="kapas")]
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
    [(80, [0, 1, 2, 3, 4, 5, 6, 7]), (79, [0, 1, 2, 3, 4, 5, 7]), (40, [0, 3, 5, 7]), (10, [7]), (9, [])],
)
def test_the_most_telling_columns_are_kept_in_their_order(room: int, kept: list[int]) -> None:
    assert fitting_columns([10] * 8, room) == kept


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
