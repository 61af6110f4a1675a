"""What the ledger should say, of rows whose fates are plain to see."""

from config.durations import SECOND_NS
from config.settings import Kind, Quantity, Settings, Window, Windows
from denyut.scoring.expected_ledger import Bounds, ExpectedLedger, expected_ledger
from ingest.reasons import Reason
from tests.denyut.scoring.told_readings import Told, readings_of, truth_of

SETTINGS = Settings(
    windows=Windows(sizes=(Window(size=10 * SECOND_NS),), delay=2 * SECOND_NS, lateness=60 * SECOND_NS),
    kinds={"air": Kind(quantities={"pm25": Quantity(min=0, max=500)})},
)
SLACK_NS = 5 * SECOND_NS


def expected(*rows: Told) -> ExpectedLedger:
    return expected_ledger(truth_of(readings_of(*rows)), SETTINGS, SLACK_NS)


def exactly(count: int) -> Bounds:
    return Bounds(count, count)


def test_a_reading_in_time_is_accepted_and_one_that_was_never_sent_is_nothing() -> None:
    found = expected(("A", 100, 100, 100, 0, "", 1.0), ("A", 101, 101, 101, -1, "lost", 1.0))
    assert (found.accepted, found.duplicate) == (exactly(1), exactly(0))
    assert set(found.rejected.values()) == {exactly(0)}


def test_what_is_sent_again_is_a_duplicate() -> None:
    found = expected(("A", 100, 100, 100, 0, "", 1.0), ("A", 100, 100, 103, 1, "duplicated", 1.0))
    assert (found.accepted, found.duplicate) == (exactly(1), exactly(1))


def test_what_cannot_be_read_is_rejected_each_time_that_it_comes() -> None:
    broken = "malformed malformed:not_utf8"
    found = expected(("A", 100, 100, 100, 0, broken, 1.0), ("A", 100, 100, 103, 1, f"duplicated {broken}", 1.0))
    assert found.rejected[Reason.NOT_UTF8] == exactly(2)
    assert (found.accepted, found.duplicate) == (exactly(0), exactly(0))


def test_one_broken_reading_breaks_its_message() -> None:
    found = expected(("A", 100, 100, 102, 0, "", 1.0), ("A", 101, 101, 102, 0, "malformed malformed:cut_off", 1.0))
    assert (found.accepted, found.rejected[Reason.INVALID_JSON]) == (exactly(0), exactly(1))


def test_one_good_reading_accepts_its_message() -> None:
    found = expected(("A", 100, 100, 102, 0, "", 1.0), ("A", 101, 101, 102, 0, "spike", 9_000.0))
    assert (found.accepted, found.rejected[Reason.OUT_OF_RANGE]) == (exactly(1), exactly(0))


def test_a_value_that_no_instrument_can_mean_is_rejected_also_when_it_comes_again() -> None:
    found = expected(("A", 100, 100, 100, 0, "spike", 9_000.0), ("A", 100, 100, 101, 1, "spike duplicated", 9_000.0))
    assert (found.duplicate, found.rejected[Reason.OUT_OF_RANGE]) == (exactly(0), exactly(2))


def test_in_another_shape_it_has_another_name_of_which_no_range_is_known() -> None:
    assert expected(("A", 100, 100, 100, 0, "spike changed_shape", 9_000.0)).accepted == exactly(1)


def test_a_clock_far_ahead_is_rejected_and_one_near_the_border_may_be() -> None:
    assert expected(("A", 100, 170, 100, 0, "clock_offset", 1.0)).rejected[Reason.TIME_AHEAD] == exactly(1)
    near = expected(("A", 100, 163, 100, 0, "clock_offset", 1.0))
    assert (near.rejected[Reason.TIME_AHEAD], near.accepted) == (Bounds(0, 1), Bounds(0, 1))
    assert expected(("A", 100, 159, 100, 0, "clock_offset", 1.0)).accepted == exactly(1)


def test_a_clock_far_behind_comes_too_late() -> None:
    assert expected(("A", 1000, 700, 1000, 0, "clock_offset", 1.0)).rejected[Reason.TOO_LATE] == exactly(1)


def test_what_was_accepted_and_comes_again_too_late_is_a_duplicate() -> None:
    found = expected(("A", 100, 100, 100, 0, "", 1.0), ("A", 100, 100, 900, 1, "duplicated", 1.0))
    assert (found.accepted, found.duplicate, found.rejected[Reason.TOO_LATE]) == (exactly(1), exactly(1), exactly(0))


def test_a_delayed_reading_is_late_when_its_window_had_closed() -> None:
    found = expected(("A", 100, 100, 130, 0, "delayed", 1.0), ("A", 101, 101, 101, 1, "", 1.0))
    assert (found.accepted, found.late) == (exactly(2), exactly(1))
