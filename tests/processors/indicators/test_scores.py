"""When scores are made, of which windows, and what a revision of one changes."""

import math
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.durations import parse_duration
from config.pillars import PILLARS, Pillar, ScoreInput, Scores
from processors.checkpoints.arrays import pack_inline, unpack_inline
from processors.indicators.indicator_batch import IndicatorBatch
from processors.indicators.scores import KEPT, CityFigures, ScoreState
from tests.processors.batches import at

SCALE = ((0.0, 0.0), (100.0, 100.0))
ONLY_LIVING = {name: Pillar(indicators=()) for name in PILLARS if name != "living"}
QUARTER_NS = 900_000_000_000


def settings(*indicators: str, every: str = "15m", **others: object) -> Scores:
    inputs = tuple(ScoreInput(indicator=name, points=SCALE) for name in indicators)
    return Scores.model_validate(
        {"every": parse_duration(every), "living": Pillar(indicators=inputs), **ONLY_LIVING, **others}
    )


def batch(size: str, clock: str, values: dict[str, float], zone: str = "all", revision: int = 0) -> IndicatorBatch:
    known = np.isfinite(list(values.values()))
    return IndicatorBatch(
        size_ns=parse_duration(size),
        end_ns=at(clock),
        city=["c"] * len(values),
        zone=[zone] * len(values),
        indicator=list(values),
        value=np.array(list(values.values()), np.float64),
        coverage=known.astype(np.float64),
        quality=known.astype(np.float64),
        revision=np.full(len(values), revision, np.int32),
    )


Found = dict[tuple[str, str, str], tuple[float, float, int]]


def made(batches: Iterable[IndicatorBatch]) -> Found:
    """(end, zone, indicator) -> value, coverage, revision; the newest where a step was made again."""
    return {
        (clock(each.end_ns), zone, name): (float(value), float(coverage), int(revision))
        for each in batches
        for zone, name, value, coverage, revision in zip(
            each.zone, each.indicator, each.value, each.coverage, each.revision, strict=True
        )
    }


def clock(time_ns: int) -> str:
    minutes = (time_ns - at("00:00:00")) // 60_000_000_000
    return f"{minutes // 60:02}:{minutes % 60:02}"


def city(found: Found) -> dict[str, float]:
    return {end: value for (end, zone, name), (value, *_) in found.items() if (zone, name) == ("all", "score_city")}


def test_a_step_is_scored_by_the_windows_that_end_with_it() -> None:
    figures = CityFigures(settings("a"), ScoreState())
    figures.take(batch("1m", "10:14:00", {"a": 10}))
    figures.take(batch("15m", "10:15:00", {"a": 60}))
    figures.take(batch("1m", "10:15:00", {"a": 90}))
    figures.take(batch("10s", "10:15:00", {"a": 95}))
    assert city(made(figures.close(at("10:15:00")))) == {"10:15": 60}


def test_where_nothing_is_as_long_as_the_step_the_longest_shorter_window_counts() -> None:
    figures = CityFigures(settings("a"), ScoreState())
    figures.take(batch("1m", "10:15:00", {"a": 90}))
    figures.take(batch("10s", "10:15:00", {"a": 95}))
    assert city(made(figures.close(at("10:15:00")))) == {"10:15": 90}


def test_an_hour_counts_at_its_end_and_the_three_quarters_after_it() -> None:
    figures = CityFigures(settings("a", "b"), ScoreState())
    figures.take(batch("1h", "10:00:00", {"a": 40}))
    found: Found = {}
    for end in ("10:00", "10:15", "10:30", "10:45", "11:00"):
        figures.take(batch("15m", f"{end}:00", {"b": 60}))
        found |= made(figures.close(at(f"{end}:00")))
    assert city(found) == {"10:00": 50, "10:15": 50, "10:30": 50, "10:45": 50, "11:00": 60}


def test_a_longer_window_makes_no_steps_of_its_own_but_the_one_at_its_end() -> None:
    figures = CityFigures(settings("a", every="1m"), ScoreState())
    figures.take(batch("1m", "10:00:00", {"a": 40}))
    figures.take(batch("24h", "10:00:00", {"a": 50}))
    figures.take(batch("1h", "10:30:00", {"a": 60}))
    assert city(made(figures.close(at("23:00:00")))) == {"10:00": 40, "10:30": 60}
    figures.take(batch("24h", "10:00:00", {"a": 70}, revision=1))
    assert figures.close(at("23:00:00")) == [], "no step of the last ones was made"


def test_steps_of_a_minute_go_by_minutes_and_know_the_quarter_before() -> None:
    figures = CityFigures(settings("a", "b", every="1m"), ScoreState())
    figures.take(batch("15m", "10:15:00", {"a": 20, "b": 20}))
    figures.take(batch("1m", "10:15:00", {"a": 80}))
    figures.take(batch("1m", "10:16:00", {"a": 90}))
    assert city(made(figures.close(at("10:16:00")))) == {"10:15": 50, "10:16": 55}


def test_no_data_in_the_window_that_counts_is_no_data() -> None:
    figures = CityFigures(settings("a"), ScoreState())
    figures.take(batch("15m", "10:15:00", {"a": math.nan}))
    figures.take(batch("1m", "10:15:00", {"a": 50}))
    found = made(figures.close(at("10:15:00")))
    assert math.isnan(found["10:15", "all", "score_living"][0])
    assert found["10:15", "all", "score_living"][1] == 0


def test_each_zone_has_scores_of_its_own_and_one_without_figures_has_no_data() -> None:
    figures = CityFigures(settings("a"), ScoreState())
    figures.take(batch("15m", "10:15:00", {"a": 30}, zone="kota"))
    figures.take(batch("15m", "10:15:00", {"a": 50}, zone="all"))
    figures.close(at("10:15:00"))
    figures.take(batch("15m", "10:30:00", {"a": 70}, zone="all"))
    found = made(figures.close(at("10:30:00")))
    assert found["10:30", "all", "score_living"][0] == 70
    assert math.isnan(found["10:30", "kota", "score_living"][0])


def test_a_revised_window_makes_its_steps_again_with_the_larger_revision() -> None:
    figures = CityFigures(settings("a"), ScoreState())
    for end in ("10:00:00", "10:15:00", "10:30:00"):
        figures.take(batch("15m", end, {"a": 40}))
        figures.close(at(end))
    figures.take(batch("15m", "10:15:00", {"a": 70}, revision=2))
    found = made(figures.close(at("10:30:10")))
    assert found == {("10:15", "all", name): (70, 1, 2) for name in ("score_living", "score_city")}
    assert figures.close(at("10:30:20")) == []


def test_a_revision_further_back_than_the_kept_steps_reaches_no_score() -> None:
    figures = CityFigures(settings("a", every="1m"), ScoreState())
    for minute in range(KEPT + 1):
        figures.take(batch("1m", f"10:{minute:02}:00", {"a": 40}))
        figures.close(at(f"10:{minute:02}:00"))
    figures.take(batch("1m", "10:00:00", {"a": 70}, revision=1))
    assert figures.close(at(f"10:{KEPT:02}:10")) == []
    figures.take(batch("1m", "10:01:00", {"a": 70}, revision=1))
    assert city(made(figures.close(at(f"10:{KEPT:02}:20")))) == {"10:01": 70}


def test_other_steps_than_in_the_last_run_go_on_at_the_next_of_the_new_ones() -> None:
    state = ScoreState()
    by_minutes = CityFigures(settings("a", every="1m"), state)
    for end in ("10:06:00", "10:07:00"):
        by_minutes.take(batch("1m", end, {"a": 40}))
        by_minutes.close(at(end))
    by_minutes.take(batch("1m", "10:06:00", {"a": 50}, revision=1))
    by_quarters = CityFigures(settings("a"), state)
    assert by_quarters.close(at("10:08:00")) == []
    by_quarters.take(batch("15m", "10:15:00", {"a": 80}))
    assert city(made(by_quarters.close(at("10:15:00")))) == {"10:15": 80}


def test_an_indicator_that_is_asked_for_since_a_restart_counts_from_then_on() -> None:
    state = ScoreState()
    before = CityFigures(settings("a"), state)
    before.take(batch("15m", "10:00:00", {"a": 40, "b": 100}))
    before.close(at("10:00:00"))
    state = ScoreState.restore(state.describe(pack_inline), unpack_inline)
    after = CityFigures(settings("b", "a"), state)
    after.take(batch("15m", "10:15:00", {"a": 40, "b": 100}))
    assert city(made(after.close(at("10:15:00")))) == {"10:15": 70}


def test_what_no_score_asks_for_and_windows_that_no_step_ends_with_are_not_kept() -> None:
    state = ScoreState()
    figures = CityFigures(settings("a"), state)
    figures.take(batch("15m", "10:15:00", {"b": 30}))
    figures.take(batch("10s", "10:14:50", {"a": 30}))
    assert (state.held, state.places) == ({}, [])
    assert figures.close(at("10:30:00")) == []


def test_what_is_no_longer_needed_is_let_go() -> None:
    state = ScoreState()
    figures = CityFigures(settings("a"), state)
    for hour in range(24):
        for size in ("15m", "1h"):
            figures.take(batch(size, f"{hour:02}:00:00", {"a": 30}))
        figures.close(at(f"{hour:02}:00:00"))
    quarters = {end for size, end in state.held if size == QUARTER_NS}
    assert min(quarters) == at("19:00:00")
    assert {size for size, _ in state.held} == {QUARTER_NS, 4 * QUARTER_NS}


def test_without_scores_only_the_sensors_are_summed_up() -> None:
    figures = CityFigures(settings("a", enabled=False), ScoreState())
    figures.take(batch("1m", "10:15:00", {"a": 40, "air_sensors_known": 4, "air_sensors_alive_share": 0.5}))
    figures.take(batch("1m", "10:15:00", {"noise_sensors_known": 12, "noise_sensors_alive_share": 1}))
    figures.take(batch("1m", "10:15:00", {"air_freshness_worst_s": 700, "noise_freshness_worst_s": 20}))
    assert made(figures.close(at("10:15:00"))) == {
        ("10:15", "all", "sensors_known"): (16, 1, 0),
        ("10:15", "all", "sensors_alive_share"): (0.875, 1, 0),
        ("10:15", "all", "freshness_worst_s"): (700, 1, 0),
    }


def test_the_alert_engine_s_response_time_counts_as_soon_as_there_is_one() -> None:
    figures = CityFigures(Scores(), ScoreState())
    figures.take(batch("15m", "10:15:00", {"alert_response": 15.0, "satisfaction_index": 60.0}))
    found = made(figures.close(at("10:15:00")))
    assert found["10:15", "all", "score_society"] == (pytest.approx(65), pytest.approx(0.8), 0)


FIGURES = st.lists(
    st.tuples(
        st.sampled_from(["1m", "15m", "1h"]),
        st.integers(0, 8),
        st.sampled_from(["all", "kota", "kapas"]),
        st.dictionaries(
            st.sampled_from(["a", "b", "air_sensors_known", "air_sensors_alive_share", "other"]),
            st.one_of(st.just(math.nan), st.integers(0, 100).map(float)),
            min_size=1,
        ),
    ),
    max_size=20,
    unique_by=lambda each: each[:3],
)


@given(FIGURES, st.randoms(use_true_random=False))
def test_neither_the_order_of_the_figures_nor_how_often_they_are_closed_changes_the_scores(given, random) -> None:
    batches = sorted(
        (batch(size, clock(at("10:00:00") + quarter * QUARTER_NS) + ":00", values, zone)
         for size, quarter, zone, values in given),
        key=lambda each: each.end_ns,
    )  # fmt: skip
    at_once = CityFigures(settings("a", "b"), ScoreState())
    for each in random.sample(batches, len(batches)):
        at_once.take(each)
    together = made(at_once.close(at("12:00:00")))
    state = ScoreState()
    one_by_one: Found = {}
    for quarter in range(9):
        state = ScoreState.restore(state.describe(pack_inline), unpack_inline)
        step_by_step = CityFigures(settings("a", "b"), state)
        for each in (each for each in batches if each.end_ns == at("10:00:00") + quarter * QUARTER_NS):
            step_by_step.take(each)
        one_by_one |= made(step_by_step.close(at("10:00:00") + quarter * QUARTER_NS))
    # A zone that was not heard of yet has no row instead of no data.
    silent = {key for key, (value, *_) in together.items() if math.isnan(value)} - one_by_one.keys()
    assert one_by_one.keys() | silent == together.keys()
    for key, figure in one_by_one.items():
        assert together[key] == pytest.approx(figure, nan_ok=True), key
