import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.indicators.parking import parking
from tests.processors.indicators.in_turn import InTurn

QUARTER_S, HOUR_S = 900, 3600
HOUR = ("parking_volume_hour", "parking_turnover_hour", "parking_duration_hour")


def kerb(taken, came, at_start=None, spaces=12, zone="kota", **fields):
    return {
        "zone": zone,
        "every_s": QUARTER_S,
        "readings": 1,
        "capacity": spaces,
        "occupied_first": float(taken if at_start is None else at_start),
        "occupied_mean": float(taken),
        "occupied_last": float(taken),
        "occupied_count": 1,
        "entries_mean": float(came),
        "entries_count": 1,
    } | fields


def quarters():
    return InTurn(parking, "parking", QUARTER_S, (10, 60, 900), units={"entries": "vehicles"})


def test_the_quarters_of_the_textbook_make_its_hour() -> None:
    run = quarters()
    for taken, came in ((10, 0), (11, 6), (9, 4), (11, 7)):
        found = run(kerb(taken, came))
    volume, turnover, duration = (found["kota", name] for name in HOUR)
    assert volume == (27, 1.0, 1.0)
    assert turnover == (2.25, 1.0, 1.0)
    assert duration == (pytest.approx(22.8, abs=0.05), 1.0, 1.0)
    assert found["kota", "parking_load"] == (2.75, 1.0, 1.0)


def test_who_came_before_the_last_hour_stood_there_when_it_began() -> None:
    run = quarters()
    run(kerb(3, 12))
    for taken, came in ((3, 0), (4, 1), (4, 0), (5, 1)):
        found = run(kerb(taken, came))
    assert found["kota", "parking_volume_hour"][0] == 5


def test_a_quarter_that_is_missing_lowers_the_coverage() -> None:
    run = quarters()
    run(kerb(10, 0))
    run.skip(1)
    run(kerb(10, 2))
    assert run(kerb(10, 2))["kota", "parking_volume_hour"] == (14, 0.75, 1.0)


def test_in_the_first_quarter_a_quarter_of_the_hour_is_known() -> None:
    assert quarters()(kerb(10, 2))["kota", "parking_turnover_hour"] == (1, 0.25, 1.0)


def test_an_hour_of_silence_is_no_data() -> None:
    run = quarters()
    run(kerb(10, 2))
    run.skip(3)
    found = run({"zone": "kota", "every_s": QUARTER_S, "capacity": 12})
    for name in HOUR:
        assert math.isnan(found["kota", name][0])
        assert found["kota", name][1:] == (0, 0)


def test_an_hour_in_which_nobody_came_to_an_empty_place_has_no_duration() -> None:
    run = quarters()
    for _ in range(4):
        found = run(kerb(0, 0))
    assert [found["kota", name][0] for name in HOUR[:2]] == [0, 0]
    assert math.isnan(found["kota", "parking_duration_hour"][0])


def test_a_revised_quarter_takes_the_place_of_the_first() -> None:
    run = quarters()
    for _ in range(4):
        run(kerb(10, 1))
    assert run.revise(4, kerb(10, 9))["kota", "parking_volume_hour"][0] == 10 + 3 + 9
    assert run(kerb(10, 1))["kota", "parking_volume_hour"][0] == 10 + 2 + 9 + 1


def test_volume_and_load_stand_in_windows_of_an_hour_too() -> None:
    run = InTurn(parking, "parking", HOUR_S, (HOUR_S,))
    found = run(kerb(10.25, 4.25, at_start=10, entries_count=4, occupied_count=4))
    assert found["kota", "parking_volume"] == (27, 1.0, 1.0)
    assert found["kota", "parking_load"] == (10.25, 1.0, 1.0)
    assert not [name for _, name in found if name.endswith("_hour")]


PARKS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9)), min_size=2, max_size=6)


@given(st.lists(PARKS, min_size=4, max_size=6), st.data())
def test_an_hour_of_car_parks_in_parts_is_that_of_the_whole(hour, data) -> None:
    """One car park that stands for a part, with its sums, changes nothing for the zone."""
    parks = min(map(len, hour))
    cut = data.draw(st.integers(1, parks - 1))
    whole, parts = quarters(), quarters()
    for quarter in hour:
        rows = quarter[:parks]
        expected = whole(*(kerb(taken, came, spaces=20) for taken, came in rows))
        found = parts(
            *(
                kerb(sum(taken for taken, _ in part), sum(came for _, came in part), spaces=20 * len(part))
                for part in (rows[:cut], rows[cut:])
            )
        )
        for name in HOUR:
            assert found["kota", name][0] == pytest.approx(expected["kota", name][0], nan_ok=True), name
