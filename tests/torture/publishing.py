"""The publisher of a test as a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.torture.denyut_run import ROOT
from tests.torture.truth import Series, read_published


class Publishing:
    def __init__(self, directory: Path, port: int, rate: float, *options: str) -> None:
        self._file = directory / "published"
        command = [sys.executable, "-m", "tests.torture.publisher", str(port), str(self._file), "--rate", str(rate)]
        self.process = subprocess.Popen(
            [*command, *options], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.count = 0

    def finish(self, patience_s: float = 60) -> None:
        """No further reading; returns when the broker has all there are."""
        printed, _ = self.process.communicate(timeout=patience_s)
        assert self.process.returncode == 0
        self.count = int(printed)

    def published(self) -> list[Series]:
        return read_published(self._file)


@contextmanager
def publishing(directory: Path, port: int, rate: float, *options: str) -> Iterator[Publishing]:
    publisher = Publishing(directory, port, rate, *options)
    try:
        yield publisher
    finally:
        if publisher.process.poll() is None:
            publisher.process.kill()
        publisher.process.communicate()
