import pytest

from config.places import with_noise_limits
from config.settings import Device, Zone

ZONES = [Zone(id="kota", land_use="perdagangan-jasa"), Zone(id="kapas", noise_limit=52, land_use="perumahan")]


def meter(**fields):
    return Device(id="N1", kind="noise", **fields)


@pytest.mark.parametrize(
    ("device", "limit"),
    [
        (meter(zone="kota"), 70),
        (meter(zone="kapas"), 52),
        (meter(zone="kota", land_use="sekolah"), 55),
        (meter(zone="kota", land_use="sekolah", noise_limit=50), 50),
        (meter(zone="elsewhere"), None),
        (meter(), None),
        (Device(id="P1", kind="parking", zone="kota"), None),
    ],
)
def test_the_nearest_word_on_noise_holds(device, limit):
    (placed,) = with_noise_limits([device], ZONES)
    assert placed.noise_limit == limit
    assert placed == device.model_copy(update={"noise_limit": limit})
