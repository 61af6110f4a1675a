import io
from dataclasses import replace

from denyut.scoring.alerts import AlertScore, EventScore
from denyut.scoring.coverage import CoverageScore
from denyut.scoring.figures import Agreement
from denyut.scoring.messages import MessageScore
from denyut.scoring.score import Score, add_that_the_journal_is_gone
from denyut.scoring.words import write_words

NOTHING = CoverageScore(0, 0, 0, 0, 0.0, 0.0)


def score_of(coverage: CoverageScore = NOTHING) -> Score:
    return Score(
        messages=MessageScore(0, 0, 0, 0, 0, 0, 0, 0, {}),
        readings={},
        windows={},
        coverage=coverage,
        was_away=False,
    )


def lines_of(score: Score) -> list[str]:
    out = io.StringIO()
    write_words(score, out)
    return [line for line in out.getvalue().splitlines() if line]


def told(*delays_s: float | None) -> list[str]:
    """The last word of each line."""
    alerts = {"siaga-1": AlertScore(1, 1, 1, 0, 1.0, 1.0, 5280.0, -0.04)}
    events = [EventScore("rains", "a storm", "rain", delay_s) for delay_s in delays_s]
    return [line.split()[-1] for line in lines_of(replace(score_of(), alerts=alerts, events=events))]


def test_delays_are_told_in_seconds() -> None:
    assert told(19.4, 8.0, -2.26, None)[-5:-1] == ["19.4s", "8.0s", "-2.3s", "-"]


def test_what_is_hardly_sooner_is_not_told_as_less_than_nothing() -> None:
    assert "0.0s" in told()
    assert "-0.0s" not in told()


def test_what_was_not_looked_at_is_not_said_to_hold() -> None:
    assert lines_of(replace(score_of(), quick=True))[-2:] == [
        "stored indicators and alerts were not compared with what arrived",
        "the run holds, as far as --quick looks",
    ]
    assert lines_of(score_of())[-1] == "the run holds, as far as can be said without a journal"
    assert lines_of(replace(score_of(), again={"window": Agreement(rows=7)}))[-1] == "the run holds"


def test_a_run_whose_journal_is_gone_does_not_hold() -> None:
    gone = replace(score_of(), messages=MessageScore(4300, 4309, 2, 9, 0, 0, 0, 0, {}), was_away=True)
    add_that_the_journal_is_gone(gone)
    assert lines_of(gone)[-2:] == [
        "stored windows, indicators and alerts are not judged: the journal has 0 of 4,311 messages",
        "the run does not hold",
    ]
    assert not gone.holds


def coverage_of(found: CoverageScore) -> str:
    return next(line for line in lines_of(score_of(found)) if line.startswith("coverage"))


def test_a_coverage_that_is_not_there_is_missing_and_one_that_cannot_be_judged_is_not_honest() -> None:
    assert coverage_of(NOTHING) == "coverage: nothing to judge"
    assert coverage_of(CoverageScore(360, 2, 358, 0, 0.0, 0.0)) == (
        "coverage honest: no (358 of 360 within 0.02 of the share that came, 0 above it, 2 missing)"
    )


def test_an_event_that_nobody_noticed_has_no_alert() -> None:
    unnoticed = replace(score_of(), events=[EventScore("hazes", "haze", None, None)])
    assert lines_of(unnoticed)[-2].split() == ["hazes", "haze", "no", "alert", "-"]
