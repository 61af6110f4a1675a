"""The stage of a gauge that holds: readings in a row on the way up, dead band and time on the way down."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.environment_rules import EnvironmentRules
from processors.indicators.memory import Memory
from processors.indicators.readings_in_a_row import Heard
from processors.indicators.siaga import HeldStages, Thresholds

DOCS = (Path(__file__).parents[3] / "docs" / "indicators.md").read_text(encoding="utf-8")
MINUTE_NS = 60_000_000_000
KATULAMPA = (80.0, 150.0, 200.0)
QUICK = EnvironmentRules(siaga_down_time=10 * MINUTE_NS)
NAN = float("nan")


def thresholds(*gauges: tuple[float, float, float], inclusive: bool = True) -> Thresholds:
    cm = np.array(gauges, np.float64).T
    return Thresholds(cm, np.full(cm.shape, inclusive))


class Gauges:
    def __init__(self, limits: Thresholds, rules: EnvironmentRules = QUICK, every_minutes: float = 5) -> None:
        self.limits, self.rules, self.every_ns = limits, rules, int(every_minutes * MINUTE_NS)
        self.memory, self.now_ns, self.seen_ns = Memory(), 0, -(2**62)

    def hear(self, *levels: float | tuple[float, ...], after_minutes: float = 5) -> list[float]:
        """A reading of each gauge, or several of them, in one window; the stages that hold."""
        self.now_ns += int(after_minutes * MINUTE_NS)
        each = [level if isinstance(level, tuple) else (level,) for level in levels]
        heard = Heard(
            first=np.array([one[0] for one in each]),
            mean=np.array([float(np.mean(one)) for one in each]),
            least=np.array([min(one) for one in each]),
            greatest=np.array([max(one) for one in each]),
            last=np.array([one[-1] for one in each]),
            count=np.array([float(len(one)) for one in each]),
        )
        held = HeldStages(self.memory, len(each))
        resumed = np.full(len(each), self.now_ns - self.seen_ns > 3 * self.every_ns)
        held.take(heard, self.limits, resumed, self.now_ns, self.rules)
        if heard.spoke.any():
            self.seen_ns = self.now_ns
        return [float(stage) for stage in held.stage]

    def doubted(self) -> list[bool]:
        return [bool(each) for each in HeldStages(self.memory, self.limits.cm.shape[1]).doubted]


def stages(*levels: float, rules: EnvironmentRules = QUICK, limits: Thresholds | None = None) -> list[float]:
    gauges = Gauges(limits or thresholds(KATULAMPA), rules)
    return [gauges.hear(level)[0] for level in levels]


def test_the_documented_example_is_what_holds() -> None:
    rows = re.findall(
        r"^\| (\d+) \| (\d+) \| ([1-4]) \|$", DOCS.split("### Alarms")[1].split("### Upstream")[0], re.MULTILINE
    )
    assert [int(minute) for minute, _, _ in rows] == list(range(0, 45, 5))
    assert stages(*(float(level) for _, level, _ in rows)) == [float(stage) for _, _, stage in rows]


def test_the_stage_ends_only_after_ten_minutes_below_threshold_and_dead_band() -> None:
    assert stages(70, 82, 84, 79, 76, 69, 68) == [4, 4, 3, 3, 3, 3, 3]
    assert stages(70, 82, 84, 79, 76, 69, 68, 67) == [4, 4, 3, 3, 3, 3, 3, 4]


def test_water_that_comes_back_into_the_dead_band_starts_the_waiting_again() -> None:
    assert stages(82, 84, 69, 71, 69, 68, 67) == [3, 3, 3, 3, 3, 3, 4]


def test_a_single_reading_at_siaga_3_is_no_alarm_and_one_at_siaga_1_is() -> None:
    assert stages(40, 90, 40, 90, 40) == [4, 4, 4, 4, 4]
    assert stages(40, 250) == [4, 1], "Katulampa rose from 40 to 250 cm in 29 minutes of 2020"


def test_several_stages_are_passed_at_once_on_the_way_up_and_on_the_way_down() -> None:
    assert stages(40, 160, 170) == [4, 4, 2]
    assert stages(40, 160, 90) == [4, 4, 3], "both were at Siaga 3, one at Siaga 2"
    assert stages(210, 210, 100, 100, 100) == [1, 1, 1, 1, 3]


def test_a_gauge_begins_with_the_stage_of_its_first_level() -> None:
    assert stages(90) == [3]
    assert stages(40) == [4]


@pytest.mark.parametrize(("inclusive", "stage"), [(True, 3), (False, 4)])
def test_a_threshold_belongs_to_its_stage_or_does_not(inclusive: bool, stage: float) -> None:
    assert stages(80, 80, limits=thresholds(KATULAMPA, inclusive=inclusive)) == [stage, stage]


def test_a_threshold_that_is_not_known_is_passed_over() -> None:
    cakung = thresholds((270.0, NAN, 500.0))
    assert stages(100, 400, 400, 600, limits=cakung) == [4, 4, 3, 1]


def test_a_gauge_without_thresholds_has_no_stage() -> None:
    assert np.isnan(stages(400, limits=thresholds((NAN, NAN, NAN)))[0])


def test_silence_clears_nothing_and_readings_after_it_begin_to_count_anew() -> None:
    gauges = Gauges(thresholds(KATULAMPA))
    assert gauges.hear(90.0) == [3]
    assert [gauges.hear(NAN, after_minutes=30) for _ in range(20)] == [[3]] * 20
    assert [gauges.hear(60.0)[0] for _ in range(3)] == [3, 3, 4], "ten hours of silence are no ten minutes below"


def test_two_readings_with_a_long_silence_between_them_are_not_in_a_row() -> None:
    gauges = Gauges(thresholds(KATULAMPA))
    assert [gauges.hear(40.0)[0], gauges.hear(90.0)[0]] == [4, 4]
    assert gauges.hear(90.0, after_minutes=60) == [4]
    assert gauges.hear(90.0) == [3]


def test_of_a_window_that_was_only_partly_at_the_threshold_the_last_reading_counts() -> None:
    gauges = Gauges(thresholds(KATULAMPA))
    assert gauges.hear((40.0, 40.0)) == [4]
    assert gauges.hear((85.0, 70.0)) == [4]
    assert gauges.hear((70.0, 85.0)) == [4]
    assert gauges.hear((85.0, 90.0)) == [3]


def test_a_time_at_the_threshold_may_stand_for_readings_in_a_row() -> None:
    patient = EnvironmentRules(siaga_up_readings=100, siaga_up_time=10 * MINUTE_NS)
    assert stages(40, 90, 90, 90, rules=patient) == [4, 4, 4, 3]
    assert stages(40, 90, rules=EnvironmentRules(siaga_up_readings=100, siaga_up_time=0)) == [4, 3]


def test_water_between_lower_readings_of_a_window_is_a_stage_where_one_reading_is_enough() -> None:
    gauges = Gauges(thresholds((700.0, 800.0, 900.0)))
    assert gauges.hear((760.0, 770.0)) == [3]
    assert gauges.hear((780.0, 860.0, 905.0, 910.0, 905.0, 790.0)) == [1]
    assert gauges.doubted() == [False]


def test_readings_in_a_row_go_on_from_the_window_before_into_one_that_the_water_leaves() -> None:
    gauges = Gauges(thresholds((700.0, 800.0, 900.0)))
    assert gauges.hear((760.0, 770.0)) == [3]
    assert gauges.hear((700.0, 700.0, 700.0, 800.0)) == [3]
    assert gauges.hear((820.0, 780.0, 770.0, 770.0)) == [2]
    assert gauges.doubted() == [False], "800 and 820 cm are known as last and first"


def test_a_crest_that_can_be_neither_proved_nor_excluded_is_a_stage_until_readings_in_a_row_prove_it() -> None:
    gauges = Gauges(thresholds((700.0, 800.0, 900.0)))
    assert gauges.hear((760.0, 790.0, 820.0, 830.0, 790.0, 780.0)) == [2]
    assert gauges.doubted() == [True]
    assert gauges.hear((790.0, 790.0)) == [2]
    assert gauges.doubted() == [True]
    assert gauges.hear((810.0, 810.0)) == [2]
    assert gauges.doubted() == [False]


def test_a_single_reading_that_stands_out_of_low_ones_is_excluded_by_the_mean() -> None:
    gauges = Gauges(thresholds((700.0, 800.0, 900.0)))
    assert gauges.hear((710.0, 705.0, 850.0, 710.0, 708.0, 706.0)) == [3]
    assert gauges.doubted() == [False]


def test_a_doubt_ends_with_the_stage() -> None:
    gauges = Gauges(thresholds((700.0, 800.0, 900.0)))
    assert gauges.hear((660.0, 690.0, 720.0, 730.0, 690.0, 680.0)) == [3]
    assert [gauges.hear(680.0)[0] for _ in range(3)] == [3, 3, 4]
    assert gauges.doubted() == [False]


def test_readings_that_may_have_ended_a_window_count_in_the_next_one() -> None:
    gauges = Gauges(thresholds(KATULAMPA), EnvironmentRules(siaga_up_readings=3))
    assert gauges.hear((40.0, 40.0)) == [4]
    assert gauges.hear((40.0, 85.0, 85.0)) == [4]
    assert gauges.hear((85.0, 40.0)) == [3]
    assert gauges.doubted() == [True], "of the window before only the last reading is known to be at the threshold"


def test_no_time_at_all_at_the_threshold_is_one_reading() -> None:
    gauges = Gauges(thresholds(KATULAMPA), EnvironmentRules(siaga_up_readings=100, siaga_up_time=0))
    assert gauges.hear((40.0, 40.0)) == [4]
    assert gauges.hear((40.0, 90.0, 40.0)) == [3]
    assert gauges.doubted() == [False]


def test_a_time_at_the_threshold_that_ends_within_a_window_is_doubted() -> None:
    patient = EnvironmentRules(siaga_up_readings=100, siaga_up_time=10 * MINUTE_NS)
    gauges = Gauges(thresholds(KATULAMPA), patient)
    assert [gauges.hear(level)[0] for level in (40.0, 90.0, 90.0)] == [4, 4, 4]
    assert gauges.hear((90.0, 40.0)) == [3]
    assert gauges.doubted() == [True]


LEVEL = st.one_of(st.just(NAN), st.integers(30, 260).map(float))
GAUGES = st.lists(st.sampled_from([KATULAMPA, (200.0, 270.0, 350.0), (NAN, 150.0, NAN), (NAN, NAN, NAN)]), min_size=1,
                  max_size=5)  # fmt: skip


@given(GAUGES, st.data())
def test_gauges_have_no_part_in_each_other_and_their_order_changes_nothing(limits, data) -> None:
    rounds = data.draw(st.lists(st.tuples(*[LEVEL] * len(limits)), max_size=12))
    order = data.draw(st.permutations(range(len(limits))))
    rules = EnvironmentRules(siaga_down_time=10 * MINUTE_NS, siaga_up_time=data.draw(st.sampled_from([None, 0])))
    together, shuffled = (Gauges(thresholds(*each), rules) for each in (limits, [limits[place] for place in order]))
    for levels in rounds:
        found = together.hear(*levels)
        np.testing.assert_array_equal(shuffled.hear(*(levels[place] for place in order)), np.array(found)[order])


@given(st.lists(st.integers(30, 260).map(float), min_size=1, max_size=30))
def test_a_stage_that_holds_is_never_less_than_the_last_readings_in_a_row_ask_for(levels) -> None:
    held = stages(*levels)
    plain = [4.0 - sum(level >= cm for cm in KATULAMPA) for level in levels]
    for before, now, stage in zip(plain, plain[1:], held[1:], strict=False):
        assert stage <= max(before, now)


WINDOW = st.lists(st.sampled_from([40.0, 70.0, 79.0, 80.0, 100.0, 150.0, 170.0, 210.0]), min_size=1, max_size=7)


@given(st.lists(WINDOW, min_size=1, max_size=8), st.integers(1, 4))
def test_however_readings_fall_into_windows_no_stage_is_missed_and_without_doubt_none_is_too_many(
    rounds, needed
) -> None:
    rules = EnvironmentRules(siaga_up_readings=needed, siaga_down_time=10**6 * MINUTE_NS)
    gauges, doubts = Gauges(thresholds(KATULAMPA), rules), []
    for levels in rounds:
        (held,) = gauges.hear(tuple(levels))
        doubts.extend(gauges.doubted())
    readings = [level for levels in rounds for level in levels]
    in_a_row = [readings[start : start + needed] for start in range(len(readings) - needed + 1)]
    confirmed = min([4.0 - sum(min(row) >= cm for cm in KATULAMPA[:2]) for row in in_a_row], default=4.0)
    begun = 4.0 - sum(rounds[0][-1] >= cm for cm in KATULAMPA)
    right = min(begun, 1.0 if max(readings) >= 200 else confirmed)
    assert held <= right
    if not any(doubts):
        assert held == right
