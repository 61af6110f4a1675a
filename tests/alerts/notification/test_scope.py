from alerts.notification.scope import Scope
from config.duty import Maintenance
from tests.alerts.notification.opened import of_device, of_zone


def scope(**names: tuple[str, ...]) -> Scope:
    return Scope.of(Maintenance(id="works", **names))


def test_what_is_empty_fits_all() -> None:
    assert scope().fits(of_zone(), "parking")
    assert scope().fits(of_device(), "bin")


def test_each_name_that_is_given_must_be_the_alerts_own() -> None:
    named = scope(rules=("full", "busy"), zones=("kota",))
    assert named.fits(of_zone(rule="busy"), "parking")
    assert not named.fits(of_zone(rule="empty"), "parking")
    assert not named.fits(of_zone(zone="dander"), "parking")


def test_a_kind_fits_figures_of_zones_that_are_made_of_it() -> None:
    assert scope(kinds=("parking",)).fits(of_zone(), "parking")
    assert not scope(kinds=("parking",)).fits(of_zone(), "traffic")


def test_a_device_fits_no_alert_of_a_zone() -> None:
    assert scope(devices=("b1",)).fits(of_device(), "bin")
    assert not scope(devices=("b1",)).fits(of_device(device="b2"), "bin")
    assert not scope(devices=("b1",)).fits(of_zone(), "bin")


def test_one_zone_is_not_the_city_as_a_whole() -> None:
    assert not scope(zones=("kota",)).fits(of_zone(zone="all"), "parking")
