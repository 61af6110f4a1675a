import io

from denyut.scoring.alerts import AlertScore, EventScore
from denyut.scoring.coverage import CoverageScore
from denyut.scoring.messages import MessageScore
from denyut.scoring.score import Score
from denyut.scoring.words import write_words


def told(*delays_s: float | None) -> list[str]:
    """The last word of each line."""
    score = Score(
        messages=MessageScore(0, 0, 0, 0, 0, 0, 0, 0, {}),
        readings={},
        windows={},
        coverage=CoverageScore(0, 0, 0, 0.0, 0.0),
        was_away=False,
        alerts={"siaga-1": AlertScore(1, 1, 1, 0, 1.0, 1.0, 5280.0, -0.04)},
        events=[EventScore("rains", "a storm", "rain", delay_s) for delay_s in delays_s],
    )
    out = io.StringIO()
    write_words(score, out)
    return [line.split()[-1] for line in out.getvalue().splitlines() if line]


def test_delays_are_told_in_seconds() -> None:
    assert told(19.4, 8.0, -2.26, None)[-5:-1] == ["19.4s", "8.0s", "-2.3s", "-"]


def test_what_is_hardly_sooner_is_not_told_as_less_than_nothing() -> None:
    assert "0.0s" in told()
    assert "-0.0s" not in told()
