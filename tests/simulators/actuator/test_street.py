import pytest

from config.actuators import Actuator, Command
from simulators.actuator.conduct import Conduct
from simulators.actuator.street import listeners_of

SIREN, PUMP = (
    Actuator(id=name, topic=f"street/{name}", commands={"on": Command()}, dry_run=name == "pump")
    for name in ("siren", "pump")
)


def said(*conducts: Conduct) -> list[str]:
    return [str(listener) for listener in listeners_of(conducts, [SIREN, PUMP], 1)]


def test_a_conduct_that_names_nobody_is_that_of_all_actuators_of_the_configuration() -> None:
    assert said(Conduct()) == [
        "siren on street/siren: done",
        "pump on street/pump: done; a dry run in the configuration, so nothing is sent to it",
    ]


def test_only_those_are_simulated_that_are_meant() -> None:
    assert said(Conduct(actuators=("siren",), behaviour="never")) == ["siren on street/siren: never"]


def test_a_topic_that_the_configuration_does_not_know_is_listened_to() -> None:
    assert said(Conduct(topics=("street/gate",), behaviour="refuses")) == ["street/gate on street/gate: refuses"]


def test_an_actuator_that_is_not_there_is_named() -> None:
    with pytest.raises(ValueError, match=r"the scenario names actuator 'sirne', which is not there.*'siren'"):
        said(Conduct(actuators=("sirne",)))


def test_all_of_none_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="but the configuration has none; name their topics"):
        listeners_of([Conduct()], [], 1)
