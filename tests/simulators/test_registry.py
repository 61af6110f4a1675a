import pytest

from config.settings import Device, Kind, Quantity, Settings, Source, Zone
from simulators.registry import SHARES, choose_devices, shares_of, without_quantities


def test_devices_of_kinds_that_cannot_be_simulated_are_left_out() -> None:
    settings = Settings(devices=(Device(id="1", kind="air"), Device(id="2", kind="lift")))
    assert [device.id for roster in choose_devices(settings).values() for device in roster] == ["1"]


def test_fewer_devices_than_registered_keep_every_kind() -> None:
    devices = tuple(Device(id=f"{kind}{n}", kind=kind) for kind in ("parking", "air", "water") for n in range(10))
    chosen = choose_devices(Settings(devices=devices), 6)
    assert {kind: len(roster) for kind, roster in chosen.items()} == {"air": 2, "parking": 2, "water": 2}


def test_made_devices_join_the_registered_ones_in_the_zones_of_the_city() -> None:
    settings = Settings(zones=(Zone(id="kota"),), devices=(Device(id="parking-0001", kind="parking", zone="kota"),))
    devices = [device for roster in choose_devices(settings, 40).values() for device in roster]
    assert len({(device.kind, device.id) for device in devices}) == 40
    assert {device.zone for device in devices} == {"kota"}


def test_a_small_made_city_has_every_kind_and_a_large_one_keeps_the_shares() -> None:
    assert all(count > 0 for count in shares_of(9).values())
    six = {"parking": 600, "traffic": 1000, "air": 450, "noise": 450, "water": 300, "weather": 400}
    assert shares_of(4000) == {**six, "pm": 300, "light": 300, "bin": 200}
    assert shares_of(4009) == {kind: 10 * share + shares_of(9)[kind] for kind, share in SHARES.items()}


def test_the_first_devices_of_a_larger_city_are_those_of_a_smaller_one() -> None:
    small, large = (choose_devices(Settings(), count) for count in (50, 1000))
    assert all(list(large[kind][: len(roster)]) == list(roster) for kind, roster in small.items())


def test_a_device_whose_name_cannot_be_a_topic_level_is_refused() -> None:
    settings = Settings(devices=(Device(id="a/b", kind="air"),))
    with pytest.raises(ValueError, match="device 'a/b' cannot be a level of a topic"):
        choose_devices(settings)


def test_devices_of_a_kind_of_ones_own_are_taken_where_its_quantities_are_configured() -> None:
    kinds = {"hydrant": Kind(quantities={"pressure": Quantity(min=0, max=16)}), "pump": Kind()}
    devices = [Device(id=f"{kind}-{number}", kind=kind) for kind in ("hydrant", "air", "pump") for number in (1, 2)]
    settings = Settings(kinds=kinds, devices=(*devices, Device(id="L", kind="lift")))
    assert {kind: roster.ids for kind, roster in choose_devices(settings).items()} == {
        "air": ["air-1", "air-2"],
        "hydrant": ["hydrant-1", "hydrant-2"],
    }
    assert {kind: len(roster) for kind, roster in choose_devices(settings, 2).items()} == {"air": 1, "hydrant": 1}
    assert without_quantities(settings) == {"pump": 2, "lift": 1}


def test_a_source_of_one_own_kind_needs_devices_of_it() -> None:
    source = Source(topics=("hydrants/+",), topic="hydrants/{device}", kind="hydrant")
    settings = Settings(sources=(source,), kinds={"hydrant": Kind(quantities={"pressure": Quantity()})})
    with pytest.raises(ValueError, match=r"no devices are configured of the kinds that are read \(hydrant\), nor"):
        choose_devices(settings)


def test_a_kind_that_cannot_be_a_topic_level_is_refused() -> None:
    kinds = {"fire/hydrant": Kind(quantities={"pressure": Quantity()})}
    settings = Settings(kinds=kinds, devices=(Device(id="H", kind="fire/hydrant"),))
    with pytest.raises(ValueError, match="kind 'fire/hydrant' of device 'H' cannot be a level of a topic"):
        choose_devices(settings)
