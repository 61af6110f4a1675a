from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.civil_time import civil_to_utc, distinct, utc_to_civil

SECOND_NS = 1_000_000_000


def civil_ns(text: str) -> int:
    return int(np.datetime64(text, "ns").astype(np.int64))


@pytest.mark.parametrize("zone", ["Asia/Jakarta", "Europe/Copenhagen", "America/Chicago", "Asia/Kathmandu"])
def test_columns_of_times_agree_with_zoneinfo_hour_by_hour_for_a_year(zone: str) -> None:
    place = ZoneInfo(zone)
    hours = 1_388_534_400 + 3600 * np.arange(8760)
    civil = utc_to_civil(hours * SECOND_NS, place)
    for hour, found in zip(hours.tolist(), civil.tolist(), strict=True):
        wall = datetime.fromtimestamp(hour, place).replace(tzinfo=None).isoformat()
        assert found == civil_ns(wall)


def test_a_local_time_in_jakarta_is_seven_hours_ahead_of_utc() -> None:
    time_ns = civil_to_utc(np.array([civil_ns("2021-10-16T00:00")]), ZoneInfo("Asia/Jakarta"))
    assert time_ns.tolist() == [civil_ns("2021-10-15T17:00")]


def test_the_hour_that_the_clock_shows_twice_is_the_first_and_the_skipped_one_moves_on() -> None:
    zone = ZoneInfo("Europe/Copenhagen")
    twice, skipped = civil_ns("2014-10-26T02:30"), civil_ns("2014-03-30T02:30")
    time_ns = civil_to_utc(np.array([twice, skipped]), zone)
    assert time_ns.tolist() == [civil_ns("2014-10-26T00:30"), civil_ns("2014-03-30T01:30")]


def test_fractions_of_a_second_survive_both_ways() -> None:
    zone = ZoneInfo("Europe/Copenhagen")
    time_ns = np.array([1_400_742_544_145_000_001])
    assert civil_to_utc(utc_to_civil(time_ns, zone), zone).tolist() == time_ns.tolist()


@given(st.lists(st.integers(-3, 3)))
def test_distinct_values_ascend_and_each_is_found_again(values: list[int]) -> None:
    given_ns = np.array(values, np.int64)
    for each in (given_ns, np.sort(given_ns)):
        found, which = distinct(each)
        assert found.tolist() == sorted(set(values))
        assert np.array_equal(found[which], each)
