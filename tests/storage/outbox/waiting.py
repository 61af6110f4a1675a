"""What other threads do takes a moment."""

import time
from collections.abc import Callable


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.005)
