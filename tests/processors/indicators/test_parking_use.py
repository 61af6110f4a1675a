import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.indicator_rules import IndicatorRules
from processors.indicators.parking import parking

QUARTER_S, HOUR_S = 900, 3600


@pytest.fixture
def park(windows_of, figures_of):
    return lambda *rows, size_s=HOUR_S, **said: figures_of(parking(windows_of("parking", size_s, rows, **said)))


def kerb(zone="kota", readings=4, **fields):
    return {"zone": zone, "every_s": QUARTER_S, "readings": readings, "capacity": 12} | fields


def stood(*accumulation):
    """The statistics of a window that holds these readings of occupied spaces."""
    mean = sum(accumulation) / len(accumulation)
    ends = {"first": accumulation[0], "last": accumulation[-1], "min": min(accumulation), "max": max(accumulation)}
    return {f"occupied_{name}": float(value) for name, value in ends.items()} | {
        "occupied_mean": mean,
        "occupied_count": len(accumulation),
    }


def came(total, count=4, gate="entries", **fields):
    return {f"{gate}_mean": total / count, f"{gate}_count": count} | fields


def test_twelve_bays_with_10_11_9_and_11_vehicles_have_the_indices_of_the_textbook(park) -> None:
    found = park(kerb(**stood(10, 11, 9, 11), **came(17)))
    assert found["kota", "parking_index_load"] == (pytest.approx(85.4, abs=0.05), 1.0, 1.0)
    assert found["kota", "parking_index_peak"] == (pytest.approx(100 * 11 / 12), 1.0, 1.0)
    assert found["kota", "parking_turnover"] == (pytest.approx(2.25), 1.0, 1.0)
    assert found["kota", "parking_duration"] == (pytest.approx(22.8, abs=0.05), 1.0, 1.0)
    assert found["kota", "parking_accumulation"] == (11, 1.0, 1.0)


@pytest.mark.parametrize(("occupied", "percent"), [(10, 83.3), (11, 91.7), (9, 75.0)])
def test_each_quarter_of_the_textbook_has_its_own_index(park, occupied, percent) -> None:
    found = park(kerb(readings=1, **stood(occupied)), size_s=QUARTER_S)
    assert found["kota", "parking_index_load"][0] == pytest.approx(percent, abs=0.05)


def test_an_index_goes_above_100_where_vehicles_stand_beside_the_spaces(park) -> None:
    found = park(kerb(**stood(22, 22, 22, 22)))
    assert found["kota", "parking_index_peak"] == (pytest.approx(183.3, abs=0.05), 1.0, 1.0)
    assert found["kota", "parking_accumulation"] == (22, 1.0, 0.0)
    assert found["kota", "parking_occupancy"] == (1.0, 1.0, 0.0)


def test_the_peak_of_a_car_park_that_sends_its_free_spaces_is_where_fewest_were_free(park) -> None:
    row = kerb(free_mean=4.0, free_min=1.0, free_last=3.0, free_count=4)
    assert park(row)["kota", "parking_index_peak"] == (pytest.approx(100 * 11 / 12), 1.0, 1.0)


def test_indices_need_a_quarter_of_an_hour_and_turnover_an_hour(park) -> None:
    row = kerb(readings=1, **stood(10), **came(2, count=1))
    names = {size_s: {name for _, name in park(row, size_s=size_s)} for size_s in (60, QUARTER_S, HOUR_S)}
    assert names[QUARTER_S] - names[60] == {"parking_index_load", "parking_index_peak", "parking_load"}
    assert names[HOUR_S] - names[QUARTER_S] == {"parking_turnover", "parking_duration", "parking_volume"}


def test_arrivals_of_a_zone_are_the_sum_of_its_gates_and_their_coverage_counts_them(park) -> None:
    found = park(kerb(**stood(10), **came(17)), kerb(**came(40)), kerb(**stood(3)))
    assert found["kota", "parking_arrivals"] == (pytest.approx(57), pytest.approx(2 / 3), 1.0)


def test_a_gate_that_reports_each_quarter_has_its_arrivals_of_an_hour_also_in_a_shorter_window(park) -> None:
    assert park(kerb(readings=1, **came(5, count=1)), size_s=60)["kota", "parking_arrivals"][0] == pytest.approx(20)


def test_departures_are_counted_by_their_own_gate_and_running_counters_by_their_rate(park) -> None:
    found = park(kerb(**came(4_000_000, gate="exits", exits_rate=30 / HOUR_S)))
    assert found["kota", "parking_departures"][0] == pytest.approx(30)
    assert ("kota", "parking_arrivals") not in found


def test_a_silent_gate_is_no_data_and_not_a_quiet_one(park) -> None:
    found = park({"zone": "kota", "every_s": 900, "capacity": 12}, units={"entries": "vehicles"})
    for indicator in ("parking_arrivals", "parking_turnover", "parking_duration"):
        assert math.isnan(found["kota", indicator][0])
        assert found["kota", indicator][1:] == (0.0, 0.0)
    assert park(kerb(**came(0)))["kota", "parking_arrivals"] == (0.0, 1.0, 1.0)


def test_an_empty_car_park_that_nobody_entered_was_turned_over_by_no_one(park) -> None:
    found = park(kerb(**stood(0, 0, 0, 0), **came(0)))
    assert found["kota", "parking_turnover"] == (0.0, 1.0, 1.0)
    assert math.isnan(found["kota", "parking_duration"][0])


def test_negative_arrivals_are_left_out_and_lower_the_quality(park) -> None:
    found = park(kerb(**came(-3)), kerb(**came(6)))
    assert found["kota", "parking_arrivals"] == (6, 0.5, 1.0)
    assert park(kerb(**came(6, entries_min=-1.0)))["kota", "parking_arrivals"] == (6, 1.0, 0.0)


def test_the_share_of_windows_above_85_percent_is_the_share_of_the_time(park) -> None:
    quarters = [park(kerb(readings=1, **stood(taken)), size_s=QUARTER_S) for taken in (10, 11, 9, 11)]
    assert [found["kota", "parking_above_target"] for found in quarters] == [(0, 1, 1), (1, 1, 1), (0, 1, 1), (1, 1, 1)]


def test_at_the_target_one_space_in_a_block_is_still_free(park) -> None:
    assert park(kerb(**stood(17)) | {"capacity": 20})["kota", "parking_above_target"][0] == 0
    lower = IndicatorRules(parking_target=0.8)
    assert park(kerb(**stood(17)) | {"capacity": 20}, rules=lower)["kota", "parking_above_target"][0] == 1


def test_silent_car_parks_are_taken_to_hold_as_many_vehicles_as_the_others(park) -> None:
    found = park(kerb(**stood(6, 6, 6, 6)), {"zone": "kota", "every_s": 900, "capacity": 100})
    assert found["kota", "parking_accumulation"] == (56, 0.5, 1.0)


def test_five_minutes_of_a_day_are_hardly_any_coverage_of_what_is_added_up(park) -> None:
    few = came(5, count=5) | came(3, count=5, gate="exits")
    found = park(kerb(readings=5, **stood(9, 9, 9, 9, 9), **few) | {"every_s": 60}, size_s=24 * HOUR_S)
    assert found["kota", "parking_load"][0] == 216
    totals = ("load", "volume", "arrivals", "departures", "free", "open", "accumulation")
    assert {found["kota", f"parking_{name}"][1] for name in totals} == {5 / 1440}


def test_a_car_park_that_fell_silent_three_hours_before_midnight_has_as_much_less_coverage_of_its_end(park) -> None:
    found = park(kerb(readings=84, **stood(*[9] * 84)), size_s=24 * HOUR_S)
    for name in ("free", "accumulation", "open"):
        assert found["kota", f"parking_{name}"][1] == 84 / 96


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=10), st.data())
def test_car_parks_in_parts_have_the_volume_load_and_indices_of_the_whole(windows_of, figures_of, parks, data) -> None:
    """One car park that stands for a part, with its sums, changes nothing for the zone."""
    cut = data.draw(st.integers(1, len(parks) - 1))
    rows = [kerb(capacity=20, **stood(taken), **came(arrived)) for taken, arrived in parks]
    merged = [
        kerb(capacity=20.0 * len(part), **stood(sum(taken for taken, _ in part)), **came(sum(n for _, n in part)))
        for part in (parks[:cut], parks[cut:])
    ]
    whole, parts = (figures_of(parking(windows_of("parking", HOUR_S, each))) for each in (rows, merged))
    for indicator in ("index_load", "index_peak", "turnover", "duration", "arrivals", "accumulation"):
        expected = whole["kota", f"parking_{indicator}"][0]
        assert parts["kota", f"parking_{indicator}"][0] == pytest.approx(expected, nan_ok=True), indicator
