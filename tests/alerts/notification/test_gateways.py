from alerts.notification.gateways import Gateways
from config.settings import Device

CHAIN = (
    Device(id="mast", kind="gateway"),
    Device(id="gw-1", kind="gateway", gateway="mast"),
    Device(id="b1", kind="bin", gateway="gw-1"),
    Device(id="b2", kind="bin"),
)


def test_a_device_is_heard_through_its_gateway_and_those_behind_it() -> None:
    gateways = Gateways(CHAIN)
    assert gateways.of("bin", "b1") == ("gw-1", "mast")
    assert gateways.of("gateway", "mast") == gateways.of("bin", "b2") == gateways.of("", "") == ()


def test_gateways_that_name_each_other_are_followed_once() -> None:
    ring = Gateways([Device(id="a", kind="gateway", gateway="b"), Device(id="b", kind="gateway", gateway="a")])
    assert ring.of("gateway", "a") == ("b", "a")


def test_the_nearest_of_a_gateway_is_itself() -> None:
    gateways = Gateways(CHAIN)
    assert gateways.nearest("bin", "b1") == gateways.nearest("gateway", "gw-1") == "gw-1"
    assert gateways.nearest("bin", "b2") == ""
