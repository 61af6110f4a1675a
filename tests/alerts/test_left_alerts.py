"""Rules that are other at the next start, or gone: what fired by them ends, for people and on the street."""

from alerts.acts import RulesChanged
from alerts.causes import Cause, Code
from alerts.desk import Alerts
from config.actuators import Actuator, Command, Order
from config.alert_rules import Rule
from config.settings import Settings
from ingest.devices import DeviceTable
from tests.alerts.watched import Watched, city

SIGN = Actuator(id="sign", topic="street/sign", commands={"full": Command(), "off": Command(safe=True)})
ORDERS = (Order(actuator="sign", command="full"), Order(actuator="sign", command="off", on="resolved"))
STRICT = Rule(id="full", indicator="parking_occupancy", size="1m", enter=0.9, orders=ORDERS, severity="critical")
EASIER = STRICT.model_copy(update={"enter": 0.99})
STRICTER = STRICT.model_copy(update={"enter": 0.8})


def with_rules(*rules: Rule) -> Settings:
    return city(rules=rules, actuators=(SIGN,))


def configured_anew(watched: Watched, *rules: Rule) -> None:
    saved = watched.desk.dump()
    watched.settings = with_rules(*rules)
    watched.desk = Alerts(watched.settings, DeviceTable())
    assert watched.desk.load(saved) == ["full"]


def full() -> Watched:
    """At 07:30 a car park in kota is full, and the sign says so."""
    watched = Watched(with_rules(STRICT))
    watched.park("07:30", kota=0.97)
    assert commands(watched) == ["full"]
    return watched


def commands(watched: Watched) -> list[str]:
    return [state.command for state in watched.desk.commander.states]


def test_whoever_was_told_hears_that_a_changed_rule_has_ended_its_alert_and_the_sign_goes_off() -> None:
    watched = full()
    configured_anew(watched, EASIER)
    assert watched.desk.left
    watched.do("07:35", RulesChanged(who="denyut"))
    assert watched.told == ["07:30 firing ayu 1", "07:35 resolved ayu 1"]
    assert watched.notices[-1].cards[0].cause == Cause(Code.RULE_CHANGED)
    assert watched.log("resolved") == ["07:35 resolved its rule has changed"]
    assert commands(watched) == ["full", "off"]
    assert not watched.desk.left


def test_so_does_a_rule_that_is_gone() -> None:
    watched = full()
    configured_anew(watched)
    watched.do("07:35", RulesChanged(who="denyut"))
    assert watched.told == ["07:30 firing ayu 1", "07:35 resolved ayu 1"]
    assert commands(watched) == ["full", "off"]


def test_what_is_left_survives_another_restart() -> None:
    watched = full()
    configured_anew(watched, EASIER)
    watched.restart()
    watched.do("07:35", RulesChanged(who="denyut"))
    assert watched.told == ["07:30 firing ayu 1", "07:35 resolved ayu 1"]


def test_where_the_new_rule_fires_before_its_alert_speaks_and_the_sign_stays_on() -> None:
    watched = full()
    configured_anew(watched, STRICTER)
    watched.park("07:31", kota=0.97)
    watched.do("07:35", RulesChanged(who="denyut"))
    assert watched.told == ["07:30 firing ayu 1", "07:31 firing ayu 2"]
    assert [state.phase.value for state in watched.desk.commander.states if state.command == "off"] == ["refused"]
