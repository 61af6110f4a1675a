import pytest

from config.checks.scores import BY_KIND
from processors.indicators.catalogue import CATALOGUE, UNITS
from processors.indicators.domains import kind_of

OF_SEVERAL_KINDS = ("score_", "sensors_", "freshness_", "alert_response", "denyut_")


@pytest.mark.parametrize(
    ("indicator", "kind"),
    [
        ("parking_occupancy", "parking"),
        ("traffic_los_street", "traffic"),
        ("pm25", "air"),
        ("o3_weighted_8h", "air"),
        ("us_aqi_pm25_nowcast", "air"),
        ("ispu_indicative", "air"),
        ("noise_l10", "noise"),
        ("heat_index", "weather"),
        ("rain_1h_class", "weather"),
        ("dew_point", "weather"),
        ("water_siaga_held", "water"),
        ("satisfaction_fair", "satisfaction"),
        ("lamp_sensors_alive_share", "lamp"),
        ("score_city", ""),
        ("sensors_alive_share", ""),
        ("no_such_thing", ""),
    ],
)
def test_an_indicator_speaks_of_one_kind_of_device_or_of_several(indicator: str, kind: str) -> None:
    assert kind_of(indicator) == kind


def test_every_indicator_that_is_made_of_one_kind_is_known_as_such() -> None:
    without = [name for name in UNITS if not kind_of(name) and not name.startswith(OF_SEVERAL_KINDS)]
    assert without == []
    assert {kind_of(name) for name in UNITS} == {*CATALOGUE, ""}


@pytest.mark.parametrize("name", BY_KIND)
def test_what_each_kind_has_of_its_own_is_of_that_kind(name: str) -> None:
    assert kind_of(f"bin_{name}") == "bin"
