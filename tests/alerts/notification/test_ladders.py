from alerts.notification.ladders import Ladders, after_ns, next_step, step_of
from config.duty import Ladder, Notification, Step
from tests.alerts.watched import MINUTE, city

LADDER = Ladder(id="l", steps=(Step(to=("shift",)), Step(after=5 * MINUTE, to=("head",))))
AGAIN = LADDER.model_copy(update={"repeat": 20 * MINUTE})


def test_the_last_step_comes_once_or_again_and_again() -> None:
    assert [after_ns(LADDER, step) for step in range(3)] == [0, 5 * MINUTE, None]
    assert [after_ns(AGAIN, step) for step in range(4)] == [0, 5 * MINUTE, 25 * MINUTE, 45 * MINUTE]
    assert step_of(AGAIN, 7).to == ("head",)


def test_repetitions_that_were_missed_are_not_made_up_for() -> None:
    assert [next_step(LADDER, step, 100 * MINUTE) for step in (0, 1)] == [1, 2]
    assert next_step(AGAIN, 0, 100 * MINUTE) == 1
    assert [next_step(AGAIN, 1, minute * MINUTE) for minute in (5, 24, 25, 44, 45, 105)] == [2, 2, 3, 3, 4, 7]
    assert after_ns(AGAIN, 7) == 125 * MINUTE


def test_the_ladder_of_a_route_goes_before_that_of_the_severity_and_this_before_the_default() -> None:
    notification = Notification(ladders={"critical": "l"})
    ladders = Ladders(city(ladders=(LADDER,), notification=notification))
    assert ladders.of("l", "info") is LADDER
    assert ladders.of("", "critical") is LADDER
    assert [step.to for step in ladders.of("", "warning").steps] == [("shift",), ("office",)]
    assert ladders.of("gone", "info").id == "info"
