import pytest

from config.load import load_settings
from config.mistakes import ConfigurationError


def written(tmp_path, text):
    file = tmp_path / "city.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_rules_stand_below_their_kind(tmp_path):
    file = written(tmp_path, "[kinds.weather.indicators]\nrain_hour = [0.1, 1, 4, 10, 50]\n")
    rules = load_settings(file).kinds["weather"].indicators
    assert rules.rain_hour == (0.1, 1, 4, 10, 50)
    assert rules.heat_risk == (80, 90, 103, 125)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("heat_risk = [80, 90, 90, 125]", "[80.0, 90.0, 90.0, 125.0] must ascend"),
        ("us_aqi_above_300 = 'three'", "must be 'one' or 'two', not 'three'"),
        ("los_speed = [80, 70, 70, 50, 30]", "[80.0, 70.0, 70.0, 50.0, 30.0] must descend"),
        ("parking_target = 85", "must be less than 1, not 85"),
        ("rain_week = 3", "unknown key 'rain_week'"),
    ],
)
def test_a_rule_that_means_nothing_is_refused_with_its_line(tmp_path, line, sentence):
    with pytest.raises(ConfigurationError) as refused:
        load_settings(written(tmp_path, f"[kinds.air.indicators]\n{line}\n"))
    assert sentence in str(refused.value)
    assert "city.toml:2:" in str(refused.value)


def test_the_land_use_of_a_zone_is_the_limit_of_its_sound_level_meters(tmp_path):
    zone = '[[zones]]\nid = "kota"\nland_use = "perumahan"\n'
    devices = '[[devices]]\nid = "N1"\nkind = "noise"\nzone = "kota"\n'
    (device,) = load_settings(written(tmp_path, zone + devices)).devices
    assert device.noise_limit == 55


def test_durations_and_hours_of_car_parks_are_read_as_people_write_them(tmp_path):
    lines = 'parking_debounce = "0s"\nparking_silence = "2d"\nparking_empty_hour = 3\n'
    rules = load_settings(written(tmp_path, f"[kinds.parking.indicators]\n{lines}")).kinds["parking"].indicators
    assert (rules.parking_debounce, rules.parking_silence, rules.parking_empty_hour) == (0, 172_800 * 10**9, 3)
