import numpy as np

from config.settings import Device
from ingest.devices import DeviceTable
from processors.cadence import Cadences
from processors.window_batch import WindowBatch
from processors.zones import Zones
from tests.processors.batches import SECOND_NS, at


def closed(kind: str, *devices: int) -> WindowBatch:
    rows = np.array(devices, np.int32)
    ones = np.ones(len(rows), np.int64)
    return WindowBatch(kind, 60 * SECOND_NS, at("10:01:00"), rows, ones, ones.astype(np.int32), {})


def test_a_window_stands_among_all_known_devices_of_its_kind() -> None:
    table = DeviceTable([Device(id="P2", kind="parking", zone="kota", capacity=40)])
    rows = [table.row("c", kind, name) for kind, name in (("air", "A1"), ("parking", "P1"), ("parking", "P2"))]
    cadences = Cadences()
    cadences.fix(rows[2], 30 * SECOND_NS)
    around = Zones(table, cadences).around(closed("parking", rows[2]))
    places = [around.zones[number] for number in around.zone.tolist()]
    assert places == [("c", "unassigned"), ("c", "kota")]
    assert around.row.tolist() == [1]
    assert np.array_equal(around.capacity, np.array([np.nan, 40]), equal_nan=True)
    assert np.array_equal(around.expected, np.array([np.nan, 2]), equal_nan=True)


def test_devices_that_appear_later_are_taken_in() -> None:
    table = DeviceTable([Device(id="P2", kind="parking", zone="kota", capacity=40)])
    zones = Zones(table, Cadences())
    first = table.row("c", "parking", "P1", "north")
    assert zones.around(closed("parking", first)).zone.shape == (1,)
    second = table.row("c", "parking", "P2", "north")
    around = zones.around(closed("parking", first, second))
    assert [around.zones[number] for number in around.zone.tolist()] == [("c", "north"), ("c", "kota")]
    assert np.array_equal(around.capacity, np.array([np.nan, 40]), equal_nan=True)


def test_the_same_zone_in_two_cities_is_two_zones() -> None:
    table = DeviceTable()
    rows = [table.row(city, "air", "A1", "north") for city in ("c", "d")]
    around = Zones(table, Cadences()).around(closed("air", *rows))
    assert [around.zones[number] for number in around.zone.tolist()] == [("c", "north"), ("d", "north")]
