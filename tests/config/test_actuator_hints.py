from typing import Any

from config.actuator_hints import odd_actuators
from config.settings import Settings

SIREN: dict[str, Any] = {"id": "siren", "topic": "street/siren", "commands": {"on": {}, "off": {}}}
HOT = {"id": "hot", "indicator": "heat_index", "enter": 1, "orders": [{"actuator": "siren", "command": "on"}]}


def said(**more: Any) -> list[str]:
    usual = {"actuators": [SIREN], "rules": [HOT]}
    return odd_actuators(Settings.model_validate(usual | more, context={"folder": "."}))


def test_what_is_usual_needs_no_hint() -> None:
    assert said() == []


def test_commands_and_answers_that_a_source_would_take_for_readings_are_told() -> None:
    assert said(sources=[{"topics": ["#"]}]) == [
        "actuator 'siren': source 'mqtt' subscribes to '#', so it takes the commands on 'street/siren' for readings",
        "source 'mqtt' subscribes to '#', so it takes answers of actuators for readings",
    ]
    assert (
        said(
            sources=[{"topics": ["#"], "broker": "mqtt://10.0.0.1"}, {"name": "own"}],
            actuators=[SIREN | {"source": "own"}],
        )
        == []
    )


def test_actuators_that_hear_each_others_commands_are_told() -> None:
    assert said(actuators=[SIREN, SIREN | {"id": "horn"}])[0] == (
        "actuators 'siren' and 'horn' listen on 'street/siren': each hears both"
    )


def test_an_actuator_that_nobody_commands_is_told() -> None:
    assert said(rules=[]) == ["actuator 'siren': no rule orders anything of it, and nobody may command it"]
    assert said(rules=[], http={"operator_token_env": "TOKEN"}) == []
    assert said(rules=[], actuators=[SIREN | {"officers": ["budi"]}]) == []
