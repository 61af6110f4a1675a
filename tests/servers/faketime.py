"""A clock of the machine that a test can set while a program runs, for that program alone (Debian's libfaketime)."""

import os
from pathlib import Path

import pytest

LIBRARY = "libfaketimeMT.so.1"
"""The one for threads. In the other, two that read the clock at once share a buffer, which holds the true time for a
moment (wolfcw/libfaketime pull request 547): of 64,000 reads by two threads 334 were an hour wrong, of this one's none.
"""


class SetClock:
    """Only the time of day is set: what `CLOCK_MONOTONIC` and `CLOCK_BOOTTIME` say stays as it is.

    In such a program `time.sleep` fails (wolfcw/libfaketime issue 426); waiting on locks, queues and sockets does not.
    """

    def __init__(self, directory: Path) -> None:
        """Skips the test where the library is not installed."""
        found = sorted(Path("/usr/lib").glob(f"*/faketime/{LIBRARY}"))
        if not found:
            pytest.skip("libfaketime is not installed")
        self._file = directory / "faketime"
        self.environment = os.environ | {
            "LD_PRELOAD": str(found[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }
        self.be_off_by(0)

    def be_off_by(self, seconds: int) -> None:
        """From now on so much ahead of the true time, or behind it."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{seconds:+d}\n")
        new.replace(self._file)
