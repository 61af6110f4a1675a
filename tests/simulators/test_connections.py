"""Which connection a device speaks over, and when one has nobody left."""

import numpy as np

from config.settings import City, Device, Settings
from simulators.connections import Routes
from simulators.fleet import Fleet

DEVICES = [
    *(Device(id=f"A{number}", kind="air", gateway=f"GW{number % 2}") for number in range(4)),
    *(Device(id=f"N{number}", kind="noise", gateway=f"GW{number % 2}") for number in range(4)),
]
FLEET = Fleet(Settings(city=City(id="kota"), devices=tuple(DEVICES)))


def routes(count: int) -> Routes:
    return Routes(FLEET, lambda kind, device: f"{kind}/{FLEET.groups[kind].devices[device].id}", count)


def away(kind: str, *numbers: int) -> dict[str, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    return {kind: np.isin(np.arange(4), numbers)}


def test_one_connection_is_that_of_all() -> None:
    assert {routes(1).number(f"{device.kind}/{device.id}") for device in DEVICES} == {0}


def test_as_many_connections_as_devices_give_each_its_own() -> None:
    numbers = [routes(8).number(f"{device.kind}/{device.id}") for device in DEVICES]
    assert sorted(numbers) == [0, 1, 2, 3, 4, 5, 6, 7]


def test_devices_that_share_a_gateway_are_side_by_side() -> None:
    found = {device.id: routes(2).number(f"{device.kind}/{device.id}") for device in DEVICES}
    assert {device.id for device in DEVICES if found[device.id] == 0} == {"A0", "A2", "N0", "N2"}


def test_a_connection_is_idle_when_all_of_its_devices_are_away_and_no_sooner() -> None:
    assert routes(2).idle({}) == set()
    assert routes(2).idle(away("air", 0, 2)) == set()
    assert routes(2).idle({**away("air", 0, 2), **away("noise", 0, 2)}) == {0}
    assert routes(1).idle({**away("air", 0, 1, 2, 3), **away("noise", 0, 1, 2, 3)}) == {0}
    assert routes(8).idle(away("air", 3)) == {routes(8).number("air/A3")}


def test_connections_without_a_device_are_kept() -> None:
    everybody = {**away("air", 0, 1, 2, 3), **away("noise", 0, 1, 2, 3)}
    assert len(routes(20).idle(everybody)) == 8
