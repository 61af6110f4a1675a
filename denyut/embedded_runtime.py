"""The runtime of one machine: checkpoints and the outbox in a data directory."""

import time
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from config.settings import Kind, Windows
from config.timezones import UTC
from denyut.data_dir import Claim
from processors.checkpoints.directory import CheckpointDirectory
from processors.checkpoints.pieces import PieceReader, PieceWriter
from processors.processor import State
from processors.runtime import Fenced
from processors.state import StateError, describe, restore
from storage.outbox.outbox import Outbox
from storage.points import PointBatch

_WAIT_S = 0.002


class EmbeddedRuntime:
    """For `Runtime`. One journal feeds all partitions, so that they are committed together, at one offset.

    A commit is two steps. The outbox takes what was closed, each entry's once, known by its offset; then a rename makes
    the states valid. Killed in between, the same entries are processed again and the outbox drops what it holds.
    """

    def __init__(
        self,
        claim: Claim,
        outbox: Outbox,
        windows: Windows,
        kinds: Mapping[str, Kind],
        durable_within_s: float = 30.0,
        timezone: ZoneInfo = UTC,
    ) -> None:
        """`outbox` has been started and is stopped by its owner. Raises OSError."""
        self._claim = claim
        self._outbox = outbox
        self._windows = windows
        self._kinds = kinds
        self._durable_within_s = durable_within_s
        self._timezone = timezone
        self._checkpoints = CheckpointDirectory(claim.data_dir / "checkpoints")

    def restore(self, partition: int) -> tuple[State, int]:
        def read(next_offset: int, document: dict[str, Any], pieces: PieceReader) -> tuple[State, int]:
            try:
                saved = document["partitions"].get(partition)
            except (LookupError, AttributeError) as error:
                raise StateError("the checkpoint holds no partitions: another program made it") from error
            if saved is None:
                return State(), next_offset
            return restore(saved, self._windows, self._kinds, pieces.unpack, self._timezone), next_offset

        return self._checkpoints.newest(read) or (State(), 0)

    def commit(
        self, states: Mapping[int, tuple[State, int]], closed: Sequence[tuple[int, Sequence[PointBatch]]]
    ) -> None:
        offsets = {next_offset for _, next_offset in states.values()}
        if len(offsets) != 1:
            raise ValueError(f"all partitions are committed at one offset, not at {sorted(offsets)}")
        (next_offset,) = offsets
        self._check()
        for offset, batches in closed:
            self._outbox.append(offset, batches)
        self._wait_until_durable(next_offset)
        written = self._checkpoints.write(next_offset, lambda pieces: self._describe(states, pieces))
        self._check()
        self._checkpoints.publish(written)

    def _describe(self, states: Mapping[int, tuple[State, int]], pieces: PieceWriter) -> dict[str, Any]:
        return {"partitions": {partition: describe(state, pieces.pack) for partition, (state, _) in states.items()}}

    def _check(self) -> None:
        if not self._claim.held:
            raise Fenced(f"data directory {self._claim.data_dir} is no longer held by this process")

    def _wait_until_durable(self, next_offset: int) -> None:
        until = time.monotonic() + self._durable_within_s
        while not self._outbox.settled(next_offset - 1):
            if time.monotonic() > until:
                raise TimeoutError(f"the outbox does not become durable: {self._outbox.last_error or 'it is slow'}")
            time.sleep(_WAIT_S)
