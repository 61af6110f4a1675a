from collections import Counter

import pytest

from config.settings import Device, Settings, Zone
from simulators.registry import choose_devices, make_devices


def test_devices_of_kinds_that_cannot_be_simulated_are_left_out() -> None:
    settings = Settings(devices=(Device(id="1", kind="air"), Device(id="2", kind="lift")))
    assert [device.id for device in choose_devices(settings)] == ["1"]


def test_fewer_devices_than_registered_keep_every_kind() -> None:
    devices = tuple(Device(id=f"{kind}{n}", kind=kind) for kind in ("parking", "air", "water") for n in range(10))
    chosen = choose_devices(Settings(devices=devices), 6)
    assert Counter(device.kind for device in chosen) == {"air": 2, "parking": 2, "water": 2}


def test_made_devices_join_the_registered_ones_in_the_zones_of_the_city() -> None:
    settings = Settings(zones=(Zone(id="kota"),), devices=(Device(id="parking-0001", kind="parking", zone="kota"),))
    devices = choose_devices(settings, 40)
    assert len({(device.kind, device.id) for device in devices}) == 40
    assert {device.zone for device in devices} == {"kota"}


def test_a_small_made_city_has_every_kind_and_a_large_one_keeps_the_shares() -> None:
    assert {device.kind for device in make_devices(9)} == {"parking", "traffic", "air", "noise", "water", "weather"}
    shares = Counter(device.kind for device in make_devices(3200))
    assert shares == {"parking": 600, "traffic": 1000, "air": 450, "noise": 450, "water": 300, "weather": 400}


def test_the_first_devices_of_a_larger_city_are_those_of_a_smaller_one() -> None:
    assert make_devices(320)[:50] == make_devices(50)


def test_a_device_whose_name_cannot_be_a_topic_level_is_refused() -> None:
    settings = Settings(devices=(Device(id="a/b", kind="air"),))
    with pytest.raises(ValueError, match="device 'a/b' cannot be a level of a topic"):
        choose_devices(settings)
