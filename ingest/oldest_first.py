"""How much of a queue is done at once."""

from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")


def oldest(queue: Iterable[Item], max_bytes: int, size_of: Callable[[Item], int]) -> list[Item]:
    """The first of them, as many as are no larger together; at least one, if there is any. They stay in the queue."""
    chosen: list[Item] = []
    size = 0
    for item in queue:
        size += size_of(item)
        if chosen and size > max_bytes:
            break
        chosen.append(item)
    return chosen
