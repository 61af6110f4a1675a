"""How this process asks the system for memory."""

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8
_PR_SET_THP_DISABLE = 41
_LARGE = 2 << 20
_KEPT = 16 << 20
_MANY_WINDOWS = 65_536
"""Windows of devices: their rows, once they are written, leave tens of megabytes free between what is kept."""
_CALLS = 8
"""Until the rows that wait for the disk have been written too."""


def return_large_blocks() -> None:
    """Let every array of 2 MiB or more go back to the system as soon as it is freed, and keep smaller ones for reuse.

    By itself glibc raises this limit to 32 MiB once such an array was freed, and the next ones fragment its heap: with
    a million series that is 200 MiB of resident memory that nobody uses. Smaller arrays stay in the heap, for speed:
    what a batch needs is not given back in between, as the system would have to clear it anew for the next one.

    One heap for all threads: they hardly ever ask at the same time, and each heap keeps what lies free in it.

    numpy asks for huge pages for its large arrays; then the room that they keep to grow would be resident too.
    """
    if sys.platform == "linux":
        library = ctypes.CDLL(None)
        mallopt = getattr(library, "mallopt", None)  # musl has none
        if mallopt is not None:
            mallopt(_M_MMAP_THRESHOLD, _LARGE)
            mallopt(_M_TRIM_THRESHOLD, _KEPT)
            mallopt(_M_ARENA_MAX, 1)
        library.prctl(_PR_SET_THP_DISABLE, *map(ctypes.c_ulong, (1, 0, 0, 0)))


class FreedMemory:
    """Gives back what lies free between what is in use, while and after many windows close."""

    def __init__(self) -> None:
        self._trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
        self._closed = 0
        self._calls_left = 0

    def give_back(self, windows_closed: int) -> None:
        """To be called a few times a second; takes some milliseconds at most, and nothing where few windows close."""
        if windows_closed - self._closed >= _MANY_WINDOWS:
            self._closed, self._calls_left = windows_closed, _CALLS
        if self._calls_left and self._trim is not None:
            self._calls_left -= 1
            self._trim(0)
