import pytest

from config.durations import SECOND_NS
from config.settings import Device, Settings, Window, Windows
from denyut.scoring.expected_coverage import expected_coverage, registered_devices, taken_in
from denyut.scoring.expected_windows import closing_of
from tests.denyut.scoring.told_readings import START_NS, Told, readings_of

MINUTE_NS = 60 * SECOND_NS
END_NS = START_NS + MINUTE_NS
AHEAD_S, DELAY_S, LATENESS_S = 60, 2, 120
SLACK_NS = 5 * SECOND_NS


def city(*devices: Device) -> Settings:
    windows = Windows(
        sizes=(Window(size=MINUTE_NS), Window(size=15 * MINUTE_NS)),
        delay=DELAY_S * SECOND_NS,
        lateness=LATENESS_S * SECOND_NS,
        ahead=AHEAD_S * SECOND_NS,
    )
    return Settings(windows=windows, devices=devices)


def air(name: str, zone: str = "kauman", every_s: int = 30) -> Device:
    return Device(id=name, kind="air", zone=zone, every=every_s * SECOND_NS)


def shares(settings: Settings, *rows: Told, end_ns: int = END_NS) -> dict[str, tuple[float, float]]:
    readings = readings_of(*rows)
    registered = registered_devices(readings, settings)
    assert registered is not None
    taken = taken_in(readings, registered, settings, START_NS, SLACK_NS)
    closing = closing_of(settings, "air", SLACK_NS, END_NS)
    found = expected_coverage(taken, registered, MINUTE_NS, closing, [end_ns])
    return {zone: bounds for (zone, _), bounds in found.items()}


def test_what_came_is_compared_with_what_was_due() -> None:
    found = shares(city(air("A")), ("A", 1, 1, 1, 0, "", 1.0), ("A", 31, 31, 31, -1, "lost", 2.0))
    assert found == {"kauman": (0.5, 0.5), "all": (0.5, 0.5)}


def test_a_device_counts_for_no_more_readings_than_are_due() -> None:
    rows: list[Told] = [("A", second, second, second, second, "", 1.0) for second in (1, 11, 21, 31)]
    assert shares(city(air("A"), air("B")), *rows)["all"] == (0.5, 0.5)


def test_devices_of_which_the_simulation_has_not_a_single_reading_are_due_all_the_same() -> None:
    found = shares(city(air("A"), air("B", zone="klangon", every_s=60)), ("A", 1, 1, 1, 0, "", 1.0))
    assert found["kauman"] == (0.5, 0.5)
    assert found["klangon"] == (0.0, 0.0)
    assert found["all"] == (pytest.approx(1 / 3), pytest.approx(1 / 3))


def test_in_a_window_without_any_reading_the_coverage_is_none() -> None:
    found = shares(city(air("A")), ("A", 1, 1, 1, 0, "", 1.0), end_ns=END_NS + MINUTE_NS)
    assert found == {"kauman": (0.0, 0.0), "all": (0.0, 0.0)}


def test_a_clock_too_far_behind_for_a_window_adds_nothing_to_it_though_a_longer_one_still_takes_the_reading() -> None:
    """The minute goes 122 s after its end, at 182 s; the quarter of an hour only at 1022 s."""
    behind: Told = ("A", 200, 10, 200, 0, "clock_offset", 1.0)
    in_time: Told = ("B", 10, 10, 10, 1, "", 1.0)
    assert shares(city(air("A"), air("B")), behind, in_time)["kauman"] == (0.25, 0.25)


@pytest.mark.parametrize(("sent_s", "bounds"), [(170, (0.5, 0.5)), (180, (0.0, 0.5)), (185, (0.0, 0.5)), (190, (0, 0))])
def test_a_reading_that_comes_as_a_window_is_about_to_go_may_have_been_taken_or_not(
    sent_s: float, bounds: tuple[float, float]
) -> None:
    assert shares(city(air("A")), ("A", 10, 10, sent_s, 0, "delayed", 1.0))["kauman"] == bounds


def test_a_clock_near_the_limit_of_being_ahead_may_have_been_taken_or_not() -> None:
    """Of a clock 62 s ahead: rejected if it arrives at once, taken if that takes 5 s."""
    settings, ahead = city(air("A")), ("A", 1, 63, 1, 0, "clock_drift", 1.0)
    assert shares(settings, ahead, end_ns=END_NS + MINUTE_NS)["kauman"] == (0.0, 0.5)


def test_of_devices_without_an_interval_nothing_is_expected() -> None:
    readings = readings_of(("A", 1, 1, 1, 0, "", 1.0))
    assert registered_devices(readings, city(air("A"), Device(id="B", kind="air"))) is None
    assert registered_devices(readings, city(air("B"))) is None


def test_a_window_goes_when_the_pane_that_ends_after_its_lateness_does() -> None:
    """Of windows of 15 min alone the panes are 15 min long: 2 min of lateness become 15."""
    windows = Windows(sizes=(Window(size=15 * MINUTE_NS),), delay=2 * SECOND_NS, lateness=2 * MINUTE_NS)
    assert closing_of(Settings(windows=windows), "air", SLACK_NS, END_NS).after_ns == 902 * SECOND_NS
    assert closing_of(city(), "air", SLACK_NS, END_NS).after_ns == 122 * SECOND_NS
