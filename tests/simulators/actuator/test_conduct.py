from config.durations import SECOND_NS
from simulators.actuator.conduct import Conduct, Conducts


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
