from config.checks.finding import Finding
from config.checks.indicators import KIND_OF_RULE, check_indicators
from config.environment_rules import KINDS_OF_RULE
from config.indicator_rules import IndicatorRules
from config.settings import Kind, Settings


def test_a_rule_below_its_own_kind_is_taken():
    rules = IndicatorRules(heat_risk=(80, 90, 105, 130), rain_day=(1, 20, 50, 100, 150))
    assert list(check_indicators(Settings(kinds={"weather": Kind(indicators=rules), "air": Kind()}))) == []


def test_a_rule_below_another_kind_would_do_nothing_and_is_refused():
    kinds = {"noise": Kind(indicators=IndicatorRules(noise_tolerance=0, rain_day=(1, 20, 50, 100, 150)))}
    assert list(check_indicators(Settings(kinds=kinds))) == [
        Finding("rain_day is a rule for kind 'weather'; it says nothing of 'noise'",
                (("kinds", "noise", "indicators", "rain_day"),))
    ]  # fmt: skip


def test_every_rule_has_its_kind():
    assert {*KIND_OF_RULE, *KINDS_OF_RULE} == set(IndicatorRules.model_fields)
    assert not KIND_OF_RULE.keys() & KINDS_OF_RULE.keys()


def test_a_rule_may_speak_of_several_kinds_and_its_refusal_names_them():
    rules = IndicatorRules(day_completeness=0.9)
    assert list(check_indicators(Settings(kinds={name: Kind(indicators=rules) for name in ("air", "noise")}))) == []
    (finding,) = check_indicators(Settings(kinds={"water": Kind(indicators=rules)}))
    assert finding.message == (
        "day_completeness is a rule for kind 'air' and 'noise' and 'weather'; it says nothing of 'water'"
    )


def test_a_congestion_that_would_be_clear_before_it_begins_is_refused_with_both_values():
    kinds = {"traffic": Kind(indicators=IndicatorRules(congested_below=0.5, congested_until=0.4))}
    (finding,) = check_indicators(Settings(kinds=kinds))
    assert finding.message == "congested_until (0.4) is below congested_below (0.5)"
    level = {"traffic": Kind(indicators=IndicatorRules(congested_below=0.5, congested_until=0.5))}
    assert list(check_indicators(Settings(kinds=level))) == []
