from config.checks.finding import OTHER, Finding
from config.checks.scores import check_scores
from config.pillars import Pillar, ScoreInput, Scores
from config.settings import Device, Kind, Settings

KNOWN = ("ispu", "traffic_speed", "sensors_alive_share", "score_city", "score_living")
SCALE = ((0, 0), (1, 100))


def found(*indicators, known=KNOWN, **others):
    inputs = tuple(ScoreInput(indicator=name, points=SCALE) for name in indicators)
    return list(check_scores(Settings(scores=Scores(living=Pillar(indicators=inputs)), **others), known))


def place(index):
    return ("scores", "living", "indicators", index, "indicator")


def test_indicators_that_exist_are_taken():
    assert found("ispu", "traffic_speed") == []
    assert list(check_scores(Settings(), KNOWN)) == []


def test_an_indicator_that_does_not_exist_is_named_with_the_nearest():
    assert found("trafic_speed") == [
        Finding("there is no indicator 'trafic_speed'; did you mean 'traffic_speed'?", (place(0),))
    ]
    assert found("happiness") == [Finding("there is no indicator 'happiness'", (place(0),))]


def test_each_kind_has_figures_of_its_sensors():
    assert found("parking_sensors_alive_share", "lamp_freshness_s", kinds={"lamp": Kind()}) == []
    assert found("lamp_sensors_known", devices=(Device(id="L1", kind="lamp"),)) == []
    (unknown,) = found("lamp_sensors_known")
    assert unknown.message.startswith("there is no indicator 'lamp_sensors_known'; did you mean ")


def test_a_score_is_not_made_of_scores():
    (finding,) = found("score_city")
    assert finding.message == "'score_city' is a score itself; a pillar is made of other indicators"


def test_an_indicator_stands_once_in_a_pillar():
    assert found("ispu", "ispu") == [Finding(f"'ispu' is {OTHER} too; give it one weight", (place(1), place(0)))]


def test_where_nobody_says_what_there_is_names_are_not_checked():
    assert found("happiness", known=()) == []
