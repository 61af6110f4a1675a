from config.alert_rules import Rule
from config.settings import Settings
from config.shipped_inhibitions import shipped_inhibitions
from config.shipped_rules import shipped_ids, with_shipped_rules


def test_each_graver_stage_hides_the_milder_ones() -> None:
    found = shipped_inhibitions(["siaga-3", "siaga-1", "siaga-2", "heat-extreme"])
    assert [(each.id, each.source, each.target, each.equal) for each in found] == [
        ("over-siaga-1", ("siaga-1",), ("siaga-2", "siaga-3"), ("zone",)),
        ("over-siaga-2", ("siaga-2",), ("siaga-3",), ("zone",)),
    ]


def test_they_name_rules_that_ship() -> None:
    named = {rule for each in shipped_inhibitions(shipped_ids()) for rule in (*each.source, *each.target)}
    assert named <= {*shipped_ids()}
    assert len(named) == 12


def test_they_come_with_the_rules_where_none_are_configured() -> None:
    silent = with_shipped_rules(Settings(shipped_rules=("device-silent",)))
    assert [each.id for each in silent.inhibitions] == ["dead-gateway"]
    assert with_shipped_rules(Settings(shipped_rules=("device-silent",), inhibitions=())).inhibitions == ()
    assert with_shipped_rules(Settings()).inhibitions == ()


def test_they_come_with_a_rule_of_ones_own_that_takes_the_place_of_a_shipped_one() -> None:
    own = Rule(id="device-silent", field="silent_s", size="1m", enter=600)
    replaced = with_shipped_rules(Settings(shipped_rules=("device-silent",), rules=(own,)))
    assert [each.id for each in replaced.inhibitions] == ["dead-gateway"]
    assert with_shipped_rules(Settings(rules=(own,))).inhibitions == ()
