import logging

import pytest

from storage.outbox.fullness import Fullness

MIB = 1 << 20


def test_it_is_full_at_its_size_and_relaxed_again_a_tenth_below() -> None:
    fullness = Fullness(100 * MIB)
    assert fullness.fraction(25 * MIB) == 0.25
    assert [fullness.is_full(size * MIB, 0) for size in (99, 100, 130)] == [False, True, True]
    assert [fullness.is_relaxed(size * MIB, 0) for size in (89, 90, 99)] == [True, False, False]


def test_points_that_gather_in_memory_fill_it_too() -> None:
    fullness = Fullness(100 * MIB)
    assert [fullness.is_full(0, size * MIB) for size in (255, 256)] == [False, True]
    assert [fullness.is_relaxed(0, size * MIB) for size in (127, 128)] == [True, False]


def test_it_warns_at_four_fifths_and_again_only_after_it_was_below_seven_tenths(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fullness = Fullness(100 * MIB)
    warned = []
    with caplog.at_level(logging.WARNING):
        for size in (79, 80, 95, 75, 85, 69, 79, 80):
            caplog.clear()
            fullness.tell(size * MIB)
            warned.append(len(caplog.records))
    assert warned == [0, 1, 0, 0, 0, 0, 0, 1]
    assert caplog.messages == [
        "the outbox is 80 % full (80 MiB of points wait for a store); when it is full, reading pauses"
    ]
