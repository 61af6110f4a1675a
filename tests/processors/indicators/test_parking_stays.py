import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.indicator_rules import IndicatorRules
from processors.indicators.parking import parking
from tests.processors.indicators.in_turn import InTurn

MINUTE_S = 60
HOUR_NS = 3_600_000_000_000
DEBOUNCE_NS = 60_000_000_000


def bay(taken, zone="jalan", **fields):
    """One reading in the window; None: it kept silent."""
    row = {"zone": zone, "every_s": MINUTE_S, "capacity": 1}
    if taken is None:
        return row | fields
    said = {f"occupied_{end}": float(taken) for end in ("mean", "first", "last", "min", "max")}
    return row | {"readings": 1, "occupied_count": 1} | said | fields


def minutes(rules=None):
    return InTurn(parking, "parking", MINUTE_S, (10, 60, 900), rules=rules or IndicatorRules())


def after(*states, run=None):
    """The figures when one bay said these in one minute after the other."""
    run = run or minutes()
    found = {}
    for taken in states:
        found = run(bay(taken))
    return found


def value(found, name, zone="jalan"):
    return found[zone, f"parking_{name}"][0]


def test_a_stay_lasts_from_the_minute_it_was_first_seen_to_the_minute_it_was_no_more() -> None:
    found = after(0, *[1] * 25, 0, 0)
    assert value(found, "dwell") == 25
    assert value(found, "stays") == 1
    assert value(found, "stays_open") == 0


def test_two_stays_have_their_mean() -> None:
    found = after(0, *[1] * 10, *[0] * 5, *[1] * 20, 0, 0)
    assert (value(found, "dwell"), value(found, "stays")) == (15, 2)


def test_stays_that_ended_more_than_an_hour_ago_are_left_out() -> None:
    found = after(0, *[1] * 10, *[0] * 61)
    assert (value(found, "dwell"), value(found, "stays")) == (10, 1)
    found = after(0, *[1] * 10, *[0] * 62)
    assert math.isnan(value(found, "dwell"))
    assert value(found, "stays") == 0


def test_a_stay_that_goes_on_is_kept_apart_with_its_age() -> None:
    found = after(0, *[1] * 10, 0, 0, *[1] * 31)
    assert (value(found, "dwell"), value(found, "stays")) == (10, 1)
    assert (value(found, "stays_open"), value(found, "stays_open_age")) == (1, 30)


def test_who_stood_there_before_the_first_reading_has_no_known_beginning() -> None:
    run = minutes()
    found = after(*[1] * 30, run=run)
    assert value(found, "stays_open") == 1
    assert math.isnan(value(found, "stays_open_age"))
    found = after(0, 0, run=run)
    assert value(found, "stays") == 0
    assert math.isnan(value(found, "dwell"))


def test_a_flip_of_a_minute_neither_begins_nor_ends_a_stay() -> None:
    found = after(0, 0, 1, 0, 0, 0)
    assert (value(found, "stays"), value(found, "stays_open")) == (0, 0)
    found = after(0, *[1] * 10, 0, *[1] * 10, 0, 0)
    assert (value(found, "dwell"), value(found, "stays")) == (21, 1)


def test_without_a_debounce_each_change_counts() -> None:
    run = minutes(IndicatorRules(parking_debounce=0))
    found = after(0, *[1] * 10, 0, *[1] * 10, 0, run=run)
    assert (value(found, "dwell"), value(found, "stays")) == (10, 2)


def test_a_longer_debounce_waits_longer() -> None:
    run = minutes(IndicatorRules(parking_debounce=5 * DEBOUNCE_NS))
    found = after(0, *[1] * 5, *[0] * 10, *[1] * 6, *[0] * 6, run=run)
    assert (value(found, "dwell"), value(found, "stays")) == (6, 1)


def test_a_bay_that_sends_only_changes_still_says_what_it_said_last() -> None:
    run = minutes()
    after(0, 1, run=run)
    run.skip(38)
    assert value(after(None, run=run), "stays_open_age") == 39
    found = after(0, run=run)
    assert math.isnan(value(found, "dwell")), "it may be a flip"
    assert value(found, "stays_open") == 1
    assert value(after(None, run=run), "dwell") == 40


def test_a_bay_that_was_silent_for_a_day_is_not_known_any_more() -> None:
    run = minutes()
    after(0, 1, None, run=run)
    run.skip(24 * 60 - 2)
    assert value(after(None, run=run), "stays_open") == 1
    assert math.isnan(value(after(None, run=run), "stays_open"))
    assert value(after(0, 0, run=run), "stays") == 0
    sooner = minutes(IndicatorRules(parking_silence=HOUR_NS))
    after(0, 1, None, run=sooner)
    sooner.skip(60)
    assert math.isnan(value(after(None, run=sooner), "stays_open"))


def test_a_bay_that_goes_out_of_service_drops_its_stay() -> None:
    run = minutes()
    after(0, *[1] * 5, run=run)
    found = run(bay(1, out_of_service_last=1.0))
    assert math.isnan(value(found, "stays_open"))
    assert value(after(0, 0, run=run), "stays") == 0


def test_a_closed_bay_has_no_stay() -> None:
    run = minutes()
    after(0, *[1] * 5, run=run)
    assert math.isnan(value(run(bay(1, open_last=0.0)), "stays_open"))


def test_free_spaces_of_a_bay_say_the_opposite() -> None:
    run = minutes()
    for free in (1, *[0] * 12, 1, 1):
        row = {"zone": "jalan", "every_s": MINUTE_S, "capacity": 1, "readings": 1, "free_count": 1}
        found = run(row | {"free_mean": float(free), "free_last": float(free)})
    assert value(found, "dwell") == 12


def test_readings_that_no_single_space_can_mean_move_nothing() -> None:
    run = minutes()
    after(0, *[1] * 5, 7, *[1] * 4, run=run)
    assert value(after(0, 0, run=run), "dwell") == 10


def test_a_bay_of_which_nothing_is_registered_counts_with_no_quality() -> None:
    run = minutes()
    unregistered = {key: each for key, each in bay(0).items() if key != "capacity"}
    for taken in (0, *[1] * 6, 0, 0):
        said = {name: float(taken) for name in unregistered if name.startswith("occupied_") and "count" not in name}
        found = run(unregistered | said)
    assert found["jalan", "parking_dwell"] == (6, pytest.approx(9 / 60), 0)


def test_coverage_says_how_much_of_the_hour_and_of_the_devices_is_known() -> None:
    run = minutes()
    garage = {"zone": "jalan", "every_s": MINUTE_S, "capacity": 80}
    for taken in (0, *[1] * 10, 0, 0, *[0] * 17):
        found = run(bay(taken), garage, bay(None))
    assert found["jalan", "parking_stays"] == (1, pytest.approx(0.5 / 3), 1)
    assert found["jalan", "parking_stays_open"] == (0, pytest.approx(1 / 3), 1)


def test_car_parks_without_single_spaces_have_no_such_figures() -> None:
    run = minutes()
    found = run(bay(40, capacity=80))
    assert not [name for _, name in found if "stay" in name or "dwell" in name]


def test_once_there_was_a_bay_silence_is_no_data() -> None:
    run = minutes()
    after(0, run=run)
    run.skip(24 * 60)
    assert after(None, run=run)["jalan", "parking_stays"][1:] == (0, 0)


def test_windows_of_ten_seconds_leave_stays_to_those_of_a_minute() -> None:
    run = InTurn(parking, "parking", 10, (10, 60, 900))
    assert not [name for _, name in run(bay(1)) if "stay" in name]


def test_late_readings_move_no_stay_and_what_was_written_stands() -> None:
    run = minutes()
    after(0, *[1] * 10, run=run)
    assert not [name for _, name in run.revise(5, bay(0)) if "stay" in name or "dwell" in name]
    assert value(after(0, 0, run=run), "dwell") == 10


STATES = st.lists(st.sampled_from([0, 1, None]), min_size=2, max_size=25)


def plain(states: list[int | None]) -> tuple[list[int], int | None, int | None]:
    """Lengths of finished stays, the state that holds and since when, taking one minute after the other."""
    state: int | None = None
    since: int | None = None
    other: int | None = None
    finished: list[int] = []
    for minute, said in enumerate(states):
        if said is not None and state is None:
            state = said
        elif said is not None and other is not None and said == state and minute - 1 - other < 1:
            other = None
        for until in (minute - 1, minute):
            if until == minute and said is not None and other is None and said != state:
                other = minute
            if other is not None and until - other >= 1:
                finished += [other - since] if state == 1 and since is not None else []
                state, since, other = 1 - (state or 0), other, None
    return finished, state, since


@given(STATES)
def test_stays_are_those_of_a_plain_loop(states) -> None:
    run = minutes()
    for number, said in enumerate(states):
        found = run(bay(said), bay(0, zone="elsewhere"))
        finished, state, since = plain(states[: number + 1])
        if state is not None:
            age = number - since if state == 1 and since is not None else math.nan
            assert value(found, "stays_open") == state
            assert value(found, "stays_open_age") == pytest.approx(age, nan_ok=True)
            assert value(found, "stays") == len(finished)
            mean = sum(finished) / len(finished) if finished else math.nan
            assert value(found, "dwell") == pytest.approx(mean, nan_ok=True)


@given(st.lists(STATES, min_size=2, max_size=4), st.randoms(use_true_random=False), st.integers(1, 24))
def test_neither_the_order_of_the_bays_nor_an_interruption_changes_anything(bays, random, moment) -> None:
    order = random.sample(range(len(bays)), len(bays))
    whole, shuffled = minutes(), minutes()
    zones = [f"zone {number % 2}" for number in range(len(bays))]
    for number in range(max(map(len, bays))):
        rows = [
            bay(states[number] if number < len(states) else None, zone=zone)
            for states, zone in zip(bays, zones, strict=True)
        ]
        expected = whole(*rows)
        found = shuffled(*(rows[place] for place in order))
        assert sorted(found) == sorted(expected)
        for key, figure in expected.items():
            if "stay" in key[1] or "dwell" in key[1]:
                assert found[key] == pytest.approx(figure, nan_ok=True), key
        if number == moment:
            shuffled.restart()
