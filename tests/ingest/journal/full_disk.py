"""Fills a small disk, waits, makes it larger, and says what came of it.

python -m tests.ingest.journal.full_disk MOUNTED_DIRECTORY
"""

import logging
import subprocess
import sys
import time
from pathlib import Path

from config.durability import JournalSettings
from ingest.journal.journal import Journal
from tests.ingest.journal.journals import messages, read


def main() -> None:
    logging.disable()
    disk = Path(sys.argv[1])
    journal = Journal(disk, JournalSettings())
    journal.start()
    for number in range(40):
        journal.append(messages(number, count=1, size=100_000), lambda offset: None)
        time.sleep(0.01)
    until_s = time.monotonic() + 30
    while not journal.last_error and time.monotonic() < until_s:
        time.sleep(0.01)
    print(journal.last_error)
    time.sleep(0.5)
    print(f"waited: {0 < journal.backlog_messages < 40}")
    subprocess.run(["mount", "-o", "remount,size=50m", str(disk)], check=True)
    is_whole = journal.stop(30)
    print(f"read in order, nothing damaged: {is_whole and read(disk) == (list(range(40)), [])}")


if __name__ == "__main__":
    main()
