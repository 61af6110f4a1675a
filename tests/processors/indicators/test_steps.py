from dataclasses import replace

import pytest

from processors.indicators.steps import HOUR_NS, is_minute_step, is_quarter_step, steps_in

SECOND_NS = 1_000_000_000
ROW = {"zone": "kota", "every_s": 10, "readings": 6}


def window(windows_of, size_s, sizes_s):
    return replace(windows_of("parking", size_s, [ROW]), sizes_ns=tuple(size * SECOND_NS for size in sizes_s))


@pytest.mark.parametrize(
    ("sizes_s", "minute_s", "quarter_s"),
    [
        ((10, 60, 900), 60, 900),
        ((10, 60, 900, 3600, 86_400), 60, 900),
        ((10,), 10, 10),
        ((7, 30, 45), 30, 45),
        ((120, 300), 120, 300),
        ((900,), 900, 900),
        ((1800, 86_400), None, 1800),
        ((3600,), None, 3600),
        ((86_400,), None, None),
    ],
)
def test_one_size_is_the_step_of_minutes_and_one_of_quarters(windows_of, sizes_s, minute_s, quarter_s) -> None:
    made = [window(windows_of, size_s, sizes_s) for size_s in sizes_s]
    minutes = [each.windows.size_ns // SECOND_NS for each in made if is_minute_step(each)]
    quarters = [each.windows.size_ns // SECOND_NS for each in made if is_quarter_step(each)]
    assert minutes == ([] if minute_s is None else [minute_s])
    assert quarters == ([] if quarter_s is None else [quarter_s])


def test_a_step_that_does_not_divide_the_hour_is_none(windows_of) -> None:
    assert not is_minute_step(window(windows_of, 7, (7,)))
    assert not is_quarter_step(window(windows_of, 7, (7,)))


def test_an_hour_has_sixty_steps_of_a_minute(windows_of) -> None:
    assert steps_in(window(windows_of, 60, (60,)), HOUR_NS) == 60
