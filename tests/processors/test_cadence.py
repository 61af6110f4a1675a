import numpy as np

from processors.cadence import Cadences
from tests.processors.batches import SECOND_NS, at

FIRST, SECOND = 0, 1


def observe(cadences: Cadences, device: int, *times_ns: int) -> None:
    cadences.observe(np.full(len(times_ns), device, np.int32), np.array(times_ns, np.int64))


def seconds(cadences: Cadences, device: int) -> float:
    return float(cadences.interval_ns[device]) / SECOND_NS


def test_one_reading_tells_no_interval() -> None:
    cadences = Cadences()
    observe(cadences, FIRST, at("10:00:00"))
    assert np.isnan(seconds(cadences, FIRST))


def test_two_readings_tell_the_interval_and_many_in_one_batch_their_mean() -> None:
    cadences = Cadences()
    observe(cadences, FIRST, at("10:00:00"))
    observe(cadences, FIRST, at("10:00:10"))
    assert seconds(cadences, FIRST) == 10
    observe(cadences, SECOND, at("10:00:00"))
    observe(cadences, SECOND, at("10:00:20"), at("10:00:40"), at("10:01:00"))
    assert seconds(cadences, SECOND) == 20


def test_an_outage_is_no_new_rhythm_and_a_new_rhythm_is_learned() -> None:
    cadences = Cadences()
    for second in (0, 10, 20):
        observe(cadences, FIRST, at("10:00:00") + second * SECOND_NS)
    observe(cadences, FIRST, at("11:00:00"))
    assert seconds(cadences, FIRST) == 10 + 0.2 * (30 - 10)
    for minute in range(1, 40):
        observe(cadences, FIRST, at("11:00:00") + minute * 60 * SECOND_NS)
    assert 55 < seconds(cadences, FIRST) <= 60


def test_a_reading_out_of_order_teaches_nothing() -> None:
    cadences = Cadences()
    for clock in ("10:00:00", "10:00:10", "10:00:05", "10:00:10"):
        observe(cadences, FIRST, at(clock))
    assert seconds(cadences, FIRST) == 10


def test_a_configured_interval_stays() -> None:
    cadences = Cadences()
    cadences.fix(SECOND, 60 * SECOND_NS)
    for clock in ("10:00:00", "10:00:10", "10:00:20"):
        observe(cadences, SECOND, at(clock))
    assert seconds(cadences, SECOND) == 60
    assert np.isnan(seconds(cadences, FIRST))


def test_an_interval_that_is_configured_no_more_is_learned_from_where_it_stands() -> None:
    cadences = Cadences()
    cadences.fix(FIRST, 60 * SECOND_NS)
    cadences.release()
    for minute in range(12):
        observe(cadences, FIRST, at("10:00:00") + minute * 30 * SECOND_NS)
    assert 30 < seconds(cadences, FIRST) < 40
