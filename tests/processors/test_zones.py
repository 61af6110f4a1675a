import numpy as np

from config.indicator_rules import IndicatorRules
from config.settings import Device, Kind, Quantity
from ingest.devices import DeviceTable
from processors.cadence import Cadences
from processors.tracked import TrackedColumns
from processors.window_batch import WindowBatch
from processors.zones import Zones
from tests.processors.batches import SECOND_NS, at

RULES = IndicatorRules(noise_tolerance=0)
TRACKED = TrackedColumns(Kind(quantities={"laeq": Quantity(unit="dB(A)", kind="level")}, indicators=RULES))
TRACKED.indices(["laeq", "wind"])


def closed(kind: str, *devices: int) -> WindowBatch:
    rows = np.array(devices, np.int32)
    ones = np.ones(len(rows), np.int64)
    return WindowBatch(kind, 60 * SECOND_NS, at("10:01:00"), rows, ones, ones.astype(np.int32), {})


def test_a_window_stands_among_all_known_devices_of_its_kind() -> None:
    table = DeviceTable([Device(id="P2", kind="parking", zone="kota", capacity=40)])
    rows = [table.row("c", kind, name) for kind, name in (("air", "A1"), ("parking", "P1"), ("parking", "P2"))]
    cadences = Cadences()
    cadences.fix(rows[2], 30 * SECOND_NS)
    around = Zones(table, cadences).around(closed("parking", rows[2]), TRACKED)
    places = [around.zones[number] for number in around.zone.tolist()]
    assert places == [("c", "unassigned"), ("c", "kota")]
    assert around.row.tolist() == [1]
    assert np.array_equal(around.capacity, np.array([np.nan, 40]), equal_nan=True)
    assert np.array_equal(around.expected, np.array([np.nan, 2]), equal_nan=True)


def test_devices_that_appear_later_are_taken_in() -> None:
    table = DeviceTable([Device(id="P2", kind="parking", zone="kota", capacity=40)])
    zones = Zones(table, Cadences())
    first = table.row("c", "parking", "P1", "north")
    assert zones.around(closed("parking", first), TRACKED).zone.shape == (1,)
    second = table.row("c", "parking", "P2", "north")
    around = zones.around(closed("parking", first, second), TRACKED)
    assert [around.zones[number] for number in around.zone.tolist()] == [("c", "north"), ("c", "kota")]
    assert np.array_equal(around.capacity, np.array([np.nan, 40]), equal_nan=True)


def test_the_same_zone_in_two_cities_is_two_zones() -> None:
    table = DeviceTable()
    rows = [table.row(city, "air", "A1", "north") for city in ("c", "d")]
    around = Zones(table, Cadences()).around(closed("air", *rows), TRACKED)
    assert [around.zones[number] for number in around.zone.tolist()] == [("c", "north"), ("d", "north")]


def test_what_is_registered_of_a_device_stands_beside_its_row() -> None:
    table = DeviceTable([Device(id="W2", kind="water", siaga_3=80, siaga_1=200), Device(id="N1", kind="noise")])
    rows = [table.row("c", "water", name) for name in ("W1", "W2")]
    around = Zones(table, Cadences()).around(closed("water", rows[1]), TRACKED)
    nan = np.nan
    assert np.array_equal(around.registered["siaga_3"], [nan, 80], equal_nan=True)
    assert "siaga_2" not in around.registered
    assert np.array_equal(around.setting("siaga_2"), [nan], equal_nan=True)
    assert around.setting("siaga_1").tolist() == [200]


def test_a_road_stands_beside_its_row_as_its_number() -> None:
    table = DeviceTable([Device(id="T1", kind="traffic", road="2/2-UD", lanes=2), Device(id="T2", kind="traffic")])
    rows = [table.row("c", "traffic", name) for name in ("T1", "T2")]
    around = Zones(table, Cadences()).around(closed("traffic", *rows), TRACKED)
    assert np.array_equal(around.setting("road_number"), [0, np.nan], equal_nan=True)
    assert np.array_equal(around.setting("lanes"), [2, np.nan], equal_nan=True)


def test_the_length_of_a_road_and_its_free_travel_time_stand_beside_its_row() -> None:
    table = DeviceTable([Device(id="T1", kind="traffic", length=1030, free_travel_time=60)])
    around = Zones(table, Cadences()).around(closed("traffic", table.row("c", "traffic", "T1")), TRACKED)
    assert (around.setting("length").tolist(), around.setting("free_travel_time").tolist()) == ([1030], [60])


def test_the_units_of_what_was_ever_sent_and_the_rules_of_the_kind_stand_beside_the_window() -> None:
    table = DeviceTable()
    around = Zones(table, Cadences()).around(closed("noise", table.row("c", "noise", "N1")), TRACKED)
    assert around.units == {"laeq": "dB(A)", "wind": ""}
    assert around.rules.noise_tolerance == 0


def test_a_setting_of_a_device_that_appears_later_leaves_the_earlier_ones_as_they_were() -> None:
    table = DeviceTable([Device(id="W1", kind="water", siaga_3=80), Device(id="W3", kind="water", siaga_2=150)])
    zones = Zones(table, Cadences())
    zones.around(closed("water", table.row("c", "water", "W1")), TRACKED)
    rows = [table.row("c", "water", name) for name in ("W2", "W3")]
    around = zones.around(closed("water", *rows), TRACKED)
    nan = np.nan
    assert np.array_equal(around.registered["siaga_3"], [80, nan, nan], equal_nan=True)
    assert np.array_equal(around.registered["siaga_2"], [nan, nan, 150], equal_nan=True)


def test_a_gauge_is_told_the_place_of_the_one_downstream_however_late_that_one_speaks() -> None:
    nine_hours = 9 * 3_600 * SECOND_NS
    table = DeviceTable(
        [
            Device(id="katulampa", kind="water", downstream="manggarai", travel_time=nine_hours),
            Device(id="manggarai", kind="water"),
        ]
    )
    zones = Zones(table, Cadences())
    first = table.row("c", "water", "katulampa")
    alone = zones.around(closed("water", first), TRACKED)
    assert np.array_equal(alone.registered["downstream"], [np.nan], equal_nan=True)
    assert alone.registered["travel_time"].tolist() == [nine_hours]
    table.row("c", "air", "A1")
    table.row("c", "water", "other")
    second = table.row("c", "water", "manggarai")
    together = zones.around(closed("water", first, second), TRACKED)
    assert np.array_equal(together.registered["downstream"], [2, np.nan, np.nan], equal_nan=True)
