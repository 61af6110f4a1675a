"""When to kill: anywhere, or as soon as something happens in the data directory."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

_POLL_S = 0.0003


@dataclass(frozen=True, slots=True)
class Moment:
    """`in_vain_after_s`: the wait ends then in any case."""

    name: str
    look: Callable[[Path], object]
    """What must change."""
    changes: int
    in_vain_after_s: float

    def wait(self, data_dir: Path) -> str:
        """Returns when it has come, and whether it has."""
        deadline = time.monotonic() + self.in_vain_after_s
        last, left = self.look(data_dir), self.changes
        while left and time.monotonic() < deadline:
            time.sleep(_POLL_S)
            now = self.look(data_dir)
            left -= now != last
            last = now
        return f"{self.name}, change {self.changes}" if not left else f"{self.in_vain_after_s:.2f} s"


def names_in(folder: str) -> Callable[[Path], object]:
    """Files that come, are renamed and go."""

    def look(data_dir: Path) -> object:
        try:
            return sorted(path.name for path in (data_dir / folder).iterdir())
        except OSError:
            return []

    return look


def growth_of(pattern: str) -> Callable[[Path], object]:
    """Writes to files."""

    def look(data_dir: Path) -> object:
        return [(stat.st_size, stat.st_mtime_ns) for stat in _stats(data_dir, pattern)]

    return look


def _stats(data_dir: Path, pattern: str) -> Iterator["os.stat_result"]:
    for path in sorted(data_dir.glob(pattern)):
        try:
            yield path.stat()
        except FileNotFoundError:
            continue


def nothing(data_dir: Path) -> object:
    return None


_AIMS: dict[str, Callable[[Path], object]] = {
    "checkpoint": names_in("checkpoints"),
    "pieces of a checkpoint": names_in("checkpoints/pieces"),
    "journal segments": names_in("journal"),
    "journal commit": growth_of("journal/*-wal"),
    "outbox": growth_of("outbox.db*"),
    "write to the store": growth_of("denyut.db*"),
}


def moments(random: Random, count: int, longest_s: float, aims: Sequence[str] = tuple(_AIMS)) -> Iterator[Moment]:
    """Half of them at random times within `longest_s` of the start, the others aimed and as late at most."""
    for number in range(count):
        if number % 2:
            aim = random.choice(aims)
            yield Moment(aim, _AIMS[aim], random.randint(1, 6), longest_s)
        else:
            yield Moment("", nothing, 1, random.uniform(0.3, longest_s))
