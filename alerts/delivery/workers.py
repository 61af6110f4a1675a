"""Threads of one channel, so that one that hangs holds up neither the others nor the end of the program."""

import queue
import threading
from collections.abc import Callable

Job = Callable[[], None]


class Workers:
    """Started as they are needed. They are daemons: what hangs in one of them ends with the process."""

    def __init__(self, name: str, most: int, freed: Callable[[], None]) -> None:
        """`freed` is called when one has nothing to do any more."""
        self._name = name
        self._most = most
        self._freed = freed
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._busy = 0
        self._threads = 0

    @property
    def free(self) -> int:
        """How many more jobs would begin at once."""
        return self._most - self._busy

    def begin(self, job: Job) -> None:
        """It must not raise."""
        with self._lock:
            self._busy += 1
            if self._threads < self._busy:
                self._threads += 1
                name = f"{self._name}-{self._threads}"
                threading.Thread(target=self._work, name=name, daemon=True).start()
        self._jobs.put(job)

    def _work(self) -> None:
        while True:
            self._jobs.get()()
            with self._lock:
                self._busy -= 1
            self._freed()
