"""Timing two or more ways of doing the same work in one process, by turns."""

import gc
import time
from collections.abc import Callable, Mapping
from statistics import median


def seconds_of(work: Callable[[], object]) -> float:
    gc.collect()
    gc.disable()
    try:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start
    finally:
        gc.enable()


def by_turns(ways: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each way in each round; one round before them warms caches and is not counted."""
    for work in ways.values():
        work()
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            taken[name].append(seconds_of(work))
    return taken


def ratios(ours: list[float], peer: list[float]) -> list[float]:
    """How many times faster we are, round by round."""
    return [other / own for own, other in zip(ours, peer, strict=True)]


def rate(work: int, seconds: list[float]) -> float:
    return work / median(seconds)
