from config.checks.city import DeviceFinding, check_devices, check_ids, check_zone_names
from config.duty import Office
from config.settings import Device, Settings, Zone


def test_ids_of_zones_and_offices_stand_once():
    settings = Settings(
        zones=(Zone(id="kapas"), Zone(id="balen"), Zone(id="kapas")), offices=(Office(id="kapas"), Office(id="kapas"))
    )
    assert [(finding.message, finding.paths) for finding in check_ids(settings)] == [
        ("'kapas' is {other} too; ids stand once", (("zones", 2, "id"), ("zones", 0, "id"))),
        ("'kapas' is {other} too; ids stand once", (("offices", 1, "id"), ("offices", 0, "id"))),
    ]


def test_a_zone_is_not_named_as_what_is_no_zone():
    settings = Settings(zones=(Zone(id="kapas"), Zone(id="all"), Zone(id="unassigned"), Zone(id="denyut")))
    assert [finding.message for finding in check_zone_names(settings)] == [
        "'all' stands for the whole city; choose another id",
        "'unassigned' stands for the devices without a zone; choose another id",
        "'denyut' stands for the backend itself; choose another id",
    ]


def test_a_device_is_known_by_its_kind_and_id():
    devices = [Device(id="1", kind="air"), Device(id="1", kind="noise"), Device(id="1", kind="air")]
    assert list(check_devices(devices, [], [])) == [
        DeviceFinding(2, "id", "air device '1' is listed twice; also in ", 0)
    ]


def test_a_device_names_a_zone_and_an_office_that_exist():
    devices = [Device(id="1", kind="air", zone="kapsa", office="dlh"), Device(id="2", kind="air")]
    zones = [f"z{number}" for number in range(8)]
    assert list(check_devices(devices, ["kapas", "balen"], ["dlh"])) == [
        DeviceFinding(0, "zone", "there is no zone 'kapsa'; did you mean 'kapas'?")
    ]
    assert list(check_devices(devices, zones, [])) == [
        DeviceFinding(0, "zone", "there is no zone 'kapsa'; there is z0, z1, z2, z3, z4, z5 and 2 more")
    ]


def test_the_stages_of_a_river_gauge_rise_towards_siaga_1():
    devices = [
        Device(id="katulampa", kind="water", siaga_3=80, siaga_2=150, siaga_1=200),
        Device(id="depok", kind="water", siaga_3=270, siaga_2=200),
        Device(id="pasar", kind="water", siaga_3=170, siaga_1=170),
    ]
    assert list(check_devices(devices, [], [])) == [
        DeviceFinding(1, "siaga_2", "Siaga 2 (200 cm) must begin above Siaga 3 (270 cm)"),
        DeviceFinding(2, "siaga_1", "Siaga 1 (170 cm) must begin above Siaga 3 (170 cm)"),
    ]


def test_a_gauge_names_another_one_downstream_together_with_the_time_until_a_wave_is_there():
    hour = 3_600_000_000_000
    devices = [
        Device(id="katulampa", kind="water", downstream="depok", travel_time=3 * hour),
        Device(id="depok", kind="water", downstream="mangarai", travel_time=6 * hour),
        Device(id="manggarai", kind="water", downstream="manggarai", travel_time=hour),
        Device(id="karet", kind="water", downstream="manggarai"),
        Device(id="pasar", kind="water", travel_time=hour),
        Device(id="mangarai", kind="air"),
    ]
    assert list(check_devices(devices, [], [])) == [
        DeviceFinding(1, "downstream", "there is no water device 'mangarai'; did you mean 'manggarai'?"),
        DeviceFinding(2, "downstream", "'manggarai' cannot lie downstream of itself"),
        DeviceFinding(3, "downstream", "downstream says nothing without travel_time"),
        DeviceFinding(4, "travel_time", "travel_time says nothing without downstream"),
    ]
