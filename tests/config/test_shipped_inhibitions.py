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
