import math
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.indicator_rules import IndicatorRules
from processors.indicators.parking import parking
from processors.indicators.parking_passages import HELD_NS, PASSAGES
from tests.processors.indicators.in_turn import Figures, InTurn
from tests.processors.indicators.test_catalogue import DOCS

MINUTE_S = 60
ONE_AM_NS = 1_763_834_400_000_000_000  # 2025-11-23 01:00 in WIB
JAKARTA = ZoneInfo("Asia/Jakarta")
EMPTY_AT_3 = IndicatorRules(parking_empty_hour=3)


def minutes(rules: IndicatorRules | None = None, size_s: float = MINUTE_S, **said) -> InTurn:
    return InTurn(parking, "parking", size_s, (10, 60, 900), rules=rules or IndicatorRules(), **said)


def says(entries=math.nan, exits=math.nan, spaces=100.0, zone="garasi", **said: float) -> dict[str, float | str]:
    """One reading in a window; `free` and `occupied` are what it says last."""
    row: dict[str, float | str] = {"zone": zone, "every_s": MINUTE_S, "readings": 1, "capacity": spaces}
    for quantity, value in ({"entries": entries, "exits": exits} | said).items():
        if not math.isnan(value):
            row |= {f"{quantity}_{end}": value for end in ("first", "mean", "min", "max", "last")}
            row[f"{quantity}_count"] = 1
    return row


def silent(spaces=100.0, zone="garasi") -> dict[str, float | str]:
    return {"zone": zone, "every_s": MINUTE_S, "capacity": spaces}


def inside(found: Figures) -> tuple[float, float, float]:
    return found["garasi", "parking_accumulation"]


def drift(found: Figures) -> float:
    return found["garasi", "parking_gate_drift"][0]


def nothing(figure: tuple[float, float, float]) -> bool:
    return math.isnan(figure[0]) and figure[1:] == (0.0, 0.0)


def test_who_came_in_and_did_not_go_out_is_added_to_who_stood_there() -> None:
    run = minutes()
    run(says(0, 0, occupied=40))
    assert inside(run(says(5, 2))) == (43, 1.0, 1.0)
    found = run(says(1, 4))
    assert inside(found) == (40, 1.0, 1.0)
    assert found["garasi", "parking_free"] == (60, 1.0, 1.0)
    assert found["garasi", "parking_occupancy"] == (pytest.approx((43 + 40) / 2 / 100), 1.0, 1.0)
    assert drift(found) == 0


def test_several_readings_of_a_window_add_up() -> None:
    run = minutes()
    run(says(0, 0, occupied=40))
    row = says(2, 0.5) | {"readings": 6, "entries_count": 6, "exits_count": 6}
    assert inside(run(row))[0] == 40 + 12 - 3


def test_until_anything_says_what_stands_inside_there_is_no_value() -> None:
    run = minutes()
    found = run(says(5, 2))
    assert nothing(inside(found))
    assert nothing(found["garasi", "parking_occupancy"])
    assert nothing(found["garasi", "parking_gate_drift"])
    assert inside(run(says(1, 0, free=30))) == (70, 1.0, 1.0)
    assert inside(run(says(2, 0))) == (72, 1.0, 1.0)


def test_a_reading_of_what_stands_inside_sets_the_count_right_and_tells_by_how_much() -> None:
    run = minutes()
    run(says(0, 0, occupied=40))
    found = run(says(5, 0, occupied=42))
    assert inside(found) == (42, 1.0, 1.0)
    assert drift(found) == 3
    assert inside(run(says(1, 0))) == (43, 1.0, 1.0)


def test_a_reading_that_cannot_be_is_no_known_point() -> None:
    run = minutes()
    run(says(0, 0, occupied=-3))
    assert nothing(inside(run(says(5, 2))))


def test_a_count_that_drifts_below_zero_is_held_there_and_goes_on_from_there() -> None:
    run = minutes()
    run(says(0, 0, occupied=4))
    found = run(says(1, 10))
    assert inside(found) == (0, 1.0, 0.0)
    assert drift(found) == 5
    found = run(says(8, 0))
    assert inside(found) == (8, 1.0, 1.0)
    assert drift(found) == 0


def test_a_count_that_drifts_above_the_spaces_is_held_at_them() -> None:
    run = minutes()
    run(says(0, 0, occupied=95))
    found = run(says(20, 0))
    assert inside(found) == (100, 1.0, 0.0)
    assert (drift(found), found["garasi", "parking_free"][0]) == (15, 0)
    assert inside(run(says(0, 30))) == (70, 1.0, 1.0)


def test_without_known_spaces_there_is_no_upper_limit() -> None:
    run = minutes()
    run(says(0, 0, spaces=math.nan, occupied=95))
    assert inside(run(says(200, 0, spaces=math.nan)))[0] == 295


def test_a_count_below_zero_is_not_believed_and_not_counted() -> None:
    run = minutes()
    run(says(0, 0, occupied=40))
    assert inside(run(says(-5, 1))) == (39, 1.0, 0.0)


def test_gates_that_speak_only_when_someone_passes_need_not_speak_together() -> None:
    run = minutes()
    found = run(says(3, occupied=10))
    assert nothing(found["garasi", "parking_gate_drift"]), "nobody ever heard of an exit"
    assert inside(run(says(exits=4))) == (6, 1.0, 1.0)
    assert inside(run(says(2))) == (8, 1.0, 1.0)


def test_a_car_park_that_counts_only_who_comes_in_never_fills() -> None:
    run = minutes()
    run(says(3, occupied=10))
    assert nothing(inside(run(says(5))))


def test_only_steps_of_a_minute_carry_the_count() -> None:
    for size_s in (10, 900):
        run = minutes(size_s=size_s)
        run(says(0, 0, occupied=40))
        assert nothing(inside(run(says(5, 2))))
        assert not run.memory.holds(PASSAGES)


def test_while_a_car_park_is_silent_the_coverage_falls_and_its_count_goes_on_after() -> None:
    run = minutes()
    run(says(0, 0, occupied=40), says(0, 0, occupied=20))
    found = run(says(5, 0), silent())
    assert inside(found) == (90, 0.5, 1.0), "silent: estimated by the share of the other"
    assert found["garasi", "parking_occupancy"][1] == 0.5
    assert inside(run(says(5, 0), says(1, 0))) == (50 + 21, 1.0, 1.0)


def test_readings_that_are_missing_in_a_window_lower_the_coverage_of_its_occupancy() -> None:
    run = minutes()
    run(says(0, 0, occupied=40) | {"every_s": 10})
    half = says(2, 0) | {"every_s": 10, "readings": 3, "entries_count": 3, "exits_count": 3}
    assert run(half)["garasi", "parking_occupancy"] == (pytest.approx(0.43), 0.5, 1.0)


def test_after_a_day_of_silence_nobody_knows_what_stands_inside() -> None:
    run = minutes()
    run(says(0, 0, occupied=40))
    run.skip(24 * 60)
    assert inside(run(says(1, 0)))[0] == 41, "silent for just a day"
    run.skip(24 * 60 + 1)
    assert nothing(inside(run(says(1, 0))))
    assert inside(run(says(0, 0, free=90)))[0] == 10


def test_silence_is_forgotten_though_others_speak() -> None:
    run = minutes(IndicatorRules(parking_silence=2 * 60 * 10**9))
    run(says(0, 0, occupied=40), says(0, 0, occupied=20))
    for _ in range(3):
        run(says(0, 0), silent())
    assert inside(run(says(0, 0), says(1, 0)))[:2] == (80, 0.5)


def test_in_the_empty_hour_the_count_begins_at_zero_though_nobody_ever_said_what_stands_inside() -> None:
    run = minutes(EMPTY_AT_3, timezone=JAKARTA, begin_ns=ONE_AM_NS)
    run(says(7, 0))
    run.skip(118)
    assert nothing(inside(run(says(2, 0)))), "03:00 ends the hour before"
    assert inside(run(says(2, 0))) == (0, 1.0, 1.0)
    assert inside(run(says(3, 0)))[0] == 3, "once a night"


def test_what_was_left_in_the_empty_hour_is_drift() -> None:
    run = minutes(EMPTY_AT_3, timezone=JAKARTA, begin_ns=ONE_AM_NS)
    run(says(0, 0, occupied=9))
    run.skip(119)
    found = run(says(0, 1))
    assert (inside(found), drift(found)) == ((0, 1.0, 0.0), 8)


def test_a_car_park_that_slept_through_its_empty_hour_was_empty_all_the_same() -> None:
    run = minutes(EMPTY_AT_3, timezone=JAKARTA, begin_ns=ONE_AM_NS)
    run(says(0, 0, occupied=9), says(0, 0, occupied=5))
    run.skip(119)
    run(says(0, 0), silent())
    assert inside(run(says(0, 0), says(2, 0)))[0] == 2
    run.skip(24 * 60 + 120)
    assert nothing(inside(run(says(4, 0), silent()))), "nobody spoke for more than a day"


def test_where_all_slept_through_the_empty_hour_the_count_goes_on_from_zero() -> None:
    run = minutes(EMPTY_AT_3, timezone=JAKARTA, begin_ns=ONE_AM_NS)
    run(says(0, 0, occupied=9))
    run.skip(240)
    assert inside(run(says(4, 1)))[0] == 3


def test_who_is_heard_of_first_after_the_empty_hour_has_an_unknown_start() -> None:
    run = minutes(EMPTY_AT_3, timezone=JAKARTA, begin_ns=ONE_AM_NS)
    run.skip(300)
    assert nothing(inside(run(says(4, 1))))


def test_late_readings_are_counted_once_however_often_their_window_is_revised() -> None:
    run = minutes()
    run(says(0, 0, occupied=40))
    run(says(5, 2))
    assert inside(run(says(1, 0)))[0] == 44
    assert inside(run.revise(2, says(8, 2))) == (46, 1.0, 1.0)
    assert inside(run.revise(2, says(9, 2)))[0] == 47
    assert inside(run(says(0, 0)))[0] == 48


def test_late_readings_from_before_a_known_point_change_nothing_after_it() -> None:
    run = minutes()
    run(says(0, 0, occupied=40))
    run(says(5, 0))
    run(says(0, 0, free=58))
    assert inside(run.revise(2, says(9, 0)))[0] == 49
    assert inside(run(says(1, 0)))[0] == 43


def test_a_known_point_that_comes_late_counts_from_its_window_on() -> None:
    run = minutes()
    run(says(0, 0))
    run(says(5, 0))
    run(says(1, 3))
    assert inside(run.revise(2, says(5, 0, occupied=20)))[0] == 20
    assert inside(run(says(0, 0)))[0] == 18


def test_of_a_window_that_is_no_longer_held_nothing_is_counted() -> None:
    run = minutes()
    run(says(0, 0, occupied=40))
    for _ in range(HELD_NS // 10**9 // MINUTE_S + 2):
        run(says(0, 0))
    assert nothing(inside(run.revise(1, says(5, 0))))
    assert inside(run(says(1, 0)))[0] == 41


def test_late_readings_while_a_count_was_held_at_zero_correct_what_was_corrected() -> None:
    run = minutes()
    run(says(0, 0, occupied=0))
    run(says(0, 0))
    assert inside(run(says(0, 5)))[0] == 0
    assert inside(run.revise(2, says(5, 0)))[0] == 5
    assert inside(run(says(0, 0)))[0] == 0


def test_late_readings_of_a_time_in_which_all_were_silent_are_counted_from_what_stood_there_then() -> None:
    run = minutes()
    run(says(0, 0, occupied=40))
    run.skip(30)
    assert inside(run(says(5, 0)))[0] == 45
    assert inside(run.revise(20, says(2, 0)))[0] == 42
    assert inside(run(says(1, 0)))[0] == 48


def test_late_readings_keep_a_silent_car_park_known() -> None:
    run = minutes(IndicatorRules(parking_silence=2 * 60 * 10**9))
    run(says(0, 0, occupied=40))
    run(silent())
    run(silent())
    run.revise(2, says(1, 0))
    run(silent())
    assert inside(run(says(1, 0)))[0] == 42


def test_late_readings_of_the_window_that_was_emptied_leave_it_empty() -> None:
    run = minutes(EMPTY_AT_3, timezone=JAKARTA, begin_ns=ONE_AM_NS)
    run(says(0, 0, occupied=9))
    run.skip(119)
    run(says(0, 9))
    run(says(2, 0))
    assert inside(run.revise(121, says(5, 0)))[0] == 0
    assert inside(run(says(1, 0)))[0] == 3


def test_late_readings_around_an_empty_hour_that_all_slept_through_count_from_its_end_on() -> None:
    run = minutes(EMPTY_AT_3, timezone=JAKARTA, begin_ns=ONE_AM_NS)
    run(says(0, 0, occupied=9))
    run.skip(180 + 3)
    assert inside(run(says(4, 0)))[0] == 4
    assert inside(run.revise(175, says(0, 7)))[0] == 2
    assert inside(run(says(0, 0)))[0] == 4, "before 04:00 somebody left; then nobody was inside"
    assert inside(run.revise(182, says(3, 0)))[0] == 3
    assert inside(run(says(0, 0)))[0] == 7


def test_who_is_heard_of_first_in_the_empty_hour_begins_at_zero() -> None:
    run = minutes(EMPTY_AT_3, timezone=JAKARTA, begin_ns=ONE_AM_NS)
    run.skip(150)
    assert inside(run(says(4, 1)))[0] == 0
    assert inside(run(says(4, 1), says(9, 0)))[0] == 3


def test_an_empty_hour_that_is_configured_later_begins_with_the_next_one() -> None:
    run = minutes(timezone=JAKARTA, begin_ns=ONE_AM_NS)
    run.skip(300)
    run(says(0, 0, occupied=40))
    run.rules = EMPTY_AT_3
    assert inside(run(says(1, 0)))[0] == 41


Minute = tuple[int, int, int | None]
MINUTES = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.one_of(st.none(), st.none(), st.integers(0, 30))),
    min_size=2,
    max_size=12,
)


def said(minute: Minute) -> dict[str, float | str]:
    entries, exits, occupied = minute
    return says(entries, exits, 30.0, **({} if occupied is None else {"occupied": occupied}))


@given(MINUTES, st.data())
def test_readings_that_come_late_in_any_order_leave_inside_what_they_would_have_in_time(spoken, data) -> None:
    in_time, late = minutes(), minutes()
    whole = [in_time(said(minute)) for minute in [(0, 0, None), *spoken]][-1]
    asleep = data.draw(st.booleans(), "nobody is asked of a window in which all are silent")
    held_back = data.draw(st.sets(st.integers(0, len(spoken) - 2)))
    late(said((0, 0, None)))
    for number, minute in enumerate(spoken):
        if number in held_back and asleep:
            late.skip(1)
        else:
            late(silent(30.0) if number in held_back else said(minute))
    for number in data.draw(st.permutations(sorted(held_back))):
        late.revise(number + 2, said(spoken[number]))
        late.restart()
    assert str(inside(late(said((1, 0, None))))) == str(inside(in_time(said((1, 0, None)))))
    assert whole


@given(MINUTES, st.permutations(range(3)))
def test_the_order_in_which_car_parks_are_known_changes_nothing(spoken, order) -> None:
    one, other = minutes(), minutes()
    for entries, exits, occupied in spoken:
        rows = [said((entries, exits, occupied)), said((exits, entries, occupied)), silent(30.0)]
        assert str(one(*rows)) == str(other(*(rows[number] for number in order)))


def test_a_restart_between_two_windows_changes_nothing_also_around_the_empty_hour() -> None:
    run, whole = (minutes(EMPTY_AT_3, timezone=JAKARTA, begin_ns=ONE_AM_NS) for _ in range(2))
    for each in (run, whole):
        each.skip(115)
    for row in (says(1, 0), says(3, 1, occupied=8), says(2, 5), says(0, 90), says(7), silent(), says(exits=2)):
        assert str(run(row)) == str(whole(row))
        run.restart()
        late = says(4, 1, occupied=9)
        assert str(run.revise(116, late)) == str(whole.revise(116, late))
        run.restart()
    assert inside(run(says(1, 0)))[0] == 1, "emptied in the sixth minute, and late readings from before change nothing"


def documented(mark: str) -> list[list[str]]:
    """The cells of a worked example, one minute in each line."""
    lines = DOCS.split(f"<!-- {mark} -->", 1)[1].strip().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2 : lines.index("")]]


def test_the_documented_morning_of_a_garage_is_counted_as_it_says() -> None:
    run = minutes()
    for _, entries, exits, occupied, accumulation, quality, corrected in documented("gates that send what passed"):
        known = {} if occupied == "-" else {"occupied": float(occupied)}
        found = run(says(float(entries), float(exits), 30.0, **known))
        expected = [math.nan if cell == "no data" else float(cell) for cell in (accumulation, quality, corrected)]
        assert [inside(found)[0], inside(found)[2], drift(found)] == pytest.approx(expected, nan_ok=True)
