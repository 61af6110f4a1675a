from collections import deque

import pytest

from ingest.oldest_first import oldest


@pytest.mark.parametrize(
    ("sizes", "chosen"),
    [([], []), ([1, 2, 3, 4], [1, 2, 3]), ([9, 1], [9]), ([2, 9, 1], [2]), ([6], [6]), ([0, 6, 0, 1], [0, 6, 0])],
)
def test_as_many_as_fit_and_at_least_one(sizes: list[int], chosen: list[int]) -> None:
    queue = deque(sizes)
    assert oldest(queue, 6, int) == chosen
    assert list(queue) == sizes
