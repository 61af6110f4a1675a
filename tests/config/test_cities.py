from collections import Counter

import pytest

from config.cities import shipped_cities, shipped_city
from config.default_kinds import DEFAULT_KINDS
from config.load import load_settings

# Of Kabupaten Bojonegoro: districts 28, population 1.35 million (mid 2022), area 2,307 km².
BOJONEGORO = load_settings(shipped_city("bojonegoro"))


def test_every_shipped_city_loads_without_a_mistake():
    assert shipped_cities() == ["bojonegoro"]
    for name in shipped_cities():
        assert load_settings(shipped_city(name)).city.id == name


def test_a_city_that_is_not_shipped_is_refused_with_what_there_is():
    with pytest.raises(ValueError, match=r"no city '\.\./etc' comes with Denyut; there is bojonegoro"):
        shipped_city("../etc")


def test_bojonegoro_has_its_districts_near_their_size():
    assert len(BOJONEGORO.zones) == 28
    assert sum(zone.population or 0 for zone in BOJONEGORO.zones) == pytest.approx(1_350_650, rel=0.02)
    assert sum(zone.area_km2 or 0 for zone in BOJONEGORO.zones) == pytest.approx(2_307, rel=0.03)


def test_bojonegoro_has_at_least_320_devices_of_six_kinds_and_some_kiosks():
    counts = Counter(device.kind for device in BOJONEGORO.devices)
    assert counts.total() >= 320
    assert set(counts) == set(DEFAULT_KINDS) - {"pm", "light", "bin"}
    kiosks = counts.pop("satisfaction")
    assert (min(counts.values()) >= 30, kiosks >= 5) == (True, True)


def test_every_device_stands_near_its_district_and_has_an_office_and_an_interval():
    zones = {zone.id: zone for zone in BOJONEGORO.zones}
    for device in BOJONEGORO.devices:
        zone = zones[device.zone]
        assert device.latitude == pytest.approx(zone.latitude, abs=0.07), device
        assert device.longitude == pytest.approx(zone.longitude, abs=0.07), device
        assert device.office
        assert device.every


def test_every_district_measures_its_air_and_every_car_park_has_a_capacity():
    assert {device.zone for device in BOJONEGORO.devices if device.kind == "air"} == {
        zone.id for zone in BOJONEGORO.zones
    }
    assert all(device.capacity for device in BOJONEGORO.devices if device.kind == "parking")


def test_the_office_of_a_kind_is_the_office_of_its_devices():
    offices = {kind: office.id for office in BOJONEGORO.offices for kind in office.kinds}
    for device in BOJONEGORO.devices:
        assert device.office in {offices[device.kind], "bpbd"}
