import random

from ingest.mqtt.backoff import Backoff


def test_delays_grow_to_the_cap_and_are_spread() -> None:
    backoff = Backoff(random.Random(7))
    delays = [backoff.delay_s() for _ in range(2000)]
    assert all(0.2 <= delay <= ceiling for delay, ceiling in zip(delays, [1, 2, 4, 8, 16], strict=False))
    assert max(delays) <= 30.0
    late = sorted(delays[5:])
    assert late[0] < 1.0
    assert 14 < late[len(late) // 2] < 16.5


def test_a_stable_connection_begins_anew() -> None:
    backoff = Backoff(random.Random(7))
    for _ in range(10):
        backoff.delay_s()
    backoff.reset()
    assert backoff.delay_s() <= 1.0
