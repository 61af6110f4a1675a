import random

import pytest

from alerts.delivery.pace import Pace, retry_delay_ns
from config.durations import SECOND_NS


def test_room_comes_back_after_a_minute() -> None:
    pace = Pace(3)
    pace.begin(2, 100.0)
    assert pace.room(100.0) == 1
    pace.begin(1, 130.0)
    assert pace.room(159.9) == 0
    assert pace.next_s() == 160.0
    assert pace.room(160.0) == 2


@pytest.mark.parametrize(("attempts", "least_s", "most_s"), [(1, 1, 2), (2, 2, 4), (5, 16, 32), (30, 300, 600)])
def test_attempts_come_further_and_further_apart(attempts: int, least_s: int, most_s: int) -> None:
    delays = [retry_delay_ns(attempts, None, random.Random(seed)) / SECOND_NS for seed in range(200)]
    assert least_s <= min(delays) < max(delays) <= most_s
    assert max(delays) - min(delays) > 0.4 * (most_s - least_s)


def test_nobody_is_asked_before_the_moment_that_was_named() -> None:
    delays = [retry_delay_ns(1, 30.0, random.Random(seed)) / SECOND_NS for seed in range(200)]
    assert 30 <= min(delays) < max(delays) <= 31
