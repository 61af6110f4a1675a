from alerts.notification.ladders import Ladders, after_ns, step_of
from config.duty import Ladder, Notification, Step
from tests.alerts.watched import MINUTE, city

LADDER = Ladder(id="l", steps=(Step(to=("shift",)), Step(after=5 * MINUTE, to=("head",))))
AGAIN = LADDER.model_copy(update={"repeat": 20 * MINUTE})


def test_the_last_step_comes_once_or_again_and_again() -> None:
    assert [after_ns(LADDER, step) for step in range(3)] == [0, 5 * MINUTE, None]
    assert [after_ns(AGAIN, step) for step in range(4)] == [0, 5 * MINUTE, 25 * MINUTE, 45 * MINUTE]
    assert step_of(AGAIN, 7).to == ("head",)


def test_the_ladder_of_a_route_goes_before_that_of_the_severity_and_this_before_the_default() -> None:
    notification = Notification(ladders={"critical": "l"})
    ladders = Ladders(city(ladders=(LADDER,), notification=notification))
    assert ladders.of("l", "info") is LADDER
    assert ladders.of("", "critical") is LADDER
    assert [step.to for step in ladders.of("", "warning").steps] == [("shift",), ("office",)]
    assert ladders.of("gone", "info").id == "info"
