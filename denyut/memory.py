"""How this process asks the system for memory."""

import ctypes
import sys

_M_MMAP_THRESHOLD = -3
_LARGE = 2 << 20


def return_large_blocks() -> None:
    """Let every array of 2 MiB or more go back to the system as soon as it is freed.

    By itself glibc raises this limit to 32 MiB once such an array was freed, and the next ones fragment its heap: with
    a million series that is 200 MiB of resident memory that nobody uses. Smaller arrays stay in the heap, for speed.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(_M_MMAP_THRESHOLD, _LARGE)
