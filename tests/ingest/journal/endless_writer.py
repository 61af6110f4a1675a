"""Writes a journal until it is killed, and prints each offset once it is on disk.

python -m tests.ingest.journal.endless_writer DIRECTORY
"""

import os
import sys
from pathlib import Path

from config.durability import JournalSettings
from ingest.journal.journal import Journal
from tests.ingest.journal.journals import messages


def main() -> None:
    journal = Journal(Path(sys.argv[1]), JournalSettings(max_size=1))
    journal.start()

    def done(offset: int) -> None:
        os.write(1, b"%d\n" % offset)

    number = journal.next_offset
    while True:
        if journal.backlog_messages < 1000:
            journal.append(messages(number, count=5, size=number * 37 % 5000), done)
            number += 1


if __name__ == "__main__":
    main()
