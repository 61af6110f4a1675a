import pytest

from config.timezones import checked_timezone


@pytest.mark.parametrize("name", ["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "UTC"])
def test_a_time_zone_of_the_database_is_taken(name):
    assert checked_timezone(name) == name


@pytest.mark.parametrize("name", ["Asia/Jakart", "asia", "Asia", "", "/etc/localtime", "../../etc/passwd", "WIB\0"])
def test_any_other_name_is_refused_with_the_value(name):
    with pytest.raises(ValueError, match="is no time zone"):
        checked_timezone(name)


def test_the_nearest_time_zone_is_named():
    with pytest.raises(ValueError, match="did you mean 'Asia/Jakarta'"):
        checked_timezone("Asia/Jakarrta")
