import numpy as np
from numpy.typing import NDArray

from ingest.mqtt.exactly_once import OPEN_AT_ONCE, ExactlyOnce


def ids(*numbers: int) -> NDArray[np.uint16]:
    return np.array(numbers, np.uint16)


def test_messages_are_answered_in_order_and_few_at_once() -> None:
    exchanges = ExactlyOnce()
    first = exchanges.received(np.arange(1, 1001, dtype=np.uint16))
    assert first.tolist() == list(range(1, OPEN_AT_ONCE + 1))
    assert exchanges.received(ids(1001, 1002)).tolist() == []
    ended, following = exchanges.released(ids(1, 2, 3))
    assert (ended, following.tolist()) == (3, [OPEN_AT_ONCE + 1, OPEN_AT_ONCE + 2, OPEN_AT_ONCE + 3])
    ended, following = exchanges.released(np.arange(4, OPEN_AT_ONCE + 4, dtype=np.uint16))
    assert (ended, following.tolist()) == (OPEN_AT_ONCE, list(range(OPEN_AT_ONCE + 4, 1003)))


def test_an_identifier_in_use_is_answered_when_it_is_released_and_all_behind_it_after_it() -> None:
    exchanges = ExactlyOnce()
    assert exchanges.received(ids(5, 6, 5, 7)).tolist() == [5, 6]
    assert exchanges.received(ids(5, 8)).tolist() == []
    assert exchanges.released(ids(6))[1].tolist() == []
    assert exchanges.released(ids(5))[1].tolist() == [5, 7]
    assert exchanges.released(ids(5))[1].tolist() == [5, 8]


def test_a_release_that_nobody_waits_for_ends_nothing() -> None:
    exchanges = ExactlyOnce()
    exchanges.received(ids(5))
    assert exchanges.awaits_release
    assert exchanges.released(ids(6, 6, 5, 5))[0] == 1
    assert not exchanges.awaits_release


def test_before_the_end_of_a_connection_all_get_an_answer_that_can() -> None:
    exchanges = ExactlyOnce()
    exchanges.received(np.arange(1, 1001, dtype=np.uint16))
    exchanges.received(ids(1001, 2, 1002))
    assert exchanges.last().tolist() == list(range(OPEN_AT_ONCE + 1, 1002))


def test_a_new_connection_owes_nothing_of_the_one_before() -> None:
    exchanges = ExactlyOnce()
    exchanges.received(np.arange(1, 1001, dtype=np.uint16))
    exchanges.begin()
    assert not exchanges.awaits_release
    assert exchanges.received(ids(1, 2)).tolist() == [1, 2]
