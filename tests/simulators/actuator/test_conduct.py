from pathlib import Path

import pytest

from config.durations import SECOND_NS
from config.mistakes import ConfigurationError
from simulators.actuator.conduct import Conduct, Conducts
from simulators.scenario_files import load_scenario


def behaviours(conducts: Conducts, *since_s: float) -> list[str]:
    return [conducts.next(round(since * SECOND_NS)).behaviour for since in since_s]


def test_without_anything_said_of_it_an_actuator_obeys() -> None:
    assert behaviours(Conducts([], "siren", 1), 0, 10) == ["done", "done"]


def test_a_conduct_holds_from_its_begin_until_before_its_end() -> None:
    never = Conduct(behaviour="never", begin=10 * SECOND_NS, end=20 * SECOND_NS)
    assert behaviours(Conducts([never], "siren", 1), 9, 10, 19, 20) == ["done", "never", "never", "done"]


def test_the_first_conduct_that_holds_decides() -> None:
    both = [Conduct(behaviour="never", end=10 * SECOND_NS), Conduct(behaviour="refuses")]
    assert behaviours(Conducts(both, "siren", 1), 5, 15) == ["never", "refuses"]


def test_a_share_of_the_commands_meets_with_it_the_same_ones_each_time() -> None:
    late = Conduct(behaviour="late", share=0.3)
    first, again, other = (behaviours(Conducts([late], name, 1), *range(1000)) for name in ("siren", "siren", "pump"))
    assert first == again != other
    assert 250 < first.count("late") < 350


def test_a_conduct_says_itself_in_words() -> None:
    late = Conduct(behaviour="late", late=40 * SECOND_NS, share=0.5, begin=60 * SECOND_NS, end=300 * SECOND_NS)
    assert str(late) == "late by 40s, 50% of commands, from 1m until 5m"
    assert str(Conducts([], "siren", 1)) == "done"


@pytest.mark.parametrize(
    ("conduct", "sentence"),
    [
        ('topics = ["a/#/x"]', "'a/#/x' is not the topic of one thing: it must have neither + nor # nor NUL"),
        ('topics = ["street/+"]', "'street/+' is not the topic of one thing"),
        ('begin = "5m"\nend = "2m"', "it ends after 2m, which is not after its begin (5m)"),
        ('behaviour = "done"\nlate = "40s"', "what is 'done' is never `late`; that goes with behaviour = 'late'"),
    ],
)
def test_a_mistake_is_one_sentence(tmp_path: Path, conduct: str, sentence: str) -> None:
    file = tmp_path / "street.toml"
    file.write_text(f"[[actuators]]\n{conduct}\n")
    with pytest.raises(ConfigurationError) as error:
        load_scenario(file)
    (line,) = str(error.value).splitlines()
    assert sentence in line
