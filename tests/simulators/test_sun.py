from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from simulators.sun import Sun


def day_of(day: date) -> np.ndarray:
    return np.array([float((day - date(1970, 1, 1)).days)])


def hours(clock: str) -> float:
    hour, minute = clock.split(":")
    return int(hour) + int(minute) / 60


@pytest.mark.parametrize(
    ("place", "longitude", "day", "noon"),
    [
        # When the sun culminates overhead, as BMKG gives it for 2019.
        ("Bandung", 107.61, date(2019, 10, 11), "11:36"),
        ("Surabaya", 112.75, date(2019, 10, 12), "11:15"),
    ],
)
def test_the_sun_culminates_when_the_calendar_says(place: str, longitude: float, day: date, noon: str) -> None:
    culminates_h = 12.0 - Sun.on(day_of(day)).ahead_h[0] + (105.0 - longitude) / 15.0
    assert culminates_h == pytest.approx(hours(noon), abs=2 / 60), place


def test_the_sun_rises_and_sets_in_jakarta_when_the_almanac_says() -> None:
    # 25 January 2023: 05:51 and 18:17 WIB; the upper limb in refracted air, so at -0.833 degrees.
    sun = Sun.on(day_of(date(2023, 1, 25)))
    dark_h = sun.dark_h(np.array([-6.2]), np.array([-0.833]))[0]
    midnight_h = -sun.ahead_h[0] + (105.0 - 106.85) / 15.0
    assert midnight_h + dark_h == pytest.approx(hours("05:51"), abs=2 / 60)
    assert 24.0 + midnight_h - dark_h == pytest.approx(hours("18:17"), abs=2 / 60)


def test_declination_is_that_of_the_tropics_at_the_solstices_and_none_at_the_equinoxes() -> None:
    days = (date(2026, 6, 21), date(2026, 12, 21), date(2026, 3, 20), date(2026, 9, 23))
    declination = np.degrees([Sun.on(day_of(day)).declination[0] for day in days])
    assert declination == pytest.approx([23.44, -23.44, 0.0, 0.0], abs=0.6)


def test_beyond_the_polar_circle_the_sun_stays_up_or_down() -> None:
    sun = Sun.on(day_of(date(2026, 6, 21)))
    north, south = sun.dark_h(np.array([70.0]), np.zeros(1)), sun.dark_h(np.array([-70.0]), np.zeros(1))
    assert (north[0], south[0]) == (0.0, 12.0)


def test_the_year_of_the_sun_keeps_its_place_for_decades() -> None:
    first = datetime(1975, 6, 21, tzinfo=UTC).date()
    later = [Sun.on(day_of(first + timedelta(days=round(365.2425 * years)))).declination[0] for years in range(100)]
    assert np.ptp(later) < np.radians(0.1)
