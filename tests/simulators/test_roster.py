import numpy as np

from config.settings import Device
from simulators.roster import Roster

REGISTERED = (Device(id="P1", kind="parking", zone="north", capacity=40), Device(id="P2", kind="parking"))


def test_registered_devices_stand_before_made_ones() -> None:
    roster = Roster("parking", REGISTERED, (1, 2, 4), ("north", "south"))
    assert len(roster) == 5
    assert [device.id for device in roster] == ["P1", "P2", "parking-0001", "parking-0002", "parking-0004"]
    assert roster.ids == [device.id for device in roster]
    assert roster.zones == ["north", "", "south", "north", "north"] == [device.zone for device in roster]


def test_a_made_device_has_an_id_a_zone_and_a_gateway_and_is_the_same_each_time() -> None:
    roster = Roster("light", (), range(1, 121), ("north", "south"), of_gateway=30)
    assert roster[64] == Device(id="light-0065", kind="light", zone="south", gateway="gateway-south-3")
    assert roster[-1] == roster[119] == list(roster)[119]
    assert [device.id for device in roster[:2]] == ["light-0001", "light-0002"]
    assert {device.gateway for device in roster} == {
        f"gateway-{zone}-{number}" for zone in ("north", "south") for number in (1, 2, 3, 4)
    }


def test_what_is_registered_stands_in_a_column_and_the_other_where_nothing_is() -> None:
    roster = Roster("parking", REGISTERED, (1,))
    assert roster.each(lambda device: device.capacity, 7.0).tolist() == [40.0, 7.0, 7.0]
    assert roster.each(lambda device: device.capacity, np.array([1.0, 2.0, 3.0])).tolist() == [40.0, 2.0, 3.0]
    assert np.isnan(roster.each(lambda device: device.capacity)).tolist() == [False, True, True]
