"""What Denyut would have made of a simulated city in which nothing went wrong: true readings, each at its time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from config.durations import SECOND_NS
from config.settings import Settings
from denyut.journal_replay import JournalReplay, settings_for_journal
from denyut.rehearsal import Rehearsal
from denyut.replay_pipeline import ReplayPipeline
from denyut.scoring.truth import IntArray, Readings, Truth
from ingest.devices import DeviceTable
from ingest.journal.entries import Tick
from ingest.readings import ReadingBatch
from storage.open_store import open_store
from storage.store import Store

_STEP_NS = SECOND_NS
"""Readings of a step are received at its end."""
_SOURCE = "truth"


@contextmanager
def true_city(truth: Truth, settings: Settings, until_ns: int) -> Iterator[Store]:
    """A store with what is said of the true city until then. Raises what `build` raises, StoreError and OSError."""
    with TemporaryDirectory(prefix="denyut-score-") as folder:
        _replay(truth, settings_for_journal(settings, into_store=False), Path(folder), until_ns)
        yield from _opened(Path(folder))


@contextmanager
def as_arrived(journal: Path, settings: Settings) -> Iterator[tuple[Store, JournalReplay]]:
    """A store with what a run's journal gives. Raises the same."""
    with TemporaryDirectory(prefix="denyut-score-") as folder:
        replay = JournalReplay(settings_for_journal(settings, into_store=False), journal, Path(folder))
        for _ in replay.run():
            pass
        for store in _opened(Path(folder)):
            yield store, replay


def _opened(folder: Path) -> Iterator[Store]:
    store = open_store(Settings().store, folder, read_only=True)
    try:
        yield store
    finally:
        store.close()


def _replay(truth: Truth, settings: Settings, folder: Path, until_ns: int) -> None:
    pipeline = ReplayPipeline(settings, folder, "received")
    rehearsal = Rehearsal(settings, stores=True)
    rehearsal.attach(pipeline)
    kinds = [_Kind(readings, pipeline.devices, str(truth.about["city"])) for readings in truth.kinds]
    pipeline.start()
    first_ns = truth.start_ns // _STEP_NS * _STEP_NS
    for start_ns in range(first_ns, until_ns + settings.windows.delay + _STEP_NS, _STEP_NS):
        now_ns = start_ns + _STEP_NS
        rehearsal.go_on_until(now_ns)
        for kind in kinds:
            batch = kind.until(now_ns)
            if len(batch):
                pipeline.intake.take_readings(batch)
        pipeline.intake.apply(pipeline.intake.next_offset, Tick(now_ns))
        pipeline.wait_for_stores()
    rehearsal.detach()
    pipeline.finish()


class _Kind:
    """The true readings of one kind, handed out in the order of their times."""

    def __init__(self, readings: Readings, devices: DeviceTable, city: str) -> None:
        rows = np.flatnonzero(readings.copy == 0)
        rows = rows[np.argsort(readings.measured_ns[rows], kind="stable")]
        table = [devices.row(city, readings.kind, name, zone) for name, zone in readings.places]
        self._kind = readings.kind
        self._quantities = tuple(readings.true)
        self._values = np.stack([readings.true[name][rows] for name in self._quantities])
        self._device = np.array(table, np.int32)[readings.device.number[rows]]
        self._stream = readings.device.number[rows].astype(np.int32)
        self._sequence = readings.sequence[rows]
        self._time_ns: IntArray = readings.measured_ns[rows]
        self._begin = 0

    def until(self, now_ns: int) -> ReadingBatch:
        begin, end = self._begin, int(np.searchsorted(self._time_ns, now_ns))
        self._begin = end
        return ReadingBatch(
            source=f"{_SOURCE} {self._kind}",
            kind=self._kind,
            quantities=self._quantities,
            device=self._device[begin:end],
            stream=self._stream[begin:end],
            time_ns=self._time_ns[begin:end],
            timed=np.ones(end - begin, np.bool_),
            sequence=self._sequence[begin:end],
            values=self._values[:, begin:end],
            message=np.arange(end - begin),
            received_ns=now_ns,
        )
