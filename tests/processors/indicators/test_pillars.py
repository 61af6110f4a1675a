"""Scores, as docs/city-scores.md tells them."""

import math
import re
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.pillars import PILLARS, SHIPPED, Pillar, ScoreInput, Scores
from processors.indicators.pillars import Row, scores, weigh

PAGE = (Path(__file__).parents[3] / "docs" / "city-scores.md").read_text(encoding="utf-8")
EXAMPLE = re.compile(r"<!-- example: (\w+) -->\n\n(\|.+?)\n\n[^|]+(\|.+?)(?:\n\n|\Z)", re.DOTALL)
EXAMPLES = {name: (found, result) for name, found, result in EXAMPLE.findall(PAGE)}
Figures = tuple[float, float, float]


def table(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()[2:]]


def number(text: str) -> float:
    return math.nan if text == "no data" else float(text)


def row(value: float, coverage: float = 1.0, quality: float = 1.0, revision: float = 0) -> Row:
    trust = (np.array([coverage]), np.array([quality]), np.array([revision], np.int32))
    return Row(np.array([value]), *trust)


def figures(of: Row) -> Figures:
    return float(of.value[0]), float(of.coverage[0]), float(of.quality[0])


@pytest.mark.parametrize("pillar", ["living", "environment"])
def test_a_pillar_is_what_the_documentation_works_out(pillar: str) -> None:
    given_text, result_text = EXAMPLES[pillar]
    found = {name: row(*map(number, numbers[:3])) for name, *numbers in table(given_text)}
    for name, *numbers in table(given_text):
        alone = Scores(**{pillar: Pillar(indicators=tuple(e for e in SHIPPED[pillar] if e.indicator == name))})
        scaled = scores(alone, {name: row(number(numbers[0]))}, 1)[f"score_{pillar}"]
        assert figures(scaled)[0] == pytest.approx(number(numbers[3]), nan_ok=True), name
    ((name, *expected),) = table(result_text)
    assert figures(scores(Scores(), found, 1)[name]) == pytest.approx(
        tuple(map(number, expected)), abs=5e-5, nan_ok=True
    )


def test_the_city_is_what_the_documentation_works_out() -> None:
    given_text, result_text = EXAMPLES["city"]
    pillars = [row(*map(number, numbers)) for _, *numbers in table(given_text)]
    ((_, *expected),) = table(result_text)
    assert figures(weigh(pillars, [1.0] * 6, 0.5)) == pytest.approx(tuple(map(number, expected)), abs=5e-5)


def test_what_is_shipped_is_documented_with_weights_and_scales() -> None:
    listed = re.findall(r"^\| (\w+) \| `(\w+)` \| ([\d.]+) \| ([\d.=, ]+) \|", PAGE, re.MULTILINE)
    documented = [
        (pillar, name, float(weight), tuple(tuple(map(float, point.split(" = "))) for point in points.split(", ")))
        for pillar, name, weight, points in listed
    ]
    shipped = [(pillar, each.indicator, each.weight, each.points) for pillar in PILLARS for each in SHIPPED[pillar]]
    assert documented == shipped


def test_of_an_indicator_that_nobody_computes_only_the_weight_is_missing() -> None:
    found = scores(Scores(), {"sensors_alive_share": row(0.9)}, 1)
    assert figures(found["score_governance"]) == pytest.approx((80, 0.6, 1))


def test_a_score_stays_level_beyond_its_scale_and_falls_where_the_scale_falls() -> None:
    economy = [figures(scores(Scores(), {"parking_occupancy": row(value)}, 1)["score_economy"])[0]
               for value in (-1, 0, 0.3, 0.85, 0.925, 1, 7)]  # fmt: skip
    assert economy == pytest.approx([0, 0, 40, 100, 80, 60, 60])


def test_a_pillar_that_is_left_out_has_no_score_and_no_weight_in_the_city() -> None:
    only = {name: Pillar(indicators=()) for name in PILLARS if name != "economy"}
    found = scores(Scores(**only), {"parking_occupancy": row(0.6, 0.8, 0.9, 3)}, 1)
    assert {name: figures(each) for name, each in found.items()} == {
        "score_economy": pytest.approx((80, 0.8, 0.9)),
        "score_city": pytest.approx((80, 0.8, 0.9)),
    }
    assert found["score_city"].revision.tolist() == [3]
    assert scores(Scores(**only, economy=Pillar(indicators=())), {}, 1) == {}


def test_a_configured_weight_keeps_the_shipped_indicators() -> None:
    heavy = Scores(economy=Pillar(weight=5), min_coverage=0)
    found = scores(heavy, {"parking_occupancy": row(0.85), "sensors_alive_share": row(0.5)}, 1)
    assert figures(found["score_city"])[0] == pytest.approx((5 * 100 + 0) / 6)


def test_the_least_coverage_is_enough_whatever_the_order_of_the_sum() -> None:
    inputs = tuple(ScoreInput(indicator=name, points=((0, 0), (1, 100)), weight=0.1) for name in "abcdefghij")
    settings = Scores(living=Pillar(indicators=inputs), min_coverage=0.7)
    assert figures(scores(settings, {name: row(0.5) for name in "abcdefg"}, 1)["score_living"])[0] == pytest.approx(50)
    assert math.isnan(figures(scores(settings, {name: row(0.5) for name in "abcdef"}, 1)["score_living"])[0])


VALUE = st.one_of(st.just(math.nan), st.floats(0, 100))
INPUT = st.tuples(VALUE, st.floats(0, 1), st.floats(0, 1), st.floats(0.1, 10))


@given(st.lists(INPUT, min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_figures_changes_nothing_and_trust_stays_a_share(
    inputs: list[tuple[float, float, float, float]], random: Random
) -> None:
    shuffled = random.sample(inputs, len(inputs))
    one, other = (
        figures(weigh([row(*rest) for *rest, _ in each], [weight for *_, weight in each], 0.25))
        for each in (inputs, shuffled)
    )
    assert one == pytest.approx(other, rel=1e-9, nan_ok=True)
    value, coverage, quality = one
    assert 0 <= coverage <= 1
    assert 0 <= quality <= 1
    if math.isnan(value):
        assert (coverage, quality) == (0, 0)
    else:
        known = [value for value, *_ in inputs if not math.isnan(value)]
        assert min(known) - 1e-9 <= value <= max(known) + 1e-9
