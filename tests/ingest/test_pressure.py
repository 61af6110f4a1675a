import pytest

from ingest.pressure import Level, Pressure


def after(*steps: tuple[int, float]) -> Pressure:
    """Of a limit of 100 bytes, with (bytes waiting, saturated for s) in turn, each for a second."""
    pressure = Pressure(limit_bytes=100)
    for now_s, (waiting_bytes, saturated_for_s) in enumerate(steps):
        pressure.judge(waiting_bytes, saturated_for_s, 2.0 * now_s)
        pressure.judge(waiting_bytes, saturated_for_s, 2.0 * now_s + 1.0)
    return pressure


@pytest.mark.parametrize(
    ("waiting_bytes", "level", "holding"),
    [
        (0, Level.NOTHING, False),
        (49, Level.NOTHING, False),
        (50, Level.LOW, False),
        (74, Level.LOW, False),
        (75, Level.NORMAL, False),
        (99, Level.NORMAL, False),
        (100, Level.NORMAL, True),
        (900, Level.NORMAL, True),
    ],
)
def test_pressure_that_lasts_a_second_rises(waiting_bytes: int, level: Level, holding: bool) -> None:
    pressure = after((waiting_bytes, 0))
    assert (pressure.level, pressure.holding) == (level, holding)


def level_after(*steps: tuple[float, int]) -> Level:
    """Of a limit of 100 bytes, with (time in s, bytes waiting) in turn."""
    pressure = Pressure(limit_bytes=100)
    for now_s, waiting_bytes in steps:
        pressure.judge(waiting_bytes, 0, now_s)
    return pressure.level


def test_a_disk_that_stands_still_for_less_than_a_second_sheds_nothing() -> None:
    assert level_after((0.0, 60), (0.3, 100), (0.9, 900)) is Level.NOTHING
    assert level_after((0.0, 900), (0.9, 20), (1.5, 20)) is Level.NOTHING
    assert level_after((0.0, 900), (0.5, 20), (1.5, 20), (1.75, 900), (2.5, 900)) is Level.NOTHING


def test_pressure_that_comes_again_and_again_lasts() -> None:
    assert level_after((0.0, 100), (0.4, 0), (0.8, 100), (1.0, 0), (1.1, 100)) is Level.NORMAL


def test_reading_that_is_held_goes_on_at_half_of_the_limit() -> None:
    assert after((100, 0), (51, 0)).holding
    assert not after((100, 0), (50, 0)).holding
    assert not after((100, 0), (50, 0), (99, 0)).holding


def test_levels_fall_late() -> None:
    assert after((75, 0), (50, 0)).level is Level.NORMAL
    assert after((75, 0), (49, 0)).level is Level.LOW
    assert after((75, 0), (49, 0), (25, 0)).level is Level.LOW
    assert after((75, 0), (24, 0)).level is Level.NOTHING


def test_reading_without_a_rest_for_long_is_pressure_until_it_comes_to_rest() -> None:
    assert after((0, 5.0)).level is Level.NOTHING
    assert after((0, 5.1)).level is Level.LOW
    assert after((0, 5.1), (0, 0.2)).level is Level.LOW
    assert after((0, 5.1), (0, 0.0)).level is Level.NOTHING
    assert not after((0, 500.0)).holding
