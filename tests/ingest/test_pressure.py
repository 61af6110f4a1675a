import pytest

from ingest.pressure import Level, Pressure


def after(*steps: tuple[int, float]) -> Pressure:
    """Of a limit of 100 bytes, with (bytes waiting, saturated for s) in turn."""
    pressure = Pressure(limit_bytes=100)
    for waiting_bytes, saturated_for_s in steps:
        pressure.judge(waiting_bytes, saturated_for_s)
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
def test_pressure_rises_at_once(waiting_bytes: int, level: Level, holding: bool) -> None:
    pressure = after((waiting_bytes, 0))
    assert (pressure.level, pressure.holding) == (level, holding)


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
