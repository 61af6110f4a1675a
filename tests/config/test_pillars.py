import pytest
from pydantic import ValidationError

from config.pillars import PILLARS, SHIPPED, Pillar, ScoreInput, Scores, inputs_of


def test_there_are_six_pillars_and_each_is_shipped_with_indicators():
    assert set(PILLARS) == set(SHIPPED) == set(Scores.model_fields) - {"enabled", "every", "min_coverage"}
    assert inputs_of(Scores()) == dict(SHIPPED)


def test_a_pillar_that_only_changes_its_weight_keeps_its_indicators():
    assert inputs_of(Scores(living=Pillar(weight=3)))["living"] == SHIPPED["living"]


def test_a_pillar_with_an_empty_list_is_left_out():
    assert list(inputs_of(Scores(branding=Pillar(indicators=())))) == [name for name in PILLARS if name != "branding"]


@pytest.mark.parametrize(
    ("points", "words"),
    [
        ([[1, 0]], "a scale needs at least two points"),
        ([[1, 0], [1, 100]], "the values of a scale must ascend; 1 follows 1"),
        ([[2, 0], [1, 100]], "the values of a scale must ascend; 1 follows 2"),
        ([[0, 0], [1, 101]], r"a score lies from 0 to 100, not 101 \(at 1\)"),
    ],
)
def test_points_that_make_no_scale_are_refused(points, words):
    with pytest.raises(ValidationError, match=words):
        ScoreInput(indicator="ispu", points=points)


@pytest.mark.parametrize("every", ["10s", "1m", "5m", "15m"])
def test_a_quarter_of_an_hour_is_a_whole_number_of_steps(every):
    assert 900_000_000_000 % Scores.model_validate({"every": every}, context={"folder": "."}).every == 0


@pytest.mark.parametrize("every", ["7m", "1h", "30m", "5s"])
def test_another_step_is_refused(every):
    with pytest.raises(ValidationError, match=f"{every} is no step of the scores"):
        Scores.model_validate({"every": every}, context={"folder": "."})
