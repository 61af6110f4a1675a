"""The runtime of one machine passes what every runtime must, and stops where another process has taken over."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

import processors.checkpoints.pieces
from denyut.data_dir import claim
from denyut.embedded_runtime import EmbeddedRuntime
from ingest.devices import DeviceTable
from processors.processor import Output, State
from processors.runtime import Fenced, Runtime
from processors.state import StateError
from storage.outbox.outbox import Outbox
from storage.points import PointBatch
from storage.window_points import PointShaper
from tests.processors.runtime_conformance import (
    KINDS,
    WINDOWS,
    Subject,
    Worker,
    differing_steps,
    kill_at_every_step,
    run_to_the_end,
)

Points = Sequence[PointBatch]


@contextmanager
def embedded(directory: Path, kind: type[EmbeddedRuntime] = EmbeddedRuntime) -> Iterator[Runtime[Points]]:
    with claim(directory) as claimed:
        outbox = Outbox(directory, 1 << 30, durable=False)
        outbox.start()
        try:
            yield kind(claimed, outbox, WINDOWS, KINDS)
        finally:
            assert outbox.stop(10)


def shaped(devices: DeviceTable) -> "Shape":
    return Shape(PointShaper(devices))


class Shape:
    def __init__(self, shaper: PointShaper) -> None:
        self._shaper = shaper

    def __call__(self, output: Output) -> Points:
        windows = [self._shaper.windows(window.changed) for window in output.windows]
        return [*windows, *(self._shaper.indicators(indicators) for indicators in output.indicators)]


def in_the_outbox(directory: Path) -> list[bytes]:
    reader = Outbox(directory, 1 << 30).reader()
    try:
        found, part = [], 0
        while (portion := reader.after(part)) is not None:
            found += [_bits(batch) for batch in portion.batches]
            part = portion.part
        return found
    finally:
        reader.close()


def _bits(batch: PointBatch) -> bytes:
    series = repr([batch.table[index] for index in batch.series.tolist()]).encode()
    fields = [name.encode() + values.tobytes() for name, values in batch.fields.items()]
    return b"|".join([series, batch.time_ns.tobytes(), *fields])


SUBJECT: Subject[Points] = Subject(embedded, shaped, in_the_outbox)


@pytest.fixture(autouse=True)
def _pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also a small state has pieces of its own."""
    monkeypatch.setattr(processors.checkpoints.pieces, "LARGE", 5_000)


def test_killed_at_every_step_of_every_commit_it_hands_on_the_same_points(tmp_path: Path) -> None:
    assert kill_at_every_step(SUBJECT, tmp_path) > 50


def test_partitions_are_committed_together(tmp_path: Path) -> None:
    several = replace(SUBJECT, partitions=(0, 7, 63))
    assert run_to_the_end(several, tmp_path)
    with embedded(tmp_path) as runtime:
        assert {runtime.restore(partition)[1] for partition in several.partitions} == {48}
        with pytest.raises(ValueError, match=r"^all partitions are committed at one offset, not at \[3, 4\]$"):
            runtime.commit({0: (State(), 3), 7: (State(), 4)}, [])


class WrongWayRound(EmbeddedRuntime):
    """The states become valid before what was closed is safe."""

    def commit(self, states: Mapping[int, tuple[State, int]], closed: Sequence[tuple[int, Points]]) -> None:
        super().commit(states, [])
        super().commit(states, closed)


def test_a_runtime_that_does_it_the_wrong_way_round_does_not_pass(tmp_path: Path) -> None:
    assert differing_steps(replace(SUBJECT, open=partial(embedded, kind=WrongWayRound)), tmp_path, range(40, 110, 7))


def test_where_another_process_has_taken_over_nothing_more_is_put_out(tmp_path: Path) -> None:
    with embedded(tmp_path) as runtime:
        (tmp_path / "lock").unlink()
        with claim(tmp_path), pytest.raises(Fenced, match=rf"^data directory {tmp_path} is no longer held"):
            Worker(SUBJECT, runtime).run()
    assert in_the_outbox(tmp_path) == []
    assert not list((tmp_path / "checkpoints").glob("*.ckpt"))


def test_a_checkpoint_that_another_program_made_is_one_sentence(tmp_path: Path) -> None:
    with embedded(tmp_path) as runtime:
        assert isinstance(runtime, EmbeddedRuntime)
        runtime._checkpoints.publish(runtime._checkpoints.write(4, lambda pieces: {"state": {}}))
        with pytest.raises(StateError, match="another program made it"):
            runtime.restore(0)


def test_the_same_process_may_go_on_after_a_commit_that_could_not_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_to_the_end(SUBJECT, tmp_path / "whole")
    refused = iter([True])

    def sync(file: int) -> None:
        if next(refused, False):
            raise OSError(28, "No space left on device")

    with embedded(tmp_path / "full") as runtime:
        monkeypatch.setattr(os, "fsync", sync)
        with pytest.raises(OSError, match="No space"):
            Worker(SUBJECT, runtime).run()
        Worker(SUBJECT, runtime).run()
    assert in_the_outbox(tmp_path / "full") == in_the_outbox(tmp_path / "whole")
