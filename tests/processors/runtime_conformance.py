"""What every `Runtime` must pass: killed at any step of its work, it hands on what a run that was never killed does.

A step is a file opened, renamed, removed or brought to disk, or a statement of SQLite; before each of them in turn the
process ends as if by `kill -9`. The next one restores, processes the entries from there on, and goes to the end.
"""

import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, Generic, TypeVar

from config.settings import Kind, Quantity
from denyut.forked import Forked, ForkedError
from ingest.devices import DeviceTable
from ingest.readings import ReadingBatch
from processors.processor import Output, Processor
from processors.runtime import Runtime
from tests.processors.batches import SECOND_NS, Row, at, batch, windows

Closed = TypeVar("Closed")

WINDOWS = windows("10s", "30s", lateness="20s")
SPEED, CARS = Quantity(min=0, max=250, percentiles=(50,)), Quantity(kind="counter")
KINDS = {"street": Kind(quantities={"speed": SPEED, "cars": CARS})}
_KILLED = 86
_NEVER = 0
_STEPS = {"open", "os.rename", "os.remove"}


@dataclass(frozen=True)
class Subject(Generic[Closed]):
    """A runtime to be tried, in processes of its own."""

    open: Callable[[Path], AbstractContextManager[Runtime[Closed]]]
    shape: Callable[[DeviceTable], Callable[[Output], Closed]]
    delivered: Callable[[Path], list[bytes]]
    """What was handed on, in order."""
    partitions: tuple[int, ...] = (0,)


def entries() -> Iterator[ReadingBatch | int]:
    """Readings, or a moment to close windows; some late, some sent twice."""
    begin = at("10:00:00")
    for second in range(0, 48, 3):
        now = begin + second * SECOND_NS
        rows = [
            Row(device, now - device * SECOND_NS, {"speed": 10.0 * device + second, "cars": float(second)})
            for device in range(3)
        ]
        late = [Row(1, now - 12 * SECOND_NS, {"speed": 99.0})] if second % 5 == 0 else []
        yield batch([*rows, *late], now, "street")
        yield batch(rows[:1], now, "street")
        yield now


def device_table() -> DeviceTable:
    table = DeviceTable()
    for number in range(3):
        table.row("c", "street", f"d{number}")
    return table


@dataclass
class Worker(Generic[Closed]):
    """One process: from what was committed last to the end, with a commit every few entries."""

    subject: Subject[Closed]
    runtime: Runtime[Closed]
    every: int = 16
    table: DeviceTable = field(default_factory=device_table)

    def run(self) -> None:
        restored = {partition: self.runtime.restore(partition) for partition in self.subject.partitions}
        (begin,) = {offset for _, offset in restored.values()}
        processors = {
            partition: Processor(WINDOWS, KINDS, self.table, state=state) for partition, (state, _) in restored.items()
        }
        shape = self.subject.shape(self.table)
        closed: list[tuple[int, Closed]] = []
        everything = list(entries())
        for offset, entry in enumerate(everything[begin:], begin):
            outputs = [_applied(processor, entry) for processor in processors.values()]
            together = Output(
                [each for output in outputs for each in output.windows],
                [each for output in outputs for each in output.indicators],
            )
            if together.windows or together.indicators:
                closed.append((offset, shape(together)))
            if (offset + 1) % self.every == 0 or offset + 1 == len(everything):
                states = {partition: (processor.state, offset + 1) for partition, processor in processors.items()}
                self.runtime.commit(states, closed)
                closed = []


def _applied(processor: Processor, entry: ReadingBatch | int) -> Output:
    if isinstance(entry, int):
        return processor.advance(entry)
    processor.process(entry)
    return Output()


def run_to_the_end(subject: Subject[Any], directory: Path, kill_at: int = _NEVER) -> bool:
    """False where the process was killed at that step."""
    return _answer(Forked(partial(_work, subject, directory, kill_at)))


def _work(subject: Subject[Any], directory: Path, kill_at: int) -> bytes:
    _end_before(kill_at)
    with subject.open(directory) as runtime:
        Worker(subject, runtime).run()
    return b"done"


def _answer(forked: Forked, within_s: float = 60.0) -> bool:
    until = time.monotonic() + within_s
    try:
        while (answer := forked.poll()) is None:
            assert time.monotonic() < until, "a run does not end"
            time.sleep(0.001)
    except ForkedError as error:
        if f"status {_KILLED}" in str(error):
            return False
        raise
    assert answer == b"done"
    return True


def _end_before(number: int) -> None:
    """End this process before its n-th step. Nothing of it is undone: the process is there for this only."""
    steps = count(1)
    connect = sqlite3.connect

    def step() -> None:
        if next(steps) == number:
            os._exit(_KILLED)

    def audited(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _STEPS and not str(arguments[0]).endswith((".py", ".pyc")):
            step()

    def counted_sync(fd: object) -> None:
        # What a process wrote outlives it; only a machine that ends needs it on disk.
        step()

    class Counted(sqlite3.Connection):
        def execute(self, *arguments: Any) -> sqlite3.Cursor:
            step()
            return super().execute(*arguments)

        def executemany(self, *arguments: Any) -> sqlite3.Cursor:
            step()
            return super().executemany(*arguments)

        def commit(self) -> None:
            step()
            super().commit()

    sys.addaudithook(audited)
    os.fsync = counted_sync
    sqlite3.connect = partial(connect, factory=Counted)  # type: ignore[assignment]


def undisturbed(subject: Subject[Any], directory: Path) -> list[bytes]:
    """What a run that was never killed hands on. It is this process's own, so that a fork has all modules loaded."""
    with subject.open(directory) as runtime:
        Worker(subject, runtime).run()
    delivered = subject.delivered(directory)
    assert delivered, "the entries close windows"
    return delivered


def kill_at_every_step(subject: Subject[Any], directory: Path) -> int:
    """How many steps there were. Fails where what was handed on differs from a run that was never killed."""
    expected = undisturbed(subject, directory / "whole")
    for number in count(1):
        place = directory / str(number)
        whole = run_to_the_end(subject, place, number)
        if not whole:
            if number % 3 == 0:
                run_to_the_end(subject, place, number)
            assert run_to_the_end(subject, place)
        assert subject.delivered(place) == expected, f"killed at step {number}"
        if whole:
            return number - 1
    raise AssertionError


def differing_steps(subject: Subject[Any], directory: Path, steps: Sequence[int]) -> list[int]:
    """At which of these steps a kill changes what is handed on; for runtimes that are wrong on purpose."""
    expected = undisturbed(subject, directory / "whole")
    found = []
    for number in steps:
        if not run_to_the_end(subject, directory / str(number), number):
            assert run_to_the_end(subject, directory / str(number))
            if subject.delivered(directory / str(number)) != expected:
                found.append(number)
    return found
