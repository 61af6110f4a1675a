import numpy as np

from processors.indicators.zone_layout import lay_out

NAMES = (("bojonegoro", "kota"), ("bojonegoro", "pasar"), ("cepu", "kota"), ("cepu", "stasiun"))


def test_zones_without_a_device_are_left_out() -> None:
    layout = lay_out(np.array([3, 0, 0, 2], np.int32), NAMES)
    assert layout.zones == (("bojonegoro", "kota"), ("cepu", "kota"), ("cepu", "stasiun"))
    assert layout.zone_of_device.tolist() == [2, 0, 0, 1]


def test_each_zone_belongs_to_its_city() -> None:
    layout = lay_out(np.array([3, 1], np.int32), NAMES)
    assert layout.cities == ("bojonegoro", "cepu")
    assert layout.city_of_zone.tolist() == [0, 1]
