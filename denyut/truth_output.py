"""The truth beside a simulation, as files: whole, or a sentence says why it is not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import numpy as np

from simulators.faults.payloads import TroubledEncoder
from simulators.faults.troubled import TroubledFleet
from simulators.faults.truth import EVENTS, FAULTS, NEVER, TruthFiles
from simulators.faults.truth_tables import EVENT_COLUMNS, FAULT_COLUMNS, event_rows, fault_rows
from simulators.payloads import Encoder
from simulators.scenario import Scenario


@contextmanager
def with_truth(
    encoder: Encoder, troubled: TroubledFleet, scenario: Scenario, folder: Path, start_ns: int, about: dict[str, Any]
) -> Iterator[TroubledEncoder]:
    """The encoder of what befalls the fleet. Left without an error, the truth is whole; else it stays without `ABOUT`.

    `start_ns`: of the scenario. Raises click exceptions where the files cannot be written.
    """
    try:
        files = TruthFiles(folder, encoder.fleet)
    except OSError as error:
        raise click.BadParameter(f"{folder}: {error.strerror}", param_hint="--truth") from None
    with files:
        with told_unwritten(folder):
            files.table(FAULTS, FAULT_COLUMNS, fault_rows(scenario.faults, start_ns, start_ns + scenario.lasts))
            files.table(EVENTS, EVENT_COLUMNS, event_rows(encoder.fleet.happenings()))
        encoded = TroubledEncoder(encoder, troubled, told_unwritten(folder)(files.witness))
        yield encoded
        with told_unwritten(folder):
            _finish(files, encoded, about)


@contextmanager
def told_unwritten(folder: Path) -> Iterator[None]:
    """An OSError is one sentence and exit status 1."""
    try:
        yield
    except OSError as error:
        raise click.ClickException(f"{folder}: {error.strerror}: the truth is not whole") from None


def _finish(files: TruthFiles, encoder: TroubledEncoder, about: dict[str, Any]) -> None:
    """What is still held never was sent."""
    for sent in encoder.troubled.left():
        files.witness(sent, np.full(len(sent), NEVER))
    files.about({**about, "unsent": encoder.unsent})
