"""What stood before a window, however late it comes to be known."""

from config.settings import Quantity
from processors.outcomes import Outcome
from tests.processors.batches import Fed, at, row, window, windows

COUNTER = {"energy": Quantity(kind="counter")}
LAMP = {"lamp": Quantity(kind="state")}


def test_a_window_of_late_readings_alone_steps_from_the_reading_before_it() -> None:
    fed = Fed(windows("10s"), COUNTER)
    fed.take(row(0, "10:00:01", energy=100), row(0, "10:00:25", energy=130))
    fed.advance("10:00:30")
    assert window(fed, "10s", "10:00:30", 0)["energy_increase"] == 30
    assert fed.take(row(0, "10:00:15", energy=110), received="10:00:31") == [Outcome.LATE]
    fed.advance("10:00:32")
    assert window(fed, "10s", "10:00:20", 0)["energy_increase"] == 10
    third = window(fed, "10s", "10:00:30", 0)
    assert (third["energy_increase"], third["revision"]) == (20, 1)


def test_a_late_first_reading_of_all_is_what_the_next_window_steps_from() -> None:
    fed = Fed(windows("10s"), COUNTER)
    fed.take(row(0, "10:00:15", energy=110))
    fed.advance("10:00:20")
    assert window(fed, "10s", "10:00:20", 0)["energy_increase"] == 0
    fed.take(row(0, "10:00:05", energy=100), received="10:00:21")
    fed.advance("10:00:22")
    assert window(fed, "10s", "10:00:20", 0)["energy_increase"] == 10


def test_a_late_reading_of_another_device_changes_nothing() -> None:
    fed = Fed(windows("10s"), COUNTER)
    fed.take(row(0, "10:00:15", energy=110), row(1, "10:00:15", energy=7))
    fed.advance("10:00:20")
    fed.take(row(1, "10:00:05", energy=5), received="10:00:21")
    revised = [(closed.end_ns, closed.device.tolist()) for closed in fed.advance("10:00:22")]
    assert revised == [(at("10:00:10"), [1]), (at("10:00:20"), [1])]


def test_a_late_reading_corrects_the_next_window_in_which_its_device_spoke_and_none_after_it() -> None:
    fed = Fed(windows("10s"), COUNTER)
    spoken = [row(0, "10:00:01", energy=100), row(0, "10:00:45", energy=140), row(0, "10:00:55", energy=150)]
    fed.take(*spoken, row(1, "10:00:25", energy=1), row(1, "10:00:35", energy=2))
    fed.advance("10:01:00")
    assert window(fed, "10s", "10:00:50", 0)["energy_increase"] == 40
    fed.take(row(0, "10:00:15", energy=130), received="10:01:01")
    revised = [(closed.end_ns, closed.device.tolist()) for closed in fed.advance("10:01:02")]
    assert revised == [(at("10:00:20"), [0]), (at("10:00:50"), [0])]
    assert window(fed, "10s", "10:00:20", 0)["energy_increase"] == 30
    assert window(fed, "10s", "10:00:50", 0)["energy_increase"] == 10


def test_the_state_that_a_late_reading_left_is_carried_into_the_next_window() -> None:
    fed = Fed(windows("10s"), LAMP)
    fed.take(row(0, "10:00:01", lamp=0), row(0, "10:00:16", lamp=0))
    fed.advance("10:00:20")
    assert window(fed, "10s", "10:00:20", 0)["lamp_time_1"] == 0
    fed.take(row(0, "10:00:08", lamp=1), received="10:00:21")
    fed.advance("10:00:22")
    assert window(fed, "10s", "10:00:10", 0)["lamp_time_1"] == 2
    assert window(fed, "10s", "10:00:20", 0)["lamp_time_1"] == 6


def test_what_only_a_window_held_that_is_gone_is_carried_in_by_the_one_after_it() -> None:
    fed = Fed(windows("10s", lateness="15s"), COUNTER)
    fed.take(row(0, "10:00:01", energy=100), row(0, "10:00:11", energy=105), row(0, "10:00:35", energy=130))
    fed.advance("10:00:40")
    fed.take(row(0, "10:00:29", energy=120), received="10:00:40")
    fed.advance("10:00:41")
    ends = (20, 30, 40)
    assert [window(fed, "10s", f"10:00:{end}", 0)["energy_increase"] for end in ends] == [5, 15, 10]
