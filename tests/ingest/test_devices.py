import numpy as np
import pytest

from config.settings import Device
from ingest.devices import UNASSIGNED, DeviceIdentity, DeviceTable


@pytest.fixture
def table() -> DeviceTable:
    return DeviceTable(
        [Device(id="p1", kind="parking", zone="kapas", capacity=120), Device(id="p2", kind="parking", capacity=80)]
    )


def test_a_device_keeps_its_row(table: DeviceTable) -> None:
    assert [table.row("bjn", "air", name) for name in ("a", "b", "a", "c", "b")] == [0, 1, 0, 2, 1]
    assert len(table) == 3


def test_devices_of_one_name_are_told_apart_by_city_and_kind(table: DeviceTable) -> None:
    rows = [table.row("bjn", "air", "s1"), table.row("bjn", "noise", "s1"), table.row("tuban", "air", "s1")]
    assert rows == [0, 1, 2]
    assert table.identities[1] == DeviceIdentity("bjn", "noise", "s1", UNASSIGNED)


def test_the_zone_is_the_registrys_then_the_topics_then_none(table: DeviceTable) -> None:
    table.row("bjn", "parking", "p1", "dander")
    table.row("bjn", "parking", "p2", "dander")
    table.row("bjn", "parking", "p3")
    assert [device.zone for device in table.identities] == ["kapas", "dander", "unassigned"]


def test_the_zone_of_the_first_sight_stays(table: DeviceTable) -> None:
    table.row("bjn", "air", "s1", "dander")
    table.row("bjn", "air", "s1", "kapas")
    assert table.identities[0].zone == "dander"


def test_a_registration_is_found_by_kind_and_name(table: DeviceTable) -> None:
    registered, stranger = table.row("bjn", "parking", "p1"), table.row("bjn", "air", "p1")
    entry = table.registration(registered)
    assert entry is not None
    assert entry.capacity == 120
    assert table.registration(stranger) is None


def test_registered_devices_have_no_row_before_they_are_seen(table: DeviceTable) -> None:
    assert (len(table), list(table.identities)) == (0, [])


def test_rows_name_their_devices(table: DeviceTable) -> None:
    rows = np.array([table.row("bjn", "air", f"s{number}") for number in (3, 1, 2)], np.int32)
    assert [table.identities[row].device for row in rows[::-1].tolist()] == ["s2", "s1", "s3"]
